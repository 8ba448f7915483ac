// THE STORY (hot path). What happens to a submission, in call order:
//
//   submit ─► contract ─► lane of its customer ─► state ─► step (pure) ─► commit ─► answer
//               │            │ full: overloaded     │         │             ├ conflict: step again on the fresh state
//               │ refused    │                      │ down:   │ duplicate:  ├ seen: that message was counted before
//               ▼            ▼                      │ 503     │ old answer  ├ moved: go to the other customer
//            rejected                               ▼         ▼             └ ledger full: 503, nothing acknowledged
//
// A lane serves one customer at a time, and takes all that is waiting for the customer together: the
// run is stepped in order and committed in one call, so a hot customer costs one round trip a run.

import { type ErrorCode, Unavailable } from './errors.ts';
import type { Decision } from './model/decision.ts';
import type { Stimulus } from './model/event.ts';
import type { JsonObject } from './model/json.ts';
import type { CustomerState } from './model/state.ts';
import type { Stepped, Submission } from './model/step.ts';

/** What became of a submission. */
export type Result =
  | {
      readonly kind: 'done';
      readonly messageId: string;
      readonly duplicate: boolean;
      /** JSON text of the `decisions` array as callers see it (no candidates). */
      readonly answer: string;
      /** The decisions themselves, for `explain`; empty for a duplicate. */
      readonly decisions: readonly Decision[];
    }
  | {
      /** Can never succeed: a caller must not send it again. */
      readonly kind: 'refused';
      readonly code: ErrorCode;
      readonly message: string;
      readonly path: string | null;
    }
  | {
      /** May succeed later; nothing was acknowledged. */
      readonly kind: 'unavailable';
      readonly code: ErrorCode;
      readonly retryAfterS: number;
    };

/** One publication of the catalog, ready to run. */
export interface Published {
  readonly publication: number;
  /** Content hash of the catalog. */
  readonly hash: string;
  /** What is wrong with a stimulus under the catalog's `events:` and placements; null = nothing. */
  contract(stimulus: Stimulus): { readonly path: string; readonly message: string } | null;
  /** `engine/step` bound to this catalog. Pure. */
  step(state: CustomerState, submission: Submission, inputs: JsonObject): Stepped;
}

/** Where catalogs come from. */
export interface CatalogSource {
  /** The one in force here. */
  current(): Published;
  /** At least this publication: loads it when this process is behind. */
  atLeast(publication: number): Promise<Published>;
}

/** A state with the etag it had in the store; '' = the store had none. */
export interface StoredState {
  readonly etag: string;
  readonly state: CustomerState;
}

export type Loaded = StoredState | { readonly kind: 'moved'; readonly to: string };

/** What one commit writes, atomically: state and ledger records. */
export interface Commit {
  readonly customerId: string;
  readonly expectedEtag: string;
  readonly state: CustomerState;
  /** Encoded ledger records, in order; at least one. */
  readonly records: readonly string[];
  /** The messages that these records count, in order, for the side log of seen messages. */
  readonly messageIds: readonly string[];
  readonly receivedAtMs: number;
}

export type CommitOutcome =
  | { readonly kind: 'committed' }
  | { readonly kind: 'conflict'; readonly fresh: StoredState }
  /** These messages are in the side log already; nothing was written. */
  | { readonly kind: 'seen'; readonly messageIds: ReadonlySet<string>; readonly fresh: StoredState }
  | { readonly kind: 'moved'; readonly to: string }
  | { readonly kind: 'ledger_full' };

/**
 * The customers' states and the ledger. Every method throws `Unavailable` when the store does not
 * answer within its deadline; the state of that customer is then no longer cached.
 */
export interface StateStore {
  /** Cached (a hint: the commit compares etags), then at once, or read; empty for a new customer. */
  load(customerId: string): Loaded | Promise<Loaded>;
  commit(commit: Commit): Promise<CommitOutcome>;
  /** Forget what is cached of this customer. */
  evict(customerId: string): void;
  /** Append records that belong to no state (rejections) to the ledger of a partition. */
  append(partition: number, records: readonly string[]): Promise<void>;
}

/** How ledger records are written; history/ reads them back. */
export type RecordWriter = (
  submission: Submission,
  stepped: Stepped & { kind: 'stepped' },
) => string;

export interface PipelineMetrics {
  committed(count: number): void;
  conflict(): void;
  duplicate(): void;
}

/**
 * Per-customer order: what is pushed for one customer is served in order, one run at a time, and
 * what waits meanwhile is handed over together. `push` is false when the customer's lane, or all
 * lanes together, are full.
 */
export interface Lanes<T> {
  push(customerId: string, item: T): boolean;
}

export type LanesFactory = <T>(
  serve: (customerId: string, run: readonly T[]) => Promise<void>,
) => Lanes<T>;

export interface PipelineParts {
  readonly states: StateStore;
  readonly catalogs: CatalogSource;
  readonly lanes: LanesFactory;
  readonly writeRecord: RecordWriter;
  readonly metrics: PipelineMetrics;
  /** How often a run is stepped again after conflicts before it is given up as overloaded. */
  readonly attemptsMax: number;
  /** An error that should not have happened: logged; the callers are told `internal`. */
  onFault(error: unknown): void;
}

