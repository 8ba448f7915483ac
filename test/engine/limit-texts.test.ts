// The limit by which a budget refuses, where the budget alone tells which one it is.

import { expect, it } from 'vitest';
import { budgetText } from '../../src/engine/limit-texts.ts';

const NONE = { grants: null, perDay: null, cents: null, each: null };

it.each([
  [{ grants: 3 }, 0, 'grants: 3'],
  [{ perDay: 20 }, 0, 'per_day: 20'],
  [{ cents: 5_000 }, 600, 'money: 50 (each 6)'],
  [{ grants: 3, cents: 200 }, 250, 'money: 2 (each 2.5)'],
  [{ grants: 3, perDay: 0 }, 0, 'per_day: 0'],
  // Which of them is used up is counted elsewhere.
  [{ grants: 3, perDay: 2 }, 0, null],
  [{ grants: 3, cents: 5_000 }, 600, null],
])('%j, one of them for %i hundredths', (limits, cents, text) => {
  expect(budgetText({ ...NONE, ...limits }, cents)).toBe(text);
});
