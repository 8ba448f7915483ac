import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeEach(async () => {
  at = await startHistoryScripts();
  await at.hold('mine');
  await at.append(20);
  await at.ledger.freeze({ partition: 0, fence: 'mine', queryId: 'q1', recordsMax: 15 });
});
afterEach(() => at.stop());

const asked = { partition: 0, fence: 'mine', queryId: 'q1' };

it('marked: the range is in history, and its record is dropped', async () => {
  expect(await at.ledger.mark(asked)).toEqual({ kind: 'marked' });
  expect(await at.redis.get(at.names.marked)).toBe('15');
  expect(await at.redis.exists(at.names.frozen)).toBe(0);
});

it('stale: another range is open, or none', async () => {
  expect(await at.ledger.mark({ ...asked, queryId: 'q0' })).toEqual({ kind: 'stale' });
  expect(await at.redis.exists(at.names.frozen)).toBe(1);
  await at.ledger.mark(asked);
  expect(await at.ledger.mark(asked)).toEqual({ kind: 'stale' });
  expect(await at.redis.get(at.names.marked)).toBe('15');
});

it('fenced: a worker that lost its lease marks nothing', async () => {
  await at.hold('other');
  expect(await at.ledger.mark(asked)).toEqual({ kind: 'fenced' });
  expect(await at.redis.get(at.names.marked)).toBeNull();
  expect(await at.redis.hget(at.names.frozen, 'query')).toBe('q1');
});