interface Waiting {
  readonly submission: Submission;
  readonly settle: (result: Result) => void;
}

export class Pipeline {
  private readonly lanes: Lanes<Waiting>;

  constructor(private readonly parts: PipelineParts) {
    this.lanes = parts.lanes<Waiting>((customerId, run) => this.serve(customerId, run));
  }

  /** Processes one submission; never rejects. Submissions of one customer keep their order. */
  submit(submission: Submission): Promise<Result> {
    const fault = this.parts.catalogs.current().contract(submission.stimulus);
    if (fault !== null) {
      return Promise.resolve({ kind: 'refused', code: 'invalid_event', ...fault });
    }
    return new Promise((settle) => {
      if (!this.lanes.push(submission.customerId, { submission, settle })) {
        settle({ kind: 'unavailable', code: 'overloaded', retryAfterS: 1 });
      }
    });
  }

  private async serve(customerId: string, run: readonly Waiting[]): Promise<void> {
    let results: readonly Result[];
    try {
      results = await this.process(customerId, run);
    } catch (error) {
      this.parts.states.evict(customerId);
      if (!(error instanceof Unavailable)) this.parts.onFault(error);
      const code = error instanceof Unavailable ? error.code : 'internal';
      const retryAfterS = error instanceof Unavailable ? error.retryAfterS : 1;
      results = run.map(() => ({ kind: 'unavailable', code, retryAfterS }));
    }
    for (let i = 0; i < run.length; i++) run[i]!.settle(results[i]!);
  }

  private async process(customerId: string, run: readonly Waiting[]): Promise<readonly Result[]> {
    const { states, catalogs, metrics } = this.parts;
    let id = customerId;
    let stored: StoredState | null = null;
    let seen: ReadonlySet<string> | null = null;
    let isFresh = false;
    for (let attempt = 0; attempt < this.parts.attemptsMax; attempt++) {
      if (stored === null) {
        const loaded = await states.load(id);
        if ('kind' in loaded) {
          id = loaded.to;
          continue;
        }
        stored = loaded;
      }
      const published = await catalogs.atLeast(stored.state.publication);
      const stepped = this.stepRun(published, stored.state, run, seen);
      if (stepped.records.length === 0) {
        if (isFresh || stepped.results.every(isDuplicate)) return stepped.results;
        // No commit will compare etags, and what was cached may lack what another gateway wrote.
        states.evict(id);
        stored = null;
        isFresh = true;
        continue;
      }
      const committing = states.commit({
        customerId: id,
        expectedEtag: stored.etag,
        state: stepped.state!,
        records: stepped.records,
        messageIds: stepped.messageIds,
        receivedAtMs: run[run.length - 1]!.submission.receivedAtMs,
      });
      // Held by each run until its answer, they would be most of what collections copy.
      stored = stepped.state = null;
      stepped.records = [];
      const outcome = await committing;
      switch (outcome.kind) {
        case 'committed':
          metrics.committed(stepped.messageIds.length);
          return stepped.results;
        case 'conflict':
          metrics.conflict();
          stored = outcome.fresh;
          break;
        case 'seen':
          seen = outcome.messageIds;
          stored = outcome.fresh;
          break;
        case 'moved':
          id = outcome.to;
          stored = null;
          break;
        case 'ledger_full':
          throw new Unavailable('ledger_full', 5);
      }
    }
    throw new Unavailable('overloaded');
  }

  /** Steps a run in order from `state`; results are final only once the commit is. */
  private stepRun(
    published: Published,
    state: CustomerState,
    run: readonly Waiting[],
    seen: ReadonlySet<string> | null,
  ): StepRun {
    const out: StepRun = { state, results: [], records: [], messageIds: [] };
    for (const { submission } of run) {
      const { messageId } = submission;
      if (seen?.has(messageId)) {
        this.parts.metrics.duplicate();
        out.results.push(duplicateOf(messageId, '[]'));
        continue;
      }
      const stepped = published.step(out.state!, submission, inputsOf(submission));
      switch (stepped.kind) {
        case 'stepped': {
          if (submission.record) {
            out.state = stepped.state;
            out.records.push(this.parts.writeRecord(submission, stepped));
            out.messageIds.push(messageId);
          }
          const { answer, decisions } = stepped;
          out.results.push({ kind: 'done', messageId, duplicate: false, answer, decisions });
          break;
        }
        case 'duplicate':
          this.parts.metrics.duplicate();
          out.results.push(duplicateOf(messageId, stepped.answer));
          break;
        case 'refused': {
          const { code, message } = stepped;
          out.results.push({ kind: 'refused', code, message, path: null });
          break;
        }
      }
    }
    return out;
  }
}

interface StepRun {
  state: CustomerState | null;
  readonly results: Result[];
  records: string[];
  readonly messageIds: string[];
}

function duplicateOf(messageId: string, answer: string): Result {
  return { kind: 'done', messageId, duplicate: true, answer, decisions: [] };
}

const isDuplicate = (result: Result): boolean => result.kind === 'done' && result.duplicate;

/** Everything the engine may look at beside state and stimulus; recorded with the decision. */
function inputsOf({ stimulus }: Submission): JsonObject {
  if (stimulus.kind === 'event') return stimulus.event.context;
  return stimulus.kind === 'decide' ? stimulus.request.context : {};
}
