import { expect, test } from 'vitest';
import { decayFactor } from '../../src/model/decay.ts';

test('half is left after each half-life, all of it at once', () => {
  expect(decayFactor(0, 1_000)).toBe(1);
  expect(decayFactor(1_000, 1_000)).toBe(0.5);
  expect(decayFactor(3_000, 1_000)).toBe(0.125);
  expect(decayFactor(500, 1_000)).toBeCloseTo(Math.SQRT1_2, 15);
});

test('what is too long ago leaves nothing, not a fault', () => {
  expect(decayFactor(1e15, 1)).toBe(0);
});
