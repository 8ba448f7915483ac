import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { until } from '../ledger/ledger-fixture.ts';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeAll(async () => {
  at = await startHistoryScripts();
});
afterAll(() => at.stop());
beforeEach(() => at.redis.flushall());

const claims = async () => (await at.roster.announce('a', 5_000)).claims;

it('claimed: workers hear of it with their next announcement, until it is over', async () => {
  await at.roster.claim(7, 5_000);
  await at.roster.claim(3, 5_000);
  expect([...(await claims())].sort()).toEqual([3, 7]);
  await at.roster.unclaim(7);
  expect(await claims()).toEqual([3]);
});

it('claimed: it ends by itself, unless it is made again', async () => {
  await at.roster.claim(1, 60);
  await at.roster.claim(2, 60);
  await at.roster.claim(2, 60_000);
  await until('the first has ended', async () => (await claims()).join() === '2');
});

it('keeps nothing for ever, and nothing shorter than its longest claim', async () => {
  await at.roster.claim(1, 9_000);
  await at.roster.claim(2, 10);
  const ttl = await at.redis.pttl(at.keys.workers.claims);
  expect(ttl).toBeGreaterThan(8_000);
  expect(ttl).toBeLessThanOrEqual(9_000);
});
