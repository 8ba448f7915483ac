// THE STORY (hot path). What happens to a submission, in call order:
//
//   submit ─► lane of its customer ─► state ─► step (pure) ─► commit ─► answer
//               │ full, or waited       │         │             ├ conflict: step again on the fresh state,
//               │ too long: overloaded  │ down:   │ duplicate:  │   from the second on after a pause
//               ▼                       │ 503     │ old answer  ├ exhausted: a budget has run dry; step again
//                                       ▼         │ refused:    │   without what is spent
//                                                 ▼ 4xx         ├ seen: that message was counted before
//                                                               ├ moved: go to the other customer
//                                                               └ ledger full: 503, nothing acknowledged
//
// A lane serves one customer at a time, and takes all that is waiting for the customer together: the
// run is stepped in order and committed in one call, so a hot customer costs one round trip a run.
// Whose state is stepped, that is the customer of all that the run records, whomever callers named.

import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from './errors.ts';
import { type Grant, type KnownBudgets, NO_GRANTS, ofSameOffers } from './model/budget.ts';
import { type Inputs, NO_INPUTS } from './model/inputs.ts';
import type { CustomerState } from './model/state.ts';
import type { Submission } from './model/step.ts';
import type {
  CatalogVersion,
  Lanes,
  PipelineParts,
  Result,
  StoredState,
} from './pipeline-ports.ts';

export type * from './pipeline-ports.ts';

interface Waiting {
  readonly submission: Submission;
  readonly settle: (result: Result) => void;
}

export class Pipeline {
  private readonly lanes: Lanes<Waiting>;

  constructor(private readonly parts: PipelineParts) {
    this.lanes = parts.lanes<Waiting>(
      (customerId, run) => this.serve(customerId, run),
      (items) => this.expire(items),
    );
  }

  /** Processes one submission; never rejects. Submissions of one customer keep their order. */
  submit(submission: Submission): Promise<Result> {
    return new Promise((settle) => {
      if (this.lanes.push(submission.customerId, { submission, settle })) return;
      this.parts.metrics.shed('lane_full', 1);
      settle(OVERLOADED);
    });
  }

  private expire(items: readonly Waiting[]): void {
    this.parts.metrics.shed('queue_time', items.length);
    for (const { settle } of items) settle(OVERLOADED);
  }

  private async serve(customerId: string, run: readonly Waiting[]): Promise<void> {
    let results: readonly Result[];
    try {
      results = await this.serveRun(customerId, run);
    } catch (error) {
      this.parts.states.evict(customerId);
      if (error instanceof Unavailable) this.parts.metrics.unavailable(error);
      else this.parts.onFault(error);
      const code = error instanceof Unavailable ? error.code : 'internal';
      const retryAfterS = error instanceof Unavailable ? error.retryAfterS : 1;
      results = run.map(() => ({ kind: 'unavailable', code, retryAfterS }));
    }
    for (let i = 0; i < run.length; i++) run[i]!.settle(results[i]!);
  }

