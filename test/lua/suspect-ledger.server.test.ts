import { afterEach, beforeEach, expect, it } from 'vitest';
import { SUSPECTS_MAX } from '../../src/history/writer/suspect-scripts.ts';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeEach(async () => {
  at = await startHistoryScripts();
});
afterEach(() => at.stop());

const suspect = { partition: 0, first: 11, last: 20, queryId: 'q1', dueAtMs: 1_795_411_200_000 };

it('noted: it is read back as it was, and noted again it replaces itself', async () => {
  expect(await at.suspects.note({ ...suspect, dueAtMs: 5 })).toEqual({ kind: 'noted' });
  expect(await at.suspects.note(suspect)).toEqual({ kind: 'noted' });
  expect(await at.suspects.read([0])).toEqual([[suspect]]);
});

it('full: beyond its bound nothing is noted but what is there already', async () => {
  await at.suspects.note(suspect);
  const others = Array.from({ length: SUSPECTS_MAX - 1 }, (_, i) => [`o${i}`, '1 1 1']).flat();
  await at.redis.hset(at.names.suspects, ...others);
  expect(await at.suspects.note({ ...suspect, queryId: 'q2' })).toEqual({ kind: 'full' });
  expect(await at.suspects.note({ ...suspect, dueAtMs: 9 })).toEqual({ kind: 'noted' });
  expect(await at.redis.hlen(at.names.suspects)).toBe(SUSPECTS_MAX);
});
