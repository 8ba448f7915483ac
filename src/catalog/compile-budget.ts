// An offer's budget: limits that must make sense together, and what one grant costs.

import { centsOf } from '../model/budget.ts';
import type { OfferBudget } from '../model/catalog.ts';
import type { CompileContext } from './compile-context.ts';
import type { OfferData } from './declarations.ts';
import type { Located } from './located.ts';
import { OF_DECISION } from './reach.ts';
import { budgetShape } from './shapes/offer-shapes.ts';
import { isAmount } from './shapes/scalars.ts';

/**
 * null where there is none, and after a fault.
 * @param data undefined where some of it has the wrong shape: that is told, and the rest is checked
 */
export function compileBudget(
  node: Located | undefined,
  data: OfferData['budget'],
  context: CompileContext,
): OfferBudget | null {
  if (node === undefined || node.entries === null) return null;
  const incomplete = lackOf([...node.entries.keys()]);
  if (incomplete !== null) {
    context.faults.at(node, incomplete.message, incomplete);
    return null;
  }
  const each = node.entries.get('each');
  if (typeof each?.value === 'number' && !isAmount(each.value)) {
    const expected = 'an amount from 0, with at most 2 decimals, or an expression';
    const found = String(each.value);
    context.faults.at(each, `found ${found}, expected ${expected}`, { found, expected });
    return null;
  }
  // That it is none at all is told with the shape.
  const cost = isExpression(each?.value) ? context.number(each, OF_DECISION) : null;
  if (data === undefined) return null;
  return {
    grants: data.grants ?? null,
    perDay: data.per_day ?? null,
    cents: data.money === undefined ? null : centsOf(data.money),
    each: cost?.run ?? null,
  };
}

function isExpression(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

const KEYS: ReadonlySet<string> = new Set(Object.keys(budgetShape.shape));

/** What a budget of these keys lacks; null = nothing, or nobody knows what a misspelt one is for. */
function lackOf(
  keys: readonly string[],
): { readonly message: string; readonly expected: string } | null {
  const expected = 'a budget such as { grants: 10000, per_day: 500 } or { money: 50000, each: 5 }';
  if (keys.some((key) => !KEYS.has(key))) return null;
  const has = (key: string) => keys.includes(key);
  if (!has('money') && has('each')) {
    return { message: `"money" is missing: "each" is what a grant spends of it`, expected };
  }
  if (has('money') && !has('each')) {
    return { message: `"each" is missing: what one grant spends of "money"`, expected };
  }
  if (keys.length === 0) {
    return { message: `found no limit, expected ${expected}`, expected };
  }
  return null;
}
