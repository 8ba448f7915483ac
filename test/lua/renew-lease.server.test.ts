import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeAll(async () => {
  at = await startHistoryScripts();
});
afterAll(() => at.stop());

it('renewed: the holder gets more time', async () => {
  await at.hold('a');
  await at.redis.pexpire(at.names.lease, 1_000);
  const renewed = await at.leases.renew({ partition: 0, fence: 'a', ttlMs: 30_000 });
  expect(renewed).toEqual({ kind: 'renewed' });
  expect(await at.redis.pttl(at.names.lease)).toBeGreaterThan(20_000);
});

it('lost: another holds it, and keeps its own time', async () => {
  await at.hold('b');
  const renewed = await at.leases.renew({ partition: 0, fence: 'a', ttlMs: 900_000 });
  expect(renewed).toEqual({ kind: 'lost' });
  expect(await at.redis.pttl(at.names.lease)).toBeLessThanOrEqual(60_000);
});

it('lost: an expired lease does not come back', async () => {
  await at.redis.del(at.names.lease);
  expect(await at.leases.renew({ partition: 0, fence: 'a', ttlMs: 1_000 })).toEqual({
    kind: 'lost',
  });
  expect(await at.redis.exists(at.names.lease)).toBe(0);
});
