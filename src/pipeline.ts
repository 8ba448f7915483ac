// THE STORY (hot path). What happens to a submission, in call order:
//
//   submit ─► lane of the name ─► who is it? ─► state ─► step (pure) ─► commit ─► answer
//               │ full, or waited   │             │         │             ├ conflict: step again on the fresh
//               │ too long:         │ a new name: │ down:   │ duplicate:  │   state, after a pause from the
//               ▼ overloaded        │ claim it,   │ 503     │ old answer  │   second on
//                                   │ fold who    ▼         │ refused:    ├ exhausted: a budget has run dry;
//                                   ▼ is one                ▼ 4xx         │   step again without what is spent
//                                                                         ├ seen: it was counted before
//                                                                         ├ moved: who is it now? also after
//                                                                         │   a pause from the second on
//                                                                         └ ledger full: 503, nothing is
//                                                                           acknowledged
//
// A lane serves one name at a time, and takes all that is waiting for it together: the run is stepped
// in order and committed in one call, so a hot customer costs one round trip a run. Where a call gives
// a name that is new, the run is cut: what comes before must not see what that brings.
// Whose state is stepped, that is the customer of all that the run records, whomever callers named.

import { ERRORS, Unavailable, Unreadable } from './errors.ts';
import { NO_GRANTS, ofSameOffers } from './model/budget.ts';
import type { RefusedMerge } from './model/identity.ts';
import { signsOut } from './model/sign-out.ts';
import type { Submission } from './model/step.ts';
import type { Lanes, PipelineParts, Result, StoredState } from './pipeline-ports.ts';
import { Retries } from './pipeline-retries.ts';
import { commitOf, stepRun } from './pipeline-step.ts';

export type * from './pipeline-ports.ts';
export { inputsOf } from './pipeline-step.ts';

interface Waiting {
  readonly submission: Submission;
  readonly settle: (result: Result) => void;
}

export class Pipeline {
  private readonly lanes: Lanes<Waiting>;

  constructor(private readonly parts: PipelineParts) {
    this.lanes = parts.lanes<Waiting>(
      (_, run) => this.serve(run),
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

  /** Serves a run part by part; whatever becomes of one part, those before it are answered. */
  private async serve(run: readonly Waiting[]): Promise<void> {
    let served = 0;
    while (served < run.length) {
      let results: readonly Result[];
      try {
        results = await this.servePart(run, served);
      } catch (error) {
        results = this.fail(error, run.slice(served));
      }
      for (const result of results) run[served++]!.settle(result);
    }
  }

  private fail(error: unknown, run: readonly Waiting[]): readonly Result[] {
    for (const { submission } of run) this.parts.states.evict(submission.customerId);
    if (error instanceof Unavailable) this.parts.metrics.unavailable(error);
    else this.parts.onFault(error);
    // Sent again and again, it would keep back what waits behind it.
    if (error instanceof Unreadable) return run.map(() => UNREADABLE);
    const code = error instanceof Unavailable ? error.code : 'internal';
    const retryAfterS = error instanceof Unavailable ? error.retryAfterS : 1;
    return run.map(() => ({ kind: 'unavailable', code, retryAfterS }));
  }

  /**
   * Serves what of a run can be committed together, from a place on; at least the first.
   * What is here already, as it nearly always is, is not waited for: the commit alone is.
   */
  private async servePart(run: readonly Waiting[], from: number): Promise<readonly Result[]> {
    const { states, customers, catalogs, budgets, metrics } = this.parts;
    const first = run[from]!.submission;
    let part = run;
    let stored: StoredState | null = null;
    let refused = NONE_REFUSED;
    let known = budgets.known(first.nowMs);
    let checked = NO_GRANTS;
    let freshId: string | null = null;
    let retries: Retries | null = null;
    for (let attempt = 0; attempt < this.parts.attemptsMax + (retries?.more ?? 0); attempt++) {
      if (stored === null) {
        const finding = customers.find(first);
        stored = finding instanceof Promise ? await finding : finding;
        // What was not cached is read now: there is nothing newer.
        if (finding instanceof Promise) freshId ??= first.customerId;
      }
      if (!customers.isSettled(stored, first)) {
        const settled = await customers.settle(stored, first);
        stored = settled.stored;
        if (settled.refused.length > 0) refused = settled.refused;
      }
      part = this.partOf(run, from, stored);
      const last = part[part.length - 1]!.submission;
      if (signsOut(last)) await customers.letGo(stored, last);
      const id = stored.state.customerId;
      const catching = catalogs.atLeast(stored.state.publication);
      const version = catching instanceof Promise ? await catching : catching;
      const seen = retries === null ? null : retries.seen;
      const stepped = stepRun(this.parts, version, stored.state, part, seen, known, refused);
      const { asked } = stepped;
      if (asked.length > 0 && !ofSameOffers(asked, checked)) {
        // What counts nothing is told the truth as well, of each next best, too: no commit will say
        // that a budget is spent.
        known = await budgets.check(id, asked, known);
        checked = asked;
        continue;
      }
      if (stepped.records.length === 0) {
        if (freshId === id || stepped.results.every(isDuplicate)) return stepped.results;
        // No commit will compare etags, and what was cached may lack what another gateway wrote.
        states.evict(id);
        stored = null;
        freshId = id;
        continue;
      }
      const committing = states.commit(commitOf(stored, stepped, version));
      const count = stepped.records.length;
      // Held by each run until its answer, they would be most of what collections copy.
      stored = stepped.state = null;
      stepped.records = [];
      const outcome = await committing;
      if (outcome.kind === 'committed') {
        metrics.committed(count, stepped.firings);
        return stepped.results;
      }
      retries ??= new Retries(this.parts);
      if (outcome.kind === 'exhausted') {
        retries.ranDry(version);
        known = await budgets.replenish(id, stepped.grants, outcome.lacking, known);
        continue;
      }
      stored = await retries.after(outcome, id, first);
      if (retries.isGivenUp) return this.giveUp(part);
    }
    return this.giveUp(part);
  }

  /** As far as a run is of this customer, with no name that is new. The first is both. */
  private partOf(run: readonly Waiting[], from: number, stored: StoredState): readonly Waiting[] {
    const { customers } = this.parts;
    let to = from + 1;
    while (
      to < run.length &&
      customers.isSettled(stored, run[to]!.submission) &&
      // What comes after has to find out whom it is of.
      !signsOut(run[to - 1]!.submission)
    ) {
      to++;
    }
    return from === 0 && to === run.length ? run : run.slice(from, to);
  }

  private giveUp(run: readonly Waiting[]): readonly Result[] {
    this.parts.metrics.shed('conflicts', run.length);
    return run.map(() => OVERLOADED);
  }
}

/** Too much is waiting; nothing was acknowledged. */
const OVERLOADED: Result = { kind: 'unavailable', code: 'overloaded', retryAfterS: 1 };

const UNREADABLE: Result = {
  ...{ kind: 'refused', code: 'unreadable_customer', path: null },
  message: ERRORS.unreadable_customer.message,
};

const NONE_REFUSED: readonly RefusedMerge[] = [];

const isDuplicate = (result: Result): boolean => result.kind === 'done' && result.duplicate;
