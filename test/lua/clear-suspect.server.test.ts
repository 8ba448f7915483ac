import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
const suspect = { partition: 0, first: 11, last: 20, queryId: 'q1', dueAtMs: 1_795_411_200_000 };
beforeEach(async () => {
  at = await startHistoryScripts();
  await at.suspects.note(suspect);
});
afterEach(() => at.stop());

it('cleared: what was looked at is forgotten', async () => {
  expect(await at.suspects.clear(suspect)).toEqual({ kind: 'cleared' });
  expect(await at.suspects.read([0])).toEqual([[]]);
});

it('changed: what was noted again meanwhile stays', async () => {
  await at.suspects.note({ ...suspect, dueAtMs: 1_795_411_260_000 });
  expect(await at.suspects.clear(suspect)).toEqual({ kind: 'changed' });
  expect(await at.redis.hlen(at.names.suspects)).toBe(1);
  expect(await at.suspects.clear({ ...suspect, queryId: 'q2' })).toEqual({ kind: 'changed' });
});
