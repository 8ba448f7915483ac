// Of a run whose commit did not come through: what the next attempt knows of it, and when it may begin. Runs
// that are committed at once, as nearly all are, have none of this.

import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from './errors.ts';
import type { Submission } from './model/step.ts';
import type {
  CatalogVersion,
  CommitOutcome,
  PipelineParts,
  StoredState,
} from './pipeline-ports.ts';

/** Outcomes that make a run find its customer, and step, again. */
type Failed = Exclude<CommitOutcome, { kind: 'committed' | 'exhausted' }>;

export class Retries {
  /** Messages that were counted before, though the state does not remember them; null = none. */
  seen: ReadonlySet<string> | null = null;
  /** Attempts beside those that every run has. */
  more = 0;
  /** Whether the caller is to come again. */
  isGivenUp = false;
  private conflicts = 0;
  private conflictAtMs = 0;
  private dry = 0;

  constructor(private readonly parts: PipelineParts) {}

  /** A budget has run dry. Each may be the next best of the one before: so many are no standstill. */
  ranDry({ budgets }: CatalogVersion): void {
    if (this.dry++ < budgets.size) this.more++;
  }

  /**
   * Waits as long as it takes.
   * @param id of the customer whose state was not committed
   * @returns the state to begin with; null = the customer has to be found
   * @throws Unavailable
   */
  async after(outcome: Failed, id: string, first: Submission): Promise<StoredState | null> {
    switch (outcome.kind) {
      case 'conflict':
        return this.afterConflict(outcome.fresh, id, first);
      case 'seen':
        this.seen = outcome.messageIds;
        return this.asFound(outcome.fresh, first);
      case 'moved':
        this.parts.customers.forget(first.customerId);
        await this.pauseFor(id);
        return null;
      case 'ledger_full':
        throw new Unavailable('ledger_full', 5);
    }
  }

  private async afterConflict(
    fresh: StoredState,
    id: string,
    first: Submission,
  ): Promise<StoredState | null> {
    const isAtOnce = await this.pauseFor(id);
    return isAtOnce ? this.asFound(fresh, first) : null;
  }

  /**
   * Two gateways that claim each other's names for two customers find them moved again and again, each by
   * the other: it takes a pause for one of them to come through.
   * @returns whether there was none, and the run goes on
   */
  private async pauseFor(id: string): Promise<boolean> {
    const { metrics, states, monotonicMs, pauseAfterConflict } = this.parts;
    if (++this.conflicts === 1) this.conflictAtMs = monotonicMs();
    metrics.conflict(this.conflicts);
    const elapsedMs = monotonicMs() - this.conflictAtMs;
    const pauseMs = pauseAfterConflict(this.conflicts, elapsedMs);
    if (pauseMs === 0) return true;
    this.isGivenUp = pauseMs === null;
    if (pauseMs === null) return false;
    await pause(pauseMs);
    // What came back then is likely to be old by now: others commit to this customer.
    states.evict(id);
    return false;
  }

  /** A fresh state, if the name still leads there: else it has to be found again. */
  private asFound(fresh: StoredState, named: Submission): StoredState | null {
    const { customers } = this.parts;
    if (customers.leadsTo(fresh, named)) return fresh;
    customers.forget(named.customerId);
    return null;
  }
}
