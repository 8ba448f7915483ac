// Budgets that are spent before anything is given: the offer can never be chosen.

import type { OfferData } from '../declarations.ts';
import type { FaultList } from '../fault.ts';
import type { Warned } from './warned.ts';

/** What a budget that allows nothing fails by, behind the offer's name; null = it may allow. */
export function whySpent(budget: OfferData['budget']): string | null {
  if (budget === undefined) return null;
  const { grants, per_day: perDay, money, each } = budget;
  if (grants === 0) return 'has a budget of 0 grants';
  if (perDay === 0) return 'has a budget of 0 per day';
  if (money === undefined) return null;
  // What an expression costs is known when it is asked.
  if (typeof each !== 'number' || each <= money) return null;
  return `has a budget of ${money}, of which one costs ${each}`;
}

export function warnOfSpentBudgets({ context }: Warned, warnings: FaultList): void {
  for (const { node, data } of context.declared.offers.values()) {
    if (warnings.full) return;
    const why = whySpent(data?.budget);
    const budget = node.entries?.get('budget');
    if (why === null || budget === undefined) continue;
    warnings.at(budget, `this offer can never be chosen: it ${why}`);
  }
}
