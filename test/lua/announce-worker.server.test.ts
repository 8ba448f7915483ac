import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { until } from '../ledger/ledger-fixture.ts';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeAll(async () => {
  at = await startHistoryScripts();
});
afterAll(() => at.stop());
beforeEach(() => at.redis.flushall());

it('announced: every worker hears of all that live, in the order of their ids', async () => {
  expect(await at.roster.announce('b', 5_000)).toEqual({ workers: ['b'], claims: [] });
  expect(await at.roster.announce('a', 9_000)).toEqual({ workers: ['a', 'b'], claims: [] });
  expect(await at.roster.announce('c', 1_000)).toEqual({ workers: ['a', 'b', 'c'], claims: [] });
});

it('announced: who says so again is one worker still, and lives longer', async () => {
  await at.roster.announce('a', 60);
  await at.roster.announce('a', 60_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await at.roster.announce('b', 1_000)).toEqual({ workers: ['a', 'b'], claims: [] });
});

it('announced: who was silent for its time is not among the living', async () => {
  await at.roster.announce('silent', 40);
  await until('it is gone', async () => {
    const { workers } = await at.roster.announce('a', 5_000);
    return workers.join() === 'a';
  });
});

it('announced: who withdrew is not among the living', async () => {
  await at.roster.announce('gone', 5_000);
  await at.roster.withdraw('gone');
  expect((await at.roster.announce('a', 5_000)).workers).toEqual(['a']);
});

it('keeps nothing for ever', async () => {
  await at.roster.announce('a', 5_000);
  expect(await at.redis.pttl(at.keys.workers.alive)).toBeGreaterThan(4_000);
});
