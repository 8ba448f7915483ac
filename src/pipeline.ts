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

import { Unavailable } from './errors.ts';
import type { JsonObject } from './model/json.ts';
import type { CustomerState } from './model/state.ts';
import type { Submission } from './model/step.ts';
import type { Lanes, PipelineParts, Published, Result, StoredState } from './pipeline-ports.ts';

export type * from './pipeline-ports.ts';

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
