// An offer's budget: limits that must make sense together, and what one grant costs.

import { centsOf } from '../model/budget.ts';
import type { OfferBudget } from '../model/catalog.ts';
import { type CompileContext, OF_DECISION } from './compile-context.ts';
import type { OfferData } from './declarations.ts';
import type { Located } from './located.ts';
import { isAmount } from './shapes/scalars.ts';

type BudgetData = NonNullable<OfferData['budget']>;

/** null where there is none, and after a fault. */
export function compileBudget(
  node: Located | undefined,
  data: OfferData['budget'],
  context: CompileContext,
): OfferBudget | null {
  if (node === undefined || data === undefined) return null;
  const incomplete = lackOf(data);
  if (incomplete !== null) {
    context.faults.at(node, incomplete.message, incomplete);
    return null;
  }
  const each = node.entries?.get('each');
  if (typeof data.each === 'number' && !isAmount(data.each)) {
    const expected = 'an amount from 0, with at most 2 decimals, or an expression';
    const found = String(data.each);
    context.faults.at(each!, `found ${found}, expected ${expected}`, { found, expected });
    return null;
  }
  return {
    grants: data.grants ?? null,
    perDay: data.per_day ?? null,
    cents: data.money === undefined ? null : centsOf(data.money),
    each: context.number(each, OF_DECISION)?.run ?? null,
  };
}

/** What a budget of sound parts lacks; null = nothing. */
function lackOf(data: BudgetData): { readonly message: string; readonly expected: string } | null {
  const expected = 'a budget such as { grants: 10000, per_day: 500 } or { money: 50000, each: 5 }';
  if (data.money === undefined && data.each !== undefined) {
    return { message: `"money" is missing: "each" is what a grant spends of it`, expected };
  }
  if (data.money !== undefined && data.each === undefined) {
    return { message: `"each" is missing: what one grant spends of "money"`, expected };
  }
  if (data.grants === undefined && data.per_day === undefined && data.money === undefined) {
    return { message: `found no limit, expected ${expected}`, expected };
  }
  return null;
}