  /** What is here already, as it nearly always is, is not waited for: the commit alone is. */
  private async serveRun(customerId: string, run: readonly Waiting[]): Promise<readonly Result[]> {
    const { states, catalogs, budgets, metrics } = this.parts;
    let id = customerId;
    let stored: StoredState | null = null;
    let seen: ReadonlySet<string> | null = null;
    let known = budgets.known(run[0]!.submission.nowMs);
    let checked = NO_GRANTS;
    let isFresh = false;
    let conflicts = 0;
    let conflictAtMs = 0;
    let attemptsMax = this.parts.attemptsMax;
    let dry = 0;
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      if (stored === null) {
        const loading = states.load(id);
        // What was not cached is read now: there is nothing newer.
        isFresh ||= loading instanceof Promise;
        const loaded = loading instanceof Promise ? await loading : loading;
        if ('kind' in loaded) {
          id = loaded.to;
          isFresh = false;
          continue;
        }
        stored = loaded;
      }
      const catching = catalogs.atLeast(stored.state.publication);
      const version = catching instanceof Promise ? await catching : catching;
      const stepped = this.stepRun(version, stored.state, run, seen, known);
      const { asked } = stepped;
      if (asked.length > 0 && !ofSameOffers(asked, checked)) {
        // What counts nothing is told the truth as well, of each next best, too: no commit will say
        // that a budget is spent.
        known = await budgets.check(id, asked, known);
        checked = asked;
        continue;
      }
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
        recents: version.recents,
        records: stepped.records,
        messageIds: stepped.messageIds,
        receivedAtMs: stepped.receivedAtMs,
        grants: stepped.grants,
      });
      // Held by each run until its answer, they would be most of what collections copy.
      stored = stepped.state = null;
      stepped.records = [];
      const outcome = await committing;
      switch (outcome.kind) {
        case 'committed':
          metrics.committed(stepped.messageIds.length);
          return stepped.results;
        case 'conflict': {
          if (++conflicts === 1) conflictAtMs = this.parts.monotonicMs();
          metrics.conflict(conflicts);
          const elapsedMs = this.parts.monotonicMs() - conflictAtMs;
          const pauseMs = this.parts.pauseAfterConflict(conflicts, elapsedMs);
          if (pauseMs === 0) {
            stored = outcome.fresh;
            break;
          }
          if (pauseMs === null) return this.giveUp(run);
          await pause(pauseMs);
          // What came back then is likely to be old by now: others commit to this customer.
          states.evict(id);
          break;
        }
        case 'seen':
          seen = outcome.messageIds;
          stored = outcome.fresh;
          break;
        case 'moved':
          id = outcome.to;
          isFresh = false;
          stored = null;
          break;
        case 'exhausted':
          // Each may be the next best of the one before: that many steps further is no standstill.
          if (dry++ < version.budgets.size) attemptsMax++;
          known = await budgets.replenish(id, stepped.grants, outcome.lacking, known);
          break;
        case 'ledger_full':
          throw new Unavailable('ledger_full', 5);
      }
    }
    return this.giveUp(run);
  }

  private giveUp(run: readonly Waiting[]): readonly Result[] {
    this.parts.metrics.shed('conflicts', run.length);
    return run.map(() => OVERLOADED);
  }

  /** Steps a run in order from `state`; results are final only once the commit is. */
  private stepRun(
    version: CatalogVersion,
    state: CustomerState,
    run: readonly Waiting[],
    seen: ReadonlySet<string> | null,
    known: KnownBudgets | null,
  ): StepRun {
    const out: StepRun = {
      state,
      results: [],
      records: [],
      messageIds: [],
      receivedAtMs: 0,
      grants: NO_GRANTS,
      asked: NO_GRANTS,
    };
    for (const { submission } of run) {
      const { messageId } = submission;
      if (seen?.has(messageId)) {
        this.parts.metrics.duplicate();
        out.results.push(duplicateOf(messageId, '[]'));
        continue;
      }
      const budgets = known === null ? null : known.after(out.grants);
      const stepped = version.step(out.state!, submission, inputsOf(submission, budgets));
      switch (stepped.kind) {
        case 'stepped': {
          if (submission.record) {
            out.state = stepped.state;
            const continuesRun = out.records.length > 0;
            const how = {
              catalog: version.hash,
              publication: version.publication,
              continuesRun,
            };
            out.records.push(this.parts.writeRecord(submission, stepped, how));
            out.messageIds.push(messageId);
            out.receivedAtMs = submission.receivedAtMs;
            if (stepped.grants.length > 0) out.grants = [...out.grants, ...stepped.grants];
          } else if (stepped.grants.length > 0) {
            out.asked = [...out.asked, ...stepped.grants];
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
          out.results.push(stepped);
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
  /** Of the last that is recorded: stepped again from its records, a run comes out the same. */
  receivedAtMs: number;
  /** What the records take of budgets. */
  grants: readonly Grant[];
  /** What questions that are not recorded would take, each if it were the only one. */
  asked: readonly Grant[];
}

function duplicateOf(messageId: string, answer: string): Result {
  return { kind: 'done', messageId, duplicate: true, answer, decisions: [] };
}

/** Too much is waiting; nothing was acknowledged. */
const OVERLOADED: Result = { kind: 'unavailable', code: 'overloaded', retryAfterS: 1 };

const isDuplicate = (result: Result): boolean => result.kind === 'done' && result.duplicate;

/** Everything the engine may look at beside state and stimulus; recorded with the decision. */
export function inputsOf({ stimulus }: Submission, budgets: KnownBudgets | null): Inputs {
  if (stimulus.kind === 'event') return { context: stimulus.event.context, budgets };
  if (stimulus.kind === 'decide') return { context: stimulus.request.context, budgets };
  return NO_INPUTS;
}
