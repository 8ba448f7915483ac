import { expect, it } from 'vitest';
import { TokenBuckets } from '../../src/gateway/token-buckets.ts';

it('gives a burst at once and then the rate, per name', () => {
  const buckets = new TokenBuckets(10, 3);
  const take = (name: string, ms: number) => buckets.take(name, ms);
  expect([take('a', 0), take('a', 0), take('a', 0), take('a', 0)]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(take('b', 0)).toBe(true);
  expect([take('a', 99), take('a', 100), take('a', 101)]).toEqual([false, true, false]);
  // A long pause gives the burst back, no more.
  expect(Array.from({ length: 5 }, () => take('a', 1e6))).toEqual([true, true, true, false, false]);
});

it('stays bounded whatever the names', () => {
  const buckets = new TokenBuckets(1, 1);
  for (let i = 0; i < 50_000; i++) buckets.take(`n${i}`, i);
  const { size } = (buckets as unknown as { buckets: Map<string, unknown> }).buckets;
  expect(size).toBeLessThanOrEqual(10_000);
});
