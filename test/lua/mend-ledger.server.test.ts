// One Redis for all: each case makes its own end of a partition.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
beforeAll(async () => {
  at = await startHistoryScripts();
});
afterAll(() => at.stop());
beforeEach(async () => {
  await at.redis.flushall();
  await at.hold('mine');
});

const asked = { partition: 0, fence: 'mine', beyond: 0, spooled: 0 };
const frozen = { partition: 0, fence: 'mine', queryId: 'q', recordsMax: 10_000 };
const ids = async () => (await at.redis.xrange(at.names.ledger, '-', '+')).map(([id]) => id);
const counters = () => at.redis.mget(at.names.position, at.names.marked);

it('whole: nothing is written where the keys fit together', async () => {
  expect(await at.ledger.mend(asked)).toEqual({ kind: 'whole' });
  await at.append(5);
  await at.redis.set(at.names.marked, 3);
  expect(await at.ledger.mend({ ...asked, beyond: 9 })).toEqual({ kind: 'whole' });
  expect(await counters()).toEqual(['5', '3']);
});

it('mended: with position and ledger lost it counts on beyond mark and history', async () => {
  await at.redis.set(at.names.marked, 20);
  const mended = { kind: 'mended', position: 23, renumbered: 0 };
  expect(await at.ledger.mend({ ...asked, beyond: 23 })).toEqual(mended);
  expect(await counters()).toEqual(['23', '23']);
  await at.append(1);
  expect(await ids()).toEqual(['24-0']);
  expect(await at.ledger.freeze(frozen)).toMatchObject({ range: { first: 24, last: 24 } });
});

it('mended: what is frozen is left to be read back', async () => {
  await at.redis.set(at.names.marked, 20);
  await at.redis.hset(at.names.frozen, { first: 21, last: 25, query: 'q' });
  expect(await at.ledger.mend(asked)).toMatchObject({ kind: 'mended', position: 25 });
  expect(await at.ledger.freeze(frozen)).toMatchObject({
    kind: 'pending',
    range: { first: 21, last: 25 },
  });
});

it('mended: with the position alone lost, the records of the ledger keep their numbers', async () => {
  await at.append(30);
  await at.redis.set(at.names.marked, 20);
  await at.redis.del(at.names.position);
  const mended = { kind: 'mended', position: 30, renumbered: 0 };
  expect(await at.ledger.mend(asked)).toEqual(mended);
  expect(await at.ledger.freeze(frozen)).toMatchObject({ range: { first: 21, last: 30 } });
});

it('mended: what was counted behind the mark is counted anew, in order', async () => {
  const texts = Array.from({ length: 2_500 }, (_, i) => `r${i}`);
  for (let i = 0; i < texts.length; i++)
    at.redis.xadd(at.names.ledger, `${i + 1}-0`, 'r', texts[i]!);
  await at.redis.mset(at.names.position, 2_500, at.names.marked, 40_000);
  const mended = { kind: 'mended', position: 42_500, renumbered: 2_500 };
  expect(await at.ledger.mend(asked)).toEqual(mended);
  const entries = await at.redis.xrange(at.names.ledger, '-', '+');
  expect(entries.map(([, fields]) => fields[1])).toEqual(texts);
  expect([entries[0]![0], entries.at(-1)![0]]).toEqual(['40001-0', '42500-0']);
  expect(await at.ledger.freeze(frozen)).toMatchObject({ range: { first: 40_001, last: 42_500 } });
});

it('mended: a lost mark is where the ledger begins, or beyond what waits in a file', async () => {
  await at.append(30);
  await at.redis.xtrim(at.names.ledger, 'MINID', '11-0');
  expect(await at.ledger.mend({ ...asked, spooled: 15 })).toMatchObject({ position: 30 });
  expect(await counters()).toEqual(['30', '15']);
  await at.redis.del(at.names.marked, at.names.ledger);
  expect(await at.ledger.mend(asked)).toMatchObject({ kind: 'mended', position: 30 });
  expect(await counters()).toEqual(['30', '30']);
  expect(await at.ledger.freeze(frozen)).toEqual({ kind: 'empty' });
});

it('fenced: without the lease nothing is changed', async () => {
  await at.redis.set(at.names.marked, 20);
  expect(await at.ledger.mend({ ...asked, fence: 'other' })).toEqual({ kind: 'fenced' });
  expect(await counters()).toEqual([null, '20']);
});
