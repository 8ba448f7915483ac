import { expect, it } from 'vitest';
import { laterThan } from '../../src/customers/moves.ts';
import { emptyState } from '../../src/model/state.ts';

it('stamps a fold behind all that it folds, whichever gateway has the slower clock', () => {
  const merges = [{ mergeId: 'm1', from: 'a', atMs: 40 }];
  expect(laterThan({ ...emptyState('b'), asOfMs: 30 }, 20)).toBe(30);
  expect(laterThan({ ...emptyState('b'), asOfMs: 30, merges }, 20)).toBe(41);
  expect(laterThan({ ...emptyState('b'), asOfMs: 30, merges }, 50)).toBe(50);
});
