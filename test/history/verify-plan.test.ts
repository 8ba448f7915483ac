import { expect, it } from 'vitest';
import { planPasses } from '../../src/history/verify/verify-plan.ts';

const small = { partitions: 64, share: 1, seed: 0, customers: 1_000, records: 10_000 };
const partitionsOf = (passes: ReturnType<typeof planPasses>) =>
  passes.flatMap((pass) => (pass.slice === 0 ? pass.partitions : []));

it('looks at every partition once, in passes enough to be resumed', () => {
  const passes = planPasses(small);
  expect(partitionsOf(passes)).toEqual(Array.from({ length: 64 }, (_, p) => p));
  expect(passes).toHaveLength(8);
});

it('takes fewer partitions at once the more customers and records there are', () => {
  expect(planPasses({ ...small, customers: 3_000_000 })).toHaveLength(16);
  expect(planPasses({ ...small, records: 128_000_000 })).toHaveLength(32);
});

it('goes through the customers of one partition in slices where they are too many', () => {
  const passes = planPasses({ ...small, partitions: 2, customers: 1_000_000 });
  expect(passes.map(({ slice, slices, partitions }) => [...partitions, slice, slices])).toEqual([
    ...[
      [0, 0, 3],
      [0, 1, 3],
      [0, 2, 3],
      [1, 0, 3],
      [1, 1, 3],
      [1, 2, 3],
    ],
  ]);
});

it('draws the same sample by the same seed, and another by another', () => {
  const sample = (seed: number) => partitionsOf(planPasses({ ...small, share: 0.25, seed }));
  expect(sample(1)).toHaveLength(16);
  expect(sample(1)).toEqual(sample(1));
  expect(sample(1)).not.toEqual(sample(2));
  expect(partitionsOf(planPasses({ ...small, share: 0.001 }))).toHaveLength(1);
});

it('looks at the named partitions only', () => {
  expect(partitionsOf(planPasses({ ...small, only: [3, 60] }))).toEqual([3, 60]);
});
