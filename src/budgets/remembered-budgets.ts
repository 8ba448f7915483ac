// What is spent in all, as draws found it: remembered for a while, so that nobody asks again for what is
// gone.

import type { BudgetLimits, Grant } from '../model/budget.ts';
import type { Drawn, Need } from './budget-draws.ts';
import { KnownLeft, type Left } from './known-left.ts';

/** How long it is believed that all is spent: nothing but a loss of data brings some back. */
const SPENT_MS = 30_000;
/** How long, where others may have some idle: well below what a customer is promised. */
const SHORT_MS = 300;

interface Remembered {
  readonly limits: BudgetLimits;
  /** null = for ever; else what is said is of that day. */
  readonly day: number | null;
  readonly left: Left;
  readonly untilMs: number;
}

/** What `known` said, for as long as it holds. */
interface Cached {
  readonly catalog: BudgetedCatalog;
  readonly day: number;
  readonly untilMs: number;
  readonly known: KnownLeft | null;
}

/** The catalog in force, as far as budgets go. */
export interface BudgetedCatalog {
  readonly budgets: ReadonlyMap<string, BudgetLimits>;
  dayOf(atMs: number): number;
}

export interface RememberedParts {
  readonly catalog: () => BudgetedCatalog;
  monotonicMs(): number;
}

export class RememberedBudgets {
  private readonly remembered = new Map<string, Remembered>();
  private cached: Cached | null = null;

  constructor(private readonly parts: RememberedParts) {}

  /** What is known to be spent at a time; null = nothing is. */
  known(nowMs: number): KnownLeft | null {
    if (this.remembered.size === 0) return null;
    const catalog = this.parts.catalog();
    const atMs = this.parts.monotonicMs();
    const day = catalog.dayOf(nowMs);
    const { cached } = this;
    if (cached?.catalog === catalog && cached.day === day && atMs < cached.untilMs) {
      return cached.known;
    }
    const left = new Map<string, Left>();
    let untilMs = Number.POSITIVE_INFINITY;
    for (const [offer, said] of this.remembered) {
      const isOver = said.untilMs <= atMs || !isSame(said.limits, catalog.budgets.get(offer));
      if (isOver) this.remembered.delete(offer);
      else {
        untilMs = Math.min(untilMs, said.untilMs);
        if (said.day === null || said.day === day) left.set(offer, said.left);
      }
    }
    const known = left.size === 0 ? null : new KnownLeft(left);
    this.cached = { catalog, day, untilMs, known };
    return known;
  }

  /** What there is in all, where the draw came to its end. */
  note(
    offer: string,
    { limits, day }: Grant,
    needs: readonly Need[],
    drawn: readonly Drawn[],
  ): void {
    this.cached = null;
    if (drawn.every(({ left }, i) => left >= needs[i]!.need)) {
      this.remembered.delete(offer);
      return;
    }
    let grants = Number.POSITIVE_INFINITY;
    let cents = Number.POSITIVE_INFINITY;
    let isDaily = false;
    let isSure = true;
    needs.forEach(({ kind, need }, i) => {
      const { left, total } = drawn[i]!;
      if (left >= need) return;
      isSure &&= total !== null;
      if (kind === 'm') cents = Math.min(cents, total ?? left);
      else grants = Math.min(grants, total ?? left);
      isDaily ||= kind !== 'm' && kind !== 'g';
    });
    this.remembered.set(offer, {
      limits,
      day: isDaily ? day : null,
      left: { grants, cents },
      untilMs: this.parts.monotonicMs() + (isSure ? SPENT_MS : SHORT_MS),
    });
  }
}

function isSame(a: BudgetLimits, b: BudgetLimits | undefined): boolean {
  return b !== undefined && a.grants === b.grants && a.perDay === b.perDay && a.cents === b.cents;
}
