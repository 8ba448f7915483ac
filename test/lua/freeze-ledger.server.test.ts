import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeEach(async () => {
  at = await startHistoryScripts();
  await at.hold('mine');
});
afterEach(() => at.stop());

const asked = { partition: 0, fence: 'mine', queryId: 'q1', recordsMax: 100 };

it('frozen: the records after the mark, up to the last, under the query id', async () => {
  await at.append(30);
  await at.redis.set(at.names.marked, 10);
  const range = { partition: 0, first: 11, last: 30, queryId: 'q1', fence: asked.fence };
  expect(await at.ledger.freeze(asked)).toEqual({ kind: 'frozen', range });
  const stored = { first: '11', last: '30', query: 'q1' };
  expect(await at.redis.hgetall(at.names.frozen)).toEqual(stored);
});

it('frozen: no more records than asked for', async () => {
  await at.append(250);
  const outcome = await at.ledger.freeze(asked);
  expect(outcome).toMatchObject({ kind: 'frozen', range: { first: 1, last: 100 } });
});

it('frozen: positions near 2^53 stay whole numbers', async () => {
  await at.redis.set(at.names.position, '9007199254740000');
  await at.redis.set(at.names.marked, '9007199254739990');
  const range = { first: 9_007_199_254_739_991, last: 9_007_199_254_740_000 };
  expect(await at.ledger.freeze(asked)).toMatchObject({ kind: 'frozen', range });
});

it('pending: an open range stays as it is, with its own query id', async () => {
  await at.append(5);
  await at.ledger.freeze(asked);
  await at.append(5);
  const range = { partition: 0, first: 1, last: 5, queryId: 'q1', fence: asked.fence };
  expect(await at.ledger.freeze({ ...asked, queryId: 'q2' })).toEqual({ kind: 'pending', range });
});

it('empty: everything is marked, or there was never anything', async () => {
  expect(await at.ledger.freeze(asked)).toEqual({ kind: 'empty' });
  await at.append(5);
  await at.redis.set(at.names.marked, 5);
  expect(await at.ledger.freeze(asked)).toEqual({ kind: 'empty' });
  expect(await at.redis.exists(at.names.frozen)).toBe(0);
});

it('fenced: without the lease, or with an empty token, nothing is frozen', async () => {
  await at.append(5);
  expect(await at.ledger.freeze({ ...asked, fence: 'other' })).toEqual({ kind: 'fenced' });
  await at.redis.del(at.names.lease);
  expect(await at.ledger.freeze({ ...asked, fence: '' })).toEqual({ kind: 'fenced' });
  expect(await at.redis.exists(at.names.frozen)).toBe(0);
});

it('torn: a position behind the mark freezes nothing, nor answers what is frozen', async () => {
  await at.append(5);
  await at.ledger.freeze(asked);
  await at.redis.set(at.names.marked, 6);
  for (const lost of ['5', null]) {
    if (lost === null) await at.redis.del(at.names.position);
    expect(await at.ledger.freeze({ ...asked, queryId: 'q2' })).toEqual({ kind: 'torn' });
  }
  expect(await at.redis.hget(at.names.frozen, 'query')).toBe('q1');
});

it('torn: without a mark, a ledger that was trimmed once had one', async () => {
  await at.append(5);
  await at.redis.xtrim(at.names.ledger, 'MINID', '3-0');
  expect(await at.ledger.freeze(asked)).toEqual({ kind: 'torn' });
  await at.redis.del(at.names.ledger);
  expect(await at.ledger.freeze(asked)).toEqual({ kind: 'torn' });
});

it('frozen: also in a Redis that is full, since this is what empties it', async () => {
  await at.append(5);
  await at.redis.config('SET', 'maxmemory', '1');
  await expect(at.redis.set('x', 'y')).rejects.toThrow('OOM');
  expect(await at.ledger.freeze(asked)).toMatchObject({ kind: 'frozen' });
  expect(await at.ledger.mark({ ...asked })).toEqual({ kind: 'marked' });
  expect(await at.ledger.trim({ ...asked, last: 5 })).toEqual({ kind: 'trimmed', removed: 5 });
});
