// The budgets of a catalog's test: whole when it begins, and spent by its own customer alone. A value:
// what a step took is in the next one.

import { type Grant, type KnownBudgets, takingsOf } from '../model/budget.ts';
import type { OfferBudget } from '../model/catalog.ts';

export class TestBudgets implements KnownBudgets {
  /** @param used `offer|limit` → how much */
  private constructor(
    private readonly budgets: ReadonlyMap<string, OfferBudget>,
    private readonly used: ReadonlyMap<string, number>,
    private readonly day: number,
  ) {}

  static whole(budgets: ReadonlyMap<string, OfferBudget>): TestBudgets {
    return new TestBudgets(budgets, new Map(), 0);
  }

  /** On a day, by its number in the catalog's timezone. */
  on(day: number): TestBudgets {
    return new TestBudgets(this.budgets, this.used, day);
  }

  isSpent(
    offer: string,
    _placement: string,
    _messageId: string,
    granted: readonly Grant[],
    cents: number,
  ): boolean {
    const limits = this.budgets.get(offer);
    if (limits === undefined) return false;
    const { used } = this.after(granted);
    return takingsOf({ offer, limits, day: this.day, cents }).some(
      ({ field, cost, limit }) => (used.get(field) ?? 0) + cost > limit,
    );
  }

  after(taken: readonly Grant[]): TestBudgets {
    if (taken.length === 0) return this;
    const used = new Map(this.used);
    for (const { field, cost } of taken.flatMap(takingsOf)) {
      used.set(field, (used.get(field) ?? 0) + cost);
    }
    return new TestBudgets(this.budgets, used, this.day);
  }
}
