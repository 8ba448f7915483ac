import { afterEach, beforeEach, expect, it } from 'vitest';
import { SPOOLED_RANGES_MAX } from '../../src/history/spool/spool-scripts.ts';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeEach(async () => {
  at = await startHistoryScripts();
  await at.hold('mine');
  await at.append(20);
  await at.ledger.freeze({ partition: 0, fence: 'mine', queryId: 'q1', recordsMax: 15 });
});
afterEach(() => at.stop());

const asked = { partition: 0, fence: 'mine', queryId: 'q1', owner: 'disk-1' };

it('spooled: the range is the file’s, the mark moves on, and the ledger can be frozen again', async () => {
  expect(await at.spools.spool(asked)).toEqual({ kind: 'spooled' });
  expect(await at.redis.hgetall(at.names.spooled)).toEqual({ q1: '1 15 disk-1' });
  expect(await at.redis.get(at.names.marked)).toBe('15');
  expect(await at.redis.exists(at.names.frozen)).toBe(0);
  const next = { partition: 0, fence: 'mine', queryId: 'q2', recordsMax: 15 };
  const range = { partition: 0, first: 16, last: 20, queryId: 'q2', fence: 'mine' };
  expect(await at.ledger.freeze(next)).toEqual({ kind: 'frozen', range });
  const trimmed = await at.ledger.trim({ partition: 0, fence: 'mine', last: 15 });
  expect(trimmed).toEqual({ kind: 'trimmed', removed: 15 });
});

it('stale: another range is open, or none', async () => {
  expect(await at.spools.spool({ ...asked, queryId: 'q0' })).toEqual({ kind: 'stale' });
  expect(await at.redis.hget(at.names.frozen, 'query')).toBe('q1');
  await at.spools.spool(asked);
  expect(await at.spools.spool(asked)).toEqual({ kind: 'stale' });
  expect(await at.redis.get(at.names.marked)).toBe('15');
});

it('fenced: a worker that lost its lease spools nothing', async () => {
  await at.hold('other');
  expect(await at.spools.spool(asked)).toEqual({ kind: 'fenced' });
  expect(await at.redis.exists(at.names.spooled)).toBe(0);
  expect(await at.redis.get(at.names.marked)).toBeNull();
});

it('full: with too many ranges in files the range stays frozen', async () => {
  const many = Array.from({ length: SPOOLED_RANGES_MAX }, (_, i) => [`o${i}`, '1 1 x']).flat();
  await at.redis.hset(at.names.spooled, ...many);
  expect(await at.spools.spool(asked)).toEqual({ kind: 'full' });
  expect(await at.redis.hget(at.names.frozen, 'query')).toBe('q1');
  expect(await at.redis.get(at.names.marked)).toBeNull();
});

it('spooled: also in a Redis that is full, since this is what empties it', async () => {
  await at.redis.config('SET', 'maxmemory', '1');
  await expect(at.redis.set('x', 'y')).rejects.toThrow('OOM');
  expect(await at.spools.spool(asked)).toEqual({ kind: 'spooled' });
  expect(await at.spools.unspool(asked)).toEqual({ kind: 'unspooled' });
});
