// Budgets that are spent before anything is given are told where they stand, asked for or not.

import { expect, it } from 'vitest';
import { warningsOf } from '../compile.ts';

const told = (budget: string) =>
  warningsOf(`catalog: t
offers: { o: { budget: ${budget}, treatments: { app: { title: Hi } } } }
placements: { app: {} }`);

it.each([
  ['{ money: 2, each: 2.5 }', 'it has a budget of 2, of which one costs 2.5'],
  ['{ money: 0, each: 0.01 }', 'it has a budget of 0, of which one costs 0.01'],
  ['{ grants: 0 }', 'it has a budget of 0 grants'],
  ['{ grants: 3, per_day: 0 }', 'it has a budget of 0 per day'],
])('%s', (budget, why) => {
  expect(told(budget)).toEqual([
    `a.yaml:2:24: offers.o.budget: this offer can never be chosen: ${why}`,
  ]);
});

it.each(['{ money: 2.5, each: 2.5 }', '{ money: 0, each: 0 }', '{ money: 1, each: traits.cost }'])(
  '%s may give one',
  (budget) => {
    expect(told(budget)).toEqual([]);
  },
);
