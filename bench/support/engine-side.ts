// One catalog under a stream of events in the engine alone, as `bench/engine.ts` has it, cut into
// blocks: several catalogs are measured in turns in one process. CPU counts, that of the collector
// of garbage included, which works in threads of its own.

import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import { formatFaults } from '../../src/catalog/fault.ts';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import { type Program, prepare } from '../../src/engine/program.ts';
import { step } from '../../src/engine/step.ts';
import { writeRecord } from '../../src/ledger/ledger-record.ts';
import { NO_INPUTS } from '../../src/model/inputs.ts';
import { emptyState } from '../../src/model/state.ts';
import type { Stepped, Submission } from '../../src/model/step.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { resultHash } from './machine.ts';
import { submissionOf } from './submission.ts';

const NO_ETAG = '........';
const START_MS = Date.UTC(2026, 10, 1);
const EVERY_MS = 40;
/** Events whose results are kept at once: as in life, few. */
const SLICE = 25;
const BYTES = Buffer.alloc(4 * 1024 * 1024);
const HOW = { catalog: '0123456789abcdef', publication: 1, continuesRun: false };

type SteppedEvent = Stepped & { readonly kind: 'stepped' };

/** What a block cost, µs of CPU an event. */
export interface BlockCost {
  /** Parse the body, open the state, step, encode: all but the record. */
  readonly engineUs: number;
  readonly recordUs: number;
}

export class EngineSide {
  /** A hash over all answers; decision ids left out. */
  answers = '';
  decisions = 0;
  recordBytes = 0;
  private readonly program: Program;
  private readonly codec = new StateCodec();
  private readonly documents = new Map<string, string>();
  private serial = 0;

  constructor(files: readonly SourceFile[]) {
    const compiled = compileCatalog(files);
    if (!compiled.ok) throw new Error(formatFaults(compiled.faults));
    this.program = prepare(compiled.catalog, 1);
  }

  /** Bodies as JSON text, each one event. */
  block(bodies: readonly string[]): BlockCost {
    const cost = { engineUs: 0, recordUs: 0 };
    for (let i = 0; i < bodies.length; i += SLICE) {
      const stepped: [Submission, SteppedEvent][] = [];
      cost.engineUs += cpuUs(() => {
        for (const body of bodies.slice(i, i + SLICE)) {
          const submission = submissionOf(JSON.parse(body), START_MS + this.serial++ * EVERY_MS);
          stepped.push([submission, this.step(submission)]);
        }
      });
      cost.recordUs += cpuUs(() => {
        for (const [submission, result] of stepped) {
          // Made into bytes, as it is sent: a text that was only put together costs nothing yet.
          this.recordBytes += BYTES.write(writeRecord(submission, result, HOW));
        }
      });
      for (const [, result] of stepped) this.count(result);
    }
    return { engineUs: cost.engineUs / bodies.length, recordUs: cost.recordUs / bodies.length };
  }

  private count({ decisions, answer }: SteppedEvent): void {
    this.decisions += decisions.length;
    if (decisions.length === 0) return;
    const text = answer.replace(/"decisionId":"[^"]*"|"catalog":"[^"]*"/g, '');
    this.answers = resultHash(this.answers + text);
  }

  private step(submission: Submission): SteppedEvent {
    const { customerId } = submission;
    const document = this.documents.get(customerId);
    const state =
      document === undefined
        ? emptyState(customerId)
        : this.codec.decode(customerId, document, NO_ETAG.length);
    const stepped = step(this.program, state, submission, NO_INPUTS);
    if (stepped.kind !== 'stepped') throw new Error(`an event was ${stepped.kind}`);
    this.documents.set(customerId, this.codec.encode(stepped.state, NO_ETAG));
    return stepped;
  }
}

/** User CPU of all threads. */
function cpuUs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
