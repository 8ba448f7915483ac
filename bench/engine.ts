// What does an event cost in the engine alone, without Redis and HTTP? Steps, encodes and writes the
// ledger record of a seeded stream, with the retail catalog grown to 50 triggers and 200 offers. The
// floor is JSON.parse of the same bodies in the same run.
//
//   node --import tsx bench/engine.ts [events=200000] [customers=2000]

import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadCatalog } from '../src/catalog/load-catalog.ts';
import { prepare } from '../src/engine/program.ts';
import { step } from '../src/engine/step.ts';
import { writeRecord } from '../src/ledger/ledger-record.ts';
import { NO_INPUTS } from '../src/model/inputs.ts';
import type { JsonObject } from '../src/model/json.ts';
import { emptyState } from '../src/model/state.ts';
import { StateCodec } from '../src/state/codec.ts';
import { seeded, shopEvent } from './support/events.ts';
import { grownCatalog } from './support/grown-catalog.ts';
import { machine, resultHash } from './support/machine.ts';
import { submissionOf } from './support/submission.ts';
import { table } from './support/table.ts';

const SEED = 7;
const NO_ETAG = '........';
const START_MS = Date.UTC(2026, 10, 1);

export async function engineBench(events: number, customers: number): Promise<string> {
  const folder = await grownCatalog();
  const loaded = loadCatalog(folder);
  await rm(folder, { recursive: true });
  if (!loaded.ok) throw new Error('the bench catalog is not valid');
  const program = prepare(loaded.catalog, 1);
  const codec = new StateCodec();
  const random = seeded(SEED);
  const bodies = Array.from({ length: events }, (_, i) =>
    JSON.stringify(shopEvent(random, customers, i)),
  );
  const documents = new Map<string, string>();
  const ns = { parse: 0, decode: 0, step: 0, encode: 0, record: 0 };
  const counted = { decisions: 0, bytes: 0, answers: '' };
  let measured = 0;
  for (let i = 0; i < events; i++) {
    const t0 = process.hrtime.bigint();
    const body = JSON.parse(bodies[i]!) as JsonObject;
    const t1 = process.hrtime.bigint();
    const submission = submissionOf(body, START_MS + i * 40);
    const document = documents.get(submission.customerId);
    const t2a = process.hrtime.bigint();
    const state =
      document === undefined
        ? emptyState(submission.customerId)
        : codec.decode(submission.customerId, document, NO_ETAG.length);
    const t2 = process.hrtime.bigint();
    const stepped = step(program, state, submission, NO_INPUTS);
    const t3 = process.hrtime.bigint();
    if (stepped.kind !== 'stepped') throw new Error(`an event was ${stepped.kind}`);
    const encoded = codec.encode(stepped.state, NO_ETAG);
    const t4 = process.hrtime.bigint();
    const record = writeRecord(submission, stepped, HOW);
    const t5 = process.hrtime.bigint();
    documents.set(submission.customerId, encoded);
    counted.decisions += stepped.decisions.length;
    counted.bytes += encoded.length + record.length;
    if (stepped.decisions.length > 0)
      counted.answers = resultHash(
        counted.answers + stepped.answer.replace(/"decisionId":"[^"]*"/g, ''),
      );
    // The first half warms up.
    if (i < events / 2) continue;
    measured++;
    ns.parse += Number(t1 - t0);
    ns.decode += Number(t2 - t2a);
    ns.step += Number(t3 - t2);
    ns.encode += Number(t4 - t3);
    ns.record += Number(t5 - t4);
  }
  const us = (n: number) => (n / measured / 1000).toFixed(2);
  return [
    table(
      ['part', 'µs an event'],
      [
        ['floor: JSON.parse of the body', us(ns.parse)],
        ['open the stored state', us(ns.decode)],
        ['step', us(ns.step)],
        ['encode the state', us(ns.encode)],
        ['write the ledger record', us(ns.record)],
      ],
    ),
    '',
    `${events} events of ${customers} customers (seed ${SEED}): ${counted.decisions} decisions, ` +
      `answers ${counted.answers}`,
  ].join('\n');
}

const HOW = { catalog: '0123456789abcdef', publication: 1, continuesRun: false };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(machine());
  console.log(
    await engineBench(Number(process.argv[2] ?? 200_000), Number(process.argv[3] ?? 2_000)),
  );
}
