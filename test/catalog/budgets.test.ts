// `budget:` of an offer: what is refused, and that the refusal says what to write.

import { describe, expect, it } from 'vitest';
import { reported, valid } from './compile.ts';

const withBudget = (budget: string) => `catalog: t
offers:
  x: { treatments: { web: {} }, budget: ${budget} }
placements: { web: {} }
`;
const budgetOf = (budget: string) => {
  const compiled = valid(withBudget(budget)).offers[0]!.budget;
  if (compiled === null) return null;
  const { each, ...limits } = compiled;
  return { ...limits, each: each !== null };
};
const NONE = { grants: null, perDay: null, cents: null, each: false };

describe('a budget', () => {
  it.each<[string, object]>([
    ['{ grants: 10000, per_day: 500 }', { grants: 10_000, perDay: 500 }],
    ['{ money: 50000, each: 5 }', { cents: 5_000_000, each: true }],
    ['{ money: 10.05, each: "context.price" }', { cents: 1_005, each: true }],
    [
      '{ grants: 1, per_day: 2, money: 0.3, each: 0.1 }',
      { grants: 1, perDay: 2, cents: 30, each: true },
    ],
    ['{ grants: 0 }', { grants: 0 }],
    ['{ per_day: 0 }', { perDay: 0 }],
    ['{ money: 0, each: 0 }', { cents: 0, each: true }],
    ['{ grants: 9007199254740991 }', { grants: Number.MAX_SAFE_INTEGER }],
    ['{ money: 90071992547409.91, each: 1 }', { cents: Number.MAX_SAFE_INTEGER, each: true }],
  ])('is taken: %s', (budget, expected) => {
    expect(budgetOf(budget)).toEqual({ ...NONE, ...expected });
  });

  it('says in numbers what an offer has, and nothing of one that has none', () => {
    const plain =
      'catalog: t\noffers: { x: { treatments: { web: {} } } }\nplacements: { web: {} }\n';
    expect(valid(plain).offers[0]!.budget).toBe(null);
  });

  const WHOLE = 'expected a whole number from 0 to 9007199254740991';
  const AMOUNT = 'expected an amount from 0 to 90071992547409.91, with at most 2 decimals';
  const EACH = 'expected an amount from 0, with at most 2 decimals, or an expression';
  it.each([
    ['{}', 'budget: found no limit, expected a budget such as { grants: 10000, per_day: 500 }'],
    ['5', 'budget: found 5, expected a map with grants, per_day, money, each'],
    ['[]', 'budget: found an empty list, expected a map with grants, per_day, money, each'],
    ['~', 'budget: found nothing, expected a map with grants, per_day, money, each'],
    ['{ grant: 5 }', 'budget.grant: unknown key "grant"'],
    ['{ grants: -1 }', `budget.grants: found -1, ${WHOLE}`],
    ['{ grants: 1.5 }', `budget.grants: found 1.5, ${WHOLE}`],
    ['{ grants: "5" }', `budget.grants: found "5", ${WHOLE}`],
    ['{ grants: }', `budget.grants: found nothing, ${WHOLE}`],
    ['{ grants: 9007199254740992 }', `budget.grants: found 9007199254740992, ${WHOLE}`],
    ['{ per_day: -5 }', `budget.per_day: found -5, ${WHOLE}`],
    ['{ money: 10.005, each: 1 }', `budget.money: found 10.005, ${AMOUNT}`],
    ['{ money: -1, each: 1 }', `budget.money: found -1, ${AMOUNT}`],
    ['{ money: 1e14, each: 1 }', `budget.money: found 100000000000000, ${AMOUNT}`],
    ['{ money: 10 EUR, each: 1 }', `budget.money: found "10 EUR", ${AMOUNT}`],
    ['{ money: 10 }', 'budget: "each" is missing: what one grant spends of "money"'],
    ['{ each: 1 }', 'budget: "money" is missing: "each" is what a grant spends of it'],
    ['{ grants: 5, each: 1 }', 'budget: "money" is missing: "each" is what a grant spends of it'],
    ['{ money: 10, each: }', 'budget.each: found nothing, expected an expression'],
    ['{ money: 10, each: [1] }', 'budget.each: found a list, expected an expression'],
    ['{ money: 10, each: 1.005 }', `budget.each: found 1.005, ${EACH}`],
    ['{ money: 10, each: -1 }', `budget.each: found -1, ${EACH}`],
    ['{ money: 10, each: 1e14 }', `budget.each: found 100000000000000, ${EACH}`],
    ['{ money: 10, each: "now" }', 'budget.each: is a time, expected a number'],
    ['{ money: 10, each: "traits.a == 1" }', 'budget.each: is a bool, expected a number'],
    ['{ money: 10, each: "nope" }', 'budget.each: There is no feature or name "nope"'],
  ])('is refused: %s', (budget, message) => {
    const faults = reported(withBudget(budget));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`offers.x.${message}`);
  });
});
