import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeEach(async () => {
  at = await startHistoryScripts();
  await at.hold('mine');
  await at.append(20);
  await at.redis.set(at.names.marked, 12);
});
afterEach(() => at.stop());

const asked = { partition: 0, fence: 'mine', last: 10 };
const firstId = async () => (await at.redis.xrange(at.names.ledger, '-', '+', 'COUNT', 1))[0]?.[0];

it('trimmed: records up to the position leave, the next one is first', async () => {
  expect(await at.ledger.trim(asked)).toEqual({ kind: 'trimmed', removed: 10 });
  expect(await firstId()).toBe('11-0');
});

it('trimmed: never beyond the mark, whatever is asked', async () => {
  expect(await at.ledger.trim({ ...asked, last: 1_000 })).toEqual({ kind: 'trimmed', removed: 12 });
  expect(await firstId()).toBe('13-0');
});

it('trimmed: nothing where nothing is marked', async () => {
  await at.redis.del(at.names.marked);
  expect(await at.ledger.trim(asked)).toEqual({ kind: 'trimmed', removed: 0 });
  expect(await firstId()).toBe('1-0');
});

it('trimmed: nothing of a position behind the mark: what it counted is not in history', async () => {
  await at.redis.set(at.names.marked, 1_000);
  expect(await at.ledger.trim({ ...asked, last: 1_000 })).toEqual({ kind: 'trimmed', removed: 0 });
});

it('fenced: a worker that lost its lease removes nothing', async () => {
  await at.hold('other');
  expect(await at.ledger.trim(asked)).toEqual({ kind: 'fenced' });
  expect(await at.redis.xlen(at.names.ledger)).toBe(20);
});
