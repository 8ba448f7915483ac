// What `GET /v1/budgets` answers: of each offer with a budget its limits, and what is used of them.

import { type BudgetLimits, budgetField, dateText } from '../model/budget.ts';
import type { BudgetUsage } from './budget-usage.ts';

export interface BudgetReport {
  readonly budgets: readonly OfferReport[];
}

export interface OfferReport {
  readonly offerId: string;
  readonly grants: Used | null;
  readonly perDay: (Used & { readonly day: string }) | null;
  /** In the currency, not in hundredths. */
  readonly money: Used | null;
}

export interface Used {
  readonly limit: number;
  readonly used: number;
}

/** @param day today, in the catalog's timezone */
export function budgetReport(
  budgets: ReadonlyMap<string, BudgetLimits>,
  usage: BudgetUsage,
  day: number,
): BudgetReport {
  const used = (field: string) => usage.get(field) ?? 0;
  return {
    budgets: [...budgets].map(([offerId, { grants, perDay, cents }]) => ({
      offerId,
      grants: grants === null ? null : { limit: grants, used: used(budgetField(offerId, 'g')) },
      perDay:
        perDay === null
          ? null
          : {
              limit: perDay,
              used: used(budgetField(offerId, `d${day}`)),
              day: dateText(day),
            },
      money:
        cents === null ? null : { limit: cents / 100, used: used(budgetField(offerId, 'm')) / 100 },
    })),
  };
}
