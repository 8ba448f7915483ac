import { expect, it } from 'vitest';
import { conflictPause } from '../../src/state/conflict-pause.ts';
import { seeded } from '../support/seeded.ts';

it('mends the first conflict at once, and pauses longer and longer from the second on', () => {
  const longest = conflictPause(1_000, () => 0.999_999);
  const conflicts = [1, 2, 3, 4, 5, 6, 7, 60];
  expect(conflicts.map((n) => longest(n, 0))).toEqual([0, 2, 4, 8, 16, 16, 16, 16]);
  const shortest = conflictPause(1_000, () => 0);
  expect(conflicts.map((n) => shortest(n, 0))).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
});

it('spreads pauses, so that those who met in a conflict do not meet again', () => {
  const random = seeded(1);
  const pause = conflictPause(1_000, random);
  const pauses = Array.from({ length: 200 }, () => pause(6, 0));
  expect(new Set(pauses).size).toBeGreaterThan(12);
});

it('gives up rather than pause past the time a run has', () => {
  const pause = conflictPause(100, () => 0.5);
  expect([pause(6, 92), pause(6, 93)]).toEqual([8, null]);
  expect(pause(2, 1_000)).toBeNull();
});
