// What time brings one customer, seen to: whatever is due is submitted like anything else that happens,
// and the index says when to come again. Nobody has to remember anything: the state says what is due, and
// a timer leaves it with the commit that fires it.

import type { Submission } from '../model/step.ts';
import { timerMessageId } from '../model/timer.ts';
import type { CatalogSource, DuePlan, Loaded, Pipeline, Result, StateStore } from '../pipeline.ts';

export interface TimedCustomersParts {
  readonly states: Pick<StateStore, 'load' | 'evict'>;
  readonly catalogs: CatalogSource;
  readonly pipeline: Pick<Pipeline, 'submit'>;
  nowMs(): number;
  /** A timer was seen to, so many ms after it was due. */
  readonly late: (ms: number) => void;
}

/** When to come again. */
export type SeenTo =
  /** What was due is done; the index may say so if the customer is still under this etag. */
  | { readonly kind: 'next'; readonly etag: string; readonly atMs: number }
  /** The commit has said so itself, or another has. */
  | { readonly kind: 'committed' }
  /** It could not be done now. */
  | { readonly kind: 'unavailable' };

export class TimedCustomers {
  constructor(private readonly parts: TimedCustomersParts) {}

  /**
   * Does what is due.
   * @param askedMs when the index says that something is, epoch ms
   * @throws Unavailable
   */
  async see(customerId: string, askedMs: number): Promise<SeenTo> {
    const { states, catalogs } = this.parts;
    const loaded = await states.load(customerId);
    if ('kind' in loaded) return this.seeMoved(customerId, loaded);
    const { state, etag } = loaded;
    // Forgotten, or never there.
    if (etag === '') return { kind: 'next', etag, atMs: NEVER };
    const version = await catalogs.atLeast(state.publication);
    const nowMs = this.parts.nowMs();
    const plan = version.time.plan(state, nowMs);
    if (plan.timers.length === 0 && !plan.look) {
      return { kind: 'next', etag, atMs: version.time.nextDueMs(state) };
    }
    const results = await this.submit(customerId, plan, askedMs, nowMs);
    if (results.some(({ kind }) => kind === 'unavailable')) return { kind: 'unavailable' };
    if (results.some((result) => result.kind === 'done' && !result.duplicate)) {
      return { kind: 'committed' };
    }
    // Nothing of it was new: another was first, or the look found everything as it was.
    const fresh = await states.load(customerId);
    if ('kind' in fresh || fresh.etag === '') return { kind: 'committed' };
    const after = await catalogs.atLeast(fresh.state.publication);
    const again = after.time.plan(fresh.state, nowMs);
    if (again.timers.length > 0) return { kind: 'committed' };
    return { kind: 'next', etag: fresh.etag, atMs: after.time.nextDueMs(fresh.state) };
  }

  /** What is cached of a customer is old. */
  forget(customerId: string): void {
    this.parts.states.evict(customerId);
  }

  /** A customer on the way into another is helped there; of one who has arrived nothing is due here. */
  private async seeMoved(
    customerId: string,
    loaded: Extract<Loaded, { kind: 'moved' | 'moving' }>,
  ): Promise<SeenTo> {
    if (loaded.kind === 'moved') return { kind: 'next', etag: loaded.etag, atMs: NEVER };
    const nowMs = this.parts.nowMs();
    await this.submit(customerId, { timers: [], look: true }, nowMs, nowMs);
    this.parts.states.evict(customerId);
    return { kind: 'unavailable' };
  }

  private submit(
    customerId: string,
    plan: DuePlan,
    askedMs: number,
    nowMs: number,
  ): Promise<readonly Result[]> {
    const { pipeline, late } = this.parts;
    const common = {
      customerId,
      nowMs,
      receivedAtMs: nowMs,
      live: true,
      decide: true,
      record: true,
    };
    const submissions = plan.timers.map(({ trigger, key, dueAtMs }): Submission => {
      return {
        ...common,
        stimulus: { kind: 'timer', trigger, key, dueAtMs },
        messageId: timerMessageId({ trigger, key, dueAtMs }),
      };
    });
    if (plan.look) {
      submissions.push({
        ...common,
        stimulus: { kind: 'look', dueAtMs: askedMs },
        messageId: `look:${nowMs}`,
      });
    }
    for (const { dueAtMs } of plan.timers) late(nowMs - dueAtMs);
    return Promise.all(submissions.map((submission) => pipeline.submit(submission)));
  }
}

const NEVER = Number.POSITIVE_INFINITY;
