import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeAll(async () => {
  at = await startHistoryScripts();
});
afterAll(() => at.stop());

const lease = { partition: 0, owner: 'one', ttlMs: 5_000 };

it('acquired: a free lease goes to the token that asks, with an expiry', async () => {
  expect(await at.leases.acquire({ ...lease, fence: 'a' })).toEqual({ kind: 'acquired' });
  expect(await at.redis.hgetall(at.names.lease)).toEqual({ fence: 'a', owner: 'one' });
  const ttl = await at.redis.pttl(at.names.lease);
  expect(ttl).toBeGreaterThan(4_000);
  expect(ttl).toBeLessThanOrEqual(5_000);
});

it('acquired: again for the token that holds it', async () => {
  expect(await at.leases.acquire({ ...lease, fence: 'a' })).toEqual({ kind: 'acquired' });
});

it('held: another token is refused, told by whom, and changes nothing', async () => {
  const other = { ...lease, fence: 'b', owner: 'two', ttlMs: 60_000 };
  expect(await at.leases.acquire(other)).toEqual({ kind: 'held', owner: 'one' });
  expect(await at.redis.hget(at.names.lease, 'fence')).toBe('a');
  expect(await at.redis.pttl(at.names.lease)).toBeLessThanOrEqual(5_000);
});

it('acquired: by exactly one of many who ask at once', async () => {
  await at.redis.del(at.names.lease);
  const asked = Array.from({ length: 20 }, (_, i) =>
    at.leases.acquire({ ...lease, fence: `f${i}` }),
  );
  const outcomes = await Promise.all(asked);
  expect(outcomes.filter((outcome) => outcome.kind === 'acquired')).toHaveLength(1);
});
