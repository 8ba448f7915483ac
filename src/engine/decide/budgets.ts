// Hot path. Budgets: how often an offer may be given to all customers together. What is left is counted
// where the commit is made; here an offer is passed over that is known to be spent, and what the chosen
// ones take is noted. What does not count (an import, a fallback, a holdout) takes nothing.

import { centsOf, type Grant, type KnownBudgets } from '../../model/budget.ts';
import type { OfferBudget } from '../../model/catalog.ts';
import { doubleOf, type Scope } from '../../model/value.ts';
import type { Counters } from '../counters.ts';
import type { OfferProgram } from './placements.ts';

/** Budgets as one step meets them. */
export interface Spending {
  readonly known: KnownBudgets | null;
  readonly messageId: string;
  /** false: an import. What it chose then is no grant now, and no budget of now refuses it. */
  readonly counts: boolean;
  /** What the decisions of the step took so far. */
  readonly granted: Grant[];
}

/** What an offer without a budget, or a step that does not count, would spend. */
export const FREE = 0;

/**
 * What giving the offer would spend, in hundredths; null when its budget refuses it: known to be spent,
 * or nobody can say what one grant costs (`each` is unknown, negative or beyond what can be counted).
 */
export function costOf(
  offer: OfferProgram,
  placement: string,
  scope: Scope,
  spending: Spending,
  counters: Counters,
): number | null {
  const { budget, name } = offer.definition;
  if (budget === null || !spending.counts) return FREE;
  const cents = eachOf(budget, scope);
  if (cents === null) {
    counters.costsUnknown++;
    return null;
  }
  const { known, messageId, granted } = spending;
  const isSpent = known?.isSpent(name, placement, messageId, granted, cents);
  return isSpent ? null : cents;
}

function eachOf({ each }: OfferBudget, scope: Scope): number | null {
  if (each === null) return FREE;
  const amount = doubleOf(each(scope));
  return amount === undefined ? null : centsOf(amount);
}

/** Notes what a chosen offer takes. @param day of the catalog's timezone */
export function grant(offer: OfferProgram, cents: number, day: number, spending: Spending): void {
  const { budget: limits, name } = offer.definition;
  if (limits === null || !spending.counts) return;
  spending.granted.push({ offer: name, limits, day, cents });
}
