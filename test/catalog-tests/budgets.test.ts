// Budgets in tests of a catalog: whole when a test begins, and spent by its own customer.

import { expect, it } from 'vitest';
import { failuresOf, oneTest, run } from './tested.ts';

const shop = (budget: string) => `timezone: Asia/Shanghai
currency: CNY
triggers: { ask: { on: Asked, decide: [app, web] } }
offers:
  o: { value: 2, budget: ${budget}, treatments: { app: { x: 1 }, web: { x: 1 } } }
  p: { treatments: { app: { x: 1 } } }
placements: { app: {}, web: {} }`;

const asked = (app: string, web: string, more = '') =>
  `{ Asked: { cost: 2.5 }, expect: { app: ${app}, web: ${web} }${more} }`;

it.each([
  ['of grants', '{ grants: 3 }', [asked('o', 'o'), asked('o', 'none'), asked('p', 'none')]],
  [
    'of a day, in the catalog’s timezone',
    '{ per_day: 1 }',
    [asked('o', 'none'), asked('p', 'none'), asked('o', 'none', ', after: 2h')],
  ],
  [
    'of money',
    '{ money: 7.5, each: event.properties.cost }',
    [asked('o', 'o'), asked('o', 'none'), asked('p', 'none')],
  ],
])('a budget %s ends within a test', (_, budget, steps) => {
  const given = '{ now: 2026-11-22T23:00 }';
  expect(failuresOf(shop(budget), oneTest(given, ...steps))).toEqual([]);
});

it('is whole again for the next test', () => {
  const test = (name: string) =>
    `  ${name}: { events: [${asked('o', 'none')}, ${asked('p', 'none')}] }\n`;
  expect(run(shop('{ grants: 1 }'), `tests:\n${test('a')}${test('b')}`)).toMatchObject({
    passed: 2,
    failed: 0,
  });
});

it('is told where an offer that was expected ended by it', () => {
  const [told] = failuresOf(shop('{ grants: 1 }'), oneTest('{}', asked('o', 'o')));
  expect(told).toContain(
    'web: expected o, found no offer (trigger ask)\n  o: budget: its budget is spent: grants: 1',
  );
});

it('is told as too small where one costs more than all of it', () => {
  const budget = '{ grants: 5, money: 2, each: event.properties.cost }';
  const [told] = failuresOf(shop(budget), oneTest('{}', asked('o', 'none')));
  expect(told).toContain('o: budget: one costs 2.5, and the budget has 2');
});
