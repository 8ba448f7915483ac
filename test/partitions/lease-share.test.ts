import { expect, it } from 'vitest';
import { partToGiveBack, shareOf } from '../../src/partitions/lease-share.ts';

const sharesOf = (workers: readonly string[], partitions: number) =>
  workers.map((worker) => shareOf(workers, worker, partitions));
const crew = (count: number) => Array.from({ length: count }, (_, i) => `w${1_000 + i}`);

it('adds up to all partitions and differs by one at most, however many workers there are', () => {
  for (const partitions of [1, 4, 64, 256]) {
    for (let count = 1; count <= 70; count++) {
      const shares = sharesOf(crew(count), partitions);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(partitions);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  }
});

it('moves nothing between those that stay when one joins', () => {
  for (let count = 1; count < 20; count++) {
    const before = sharesOf(crew(count), 64);
    const after = sharesOf(crew(count + 1), 64);
    for (let i = 0; i < count; i++) expect(after[i]).toBeLessThanOrEqual(before[i]!);
  }
});

it('takes nothing from those that stay when any one leaves', () => {
  for (let count = 2; count < 20; count++) {
    const workers = crew(count);
    for (const gone of workers) {
      const rest = workers.filter((worker) => worker !== gone);
      for (const worker of rest) {
        expect(shareOf(rest, worker, 64)).toBeGreaterThanOrEqual(shareOf(workers, worker, 64));
      }
    }
  }
});

it('gives nothing to a worker that is not in the list', () => {
  expect(shareOf(['a', 'b'], 'c', 64)).toBe(0);
  expect(shareOf([], 'c', 64)).toBe(0);
});

it('gives back what is claimed, and of a surplus the part of one group', () => {
  // Twelve of two groups, of which another worker should have six.
  const group = [0, 2, 4, 6, 8, 10];
  expect(partToGiveBack(group, [], 12, 6, 2)).toEqual([6, 8, 10]);
  expect(partToGiveBack(group, [4], 12, 12, 2)).toEqual([4]);
  // What is claimed counts for the surplus.
  expect(partToGiveBack(group, [4], 12, 6, 2)).toEqual([4, 8, 10]);
  expect(partToGiveBack(group, [5], 12, 12, 2)).toEqual([]);
  // The other group has given its part, and a worker that leaves keeps nothing.
  expect(partToGiveBack(group, [], 7, 6, 2)).toEqual([10]);
  expect(partToGiveBack(group, [], 6, 0, 2)).toEqual(group);
});
