// What is left of each budget in one partition, without asking anybody else: for a run that has found
// so many budgets spent, one after the other, that it must come to its end.

import { type BudgetLimits, takingsOf } from '../model/budget.ts';
import type { Left } from './known-left.ts';

/** What a partition holds of one limit. */
export interface Held {
  /** Under which limit. */
  readonly limit: number;
  readonly left: number;
}

/**
 * By offer; an offer that is not in it has nothing there.
 * @param budgets of the catalog in force
 * @param day number of the day in the catalog's timezone
 * @param held by field, `offer|limit`
 */
export function heldLeft(
  budgets: ReadonlyMap<string, BudgetLimits>,
  day: number,
  held: ReadonlyMap<string, Held>,
): Map<string, Left> {
  const left = new Map<string, Left>();
  for (const [offer, limits] of budgets) {
    let grants = Number.POSITIVE_INFINITY;
    let cents = Number.POSITIVE_INFINITY;
    for (const { field, limit } of takingsOf({ offer, limits, day, cents: 0 })) {
      const there = held.get(field);
      // What was allotted under another limit is nobody's to use.
      const rest = there?.limit === limit ? there.left : 0;
      if (field.endsWith('|m')) cents = rest;
      else grants = Math.min(grants, rest);
    }
    if (grants > 0) left.set(offer, { grants, cents });
  }
  return left;
}
