import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeAll(async () => {
  at = await startHistoryScripts();
});
afterAll(() => at.stop());

it('released: the lease is free at once', async () => {
  await at.hold('a');
  expect(await at.leases.release({ partition: 0, fence: 'a' })).toEqual({ kind: 'released' });
  expect(await at.redis.exists(at.names.lease)).toBe(0);
});

it("lost: another's lease stays", async () => {
  await at.hold('b');
  expect(await at.leases.release({ partition: 0, fence: 'a' })).toEqual({ kind: 'lost' });
  expect(await at.redis.hget(at.names.lease, 'fence')).toBe('b');
});
