// A worker writes after others have written the same: an insert that was held on its way runs when
// the range has been taken over, read back, inserted and marked.

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Worker } from '../../src/compose/worker-options.ts';
import { append, recordText } from '../ledger/ledger-fixture.ts';
import { waitFor } from '../support/conditions.ts';
import { killed, type SpoolDeployment, startSpoolDeployment } from './spool-fixture.ts';
import { PARTITIONS } from './worker-settings.ts';

let on: SpoolDeployment;
beforeEach(async () => {
  on = await startSpoolDeployment();
});
afterEach(() => on.stop());

/** Deletions are heavy work where other tests run beside this one. */
const ROOM_MS = 90_000;
/** When what may still be written is looked for: late rows must be there by then. */
const SUSPECT_DELAY_MS = 10_000;

const suspects = async () => {
  const names = Array.from({ length: PARTITIONS }, (_, p) => on.at.keys.partition(p).suspects);
  const counts = await Promise.all(names.map((name) => on.at.redis.hlen(name)));
  return counts.reduce((sum, count) => sum + count, 0);
};

/** The first insert into `events` that comes is held; everything else passes. */
function holdOneInsert() {
  let held = 0;
  on.clickhouse.stall((sql) => sql.startsWith('INSERT INTO events') && held++ === 0);
}

/** A worker sleeps with an insert on its way; another has all partitions and has written all. */
async function takenOver(suspectDelayMs: number) {
  const sleeper = await on.spawn();
  holdOneInsert();
  const total = await on.fill(400);
  await waitFor('an insert to be held', () => on.clickhouse.stalled() === 1);
  sleeper.kill('SIGSTOP');
  const heir: Worker = await on.worker({ suspectDelayMs });
  await on.untilMarked();
  expect(await on.events()).toEqual({ n: total, once: total, messages: total });
  on.clickhouse.heal();
  await waitFor('the late rows', async () => (await on.events()).n > total);
  return { sleeper, heir, total };
}

it('what a line held of an insert, and let go after the same worker had read back, is removed', async () => {
  await on.worker({ suspectDelayMs: SUSPECT_DELAY_MS }, undefined, 1_000);
  holdOneInsert();
  const total = await on.fill(100);
  await waitFor('an insert to be held', () => on.clickhouse.stalled() === 1);
  await on.untilMarked();
  expect(await on.events()).toEqual({ n: total, once: total, messages: total });
  on.clickhouse.heal();
  await waitFor('the late rows', async () => (await on.events()).n > total);
  await waitFor('nothing to be there twice', async () => (await on.events()).n === total, ROOM_MS);
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
});

it('what was written late by a worker that wakes up is removed: it says so itself', async () => {
  const { sleeper, total } = await takenOver(60_000);
  sleeper.kill('SIGCONT');
  await waitFor('nothing to be there twice', async () => (await on.events()).n === total, ROOM_MS);
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
  await killed(sleeper);
});

it('what was written late by a worker that never wakes up is removed: ranges taken over are looked at again', async () => {
  const { sleeper, total } = await takenOver(SUSPECT_DELAY_MS);
  await waitFor('nothing to be there twice', async () => (await on.events()).n === total, ROOM_MS);
  await waitFor('nothing to be suspect', async () => (await suspects()) === 0);
  await killed(sleeper);
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
});

it('a worker that lost its leases in its sleep and won them again leaves alone what others wrote', async () => {
  const sleeper = await on.spawn();
  let held = 0;
  // History is asked for rows of a past that Redis lost: the ranges are the first of this worker.
  const asks = /count\(\) AS n, groupUniqArray/;
  on.clickhouse.stall((sql) => asks.test(sql) && held++ === 0);
  await on.fill(400);
  await waitFor('a question to be held', () => on.clickhouse.stalled() === 1);
  sleeper.kill('SIGSTOP');
  const heir = await on.worker();
  await on.untilMarked();
  await heir.stop();
  sleeper.kill('SIGCONT');
  const leases = Array.from({ length: PARTITIONS }, (_, p) => on.at.keys.partition(p).lease);
  await waitFor('the leases to be won again', async () => {
    const owners = await Promise.all(leases.map((lease) => on.at.redis.hget(lease, 'owner')));
    return owners.every((owner) => owner?.endsWith(`/${sleeper.pid}`));
  });
  on.clickhouse.heal();
  // A group that has written these is done with what it was at before.
  const total = await on.fill(400);
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
  expect(await on.events()).toEqual({ n: total, once: total, messages: total });
  await killed(sleeper);
});

/** Redis as it was before: the records since then never were, and their ids are given again. */
async function loseTail(partition: number, keep: number) {
  const { frozen, ledger, marked, position } = on.at.keys.partition(partition);
  await on.at.redis.eval(
    `redis.call('DEL', KEYS[1])
     local entries = redis.call('XRANGE', KEYS[2], (tonumber(ARGV[1]) + 1) .. '-0', '+')
     for _, entry in ipairs(entries) do redis.call('XDEL', KEYS[2], entry[1]) end
     redis.call('XSETID', KEYS[2], ARGV[1] .. '-0')
     redis.call('SET', KEYS[3], math.min(tonumber(redis.call('GET', KEYS[3]) or '0'), tonumber(ARGV[1])))
     redis.call('SET', KEYS[4], ARGV[1])`,
    4,
    ...[frozen, ledger, marked, position],
    keep,
  );
}

const texts = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => recordText({ messageId: `${prefix}${i}` }));

it('what was inserted of records that Redis then lost makes room for those that get their ids', async () => {
  const worker = await on.worker({ trimDelayMs: 60_000 });
  await append(on.at.redis, on.at.keys, 0, texts('kept', 20));
  await on.untilMarked();
  holdOneInsert();
  await append(on.at.redis, on.at.keys, 0, texts('lost', 60));
  await waitFor('an insert to be held', () => on.clickhouse.stalled() === 1);
  await loseTail(0, 20);
  on.clickhouse.heal();
  await append(on.at.redis, on.at.keys, 0, texts('anew', 25));
  await waitFor('the mark of what was lost to be refused', () =>
    on.at.logged.some((line) => line.includes('another range is frozen')),
  );
  await on.untilMarked();
  await append(on.at.redis, on.at.keys, 0, texts('later', 50));
  await on.untilMarked();
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
  expect(await on.events()).toEqual({ n: 95, once: 95, messages: 95 });
  expect(await on.lost()).toBe(0);
  expect(worker.status().failures).toBe(0);
});

it('what history has of records that Redis lost is removed by a worker that starts later', async () => {
  const before = await on.worker({ trimDelayMs: 60_000 });
  await append(on.at.redis, on.at.keys, 0, [...texts('kept', 20), ...texts('lost', 60)]);
  await on.untilMarked();
  await before.stop();
  await loseTail(0, 20);
  await append(on.at.redis, on.at.keys, 0, texts('anew', 25));
  await on.worker({ trimDelayMs: 60_000 });
  await on.untilMarked();
  await append(on.at.redis, on.at.keys, 0, texts('later', 50));
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
  expect(await on.events()).toEqual({ n: 95, once: 95, messages: 95 });
  expect(await on.lost()).toBe(0);
});

it('what history has beyond a range that is recovered goes with it: no later record is waited for', async () => {
  const before = await on.worker({ trimDelayMs: 60_000 });
  await append(on.at.redis, on.at.keys, 0, [...texts('kept', 20), ...texts('lost', 60)]);
  await on.untilMarked();
  await before.stop();
  await loseTail(0, 20);
  await append(on.at.redis, on.at.keys, 0, texts('anew', 25));
  // Frozen by a worker that was killed before it wrote anything.
  const { frozen } = on.at.keys.partition(0);
  await on.at.redis.hset(frozen, 'first', 21, 'last', 45, 'query', 'h-0-killed');
  await on.worker({ trimDelayMs: 60_000 });
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
  expect(await on.events()).toEqual({ n: 45, once: 45, messages: 45 });
});

it('a spooled batch that Redis lost while it was brought home makes room for those that get its ids', async () => {
  await on.worker({ trimDelayMs: 60_000 });
  await append(on.at.redis, on.at.keys, 0, texts('kept', 20));
  await on.untilMarked();
  on.clickhouse.refuse();
  await append(on.at.redis, on.at.keys, 0, texts('lost', 150));
  await waitFor('the batch to be spooled', async () => (await on.spooled()).length > 0);
  await on.untilMarked();
  on.clickhouse.heal();
  holdOneInsert();
  await waitFor('an insert to be held', () => on.clickhouse.stalled() === 1);
  await loseTail(0, 20);
  await on.at.redis.del(on.at.keys.partition(0).spooled);
  await append(on.at.redis, on.at.keys, 0, texts('anew', 25));
  await on.untilMarked();
  on.clickhouse.heal();
  await waitFor('the late rows', async () => (await on.lost()) > 0);
  await append(on.at.redis, on.at.keys, 0, texts('later', 200));
  await waitFor('the late rows to go', async () => (await on.lost()) === 0, ROOM_MS);
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
  expect(await on.events()).toEqual({ n: 245, once: 245, messages: 245 });
});

it('records that somebody removed are missing, and do not stop the others', async () => {
  await append(on.at.redis, on.at.keys, 0, texts('m', 30));
  await on.at.redis.xdel(on.at.keys.partition(0).ledger, '7-0', '8-0');
  await on.worker({ trimDelayMs: 60_000 });
  await on.untilMarked();
  expect(await on.events()).toEqual({ n: 28, once: 28, messages: 28 });
  expect(on.at.logged.filter((line) => line.includes('lacks records')).length).toBeGreaterThan(0);
  const { differences } = await on.verified();
  expect(differences).toContainEqual({ kind: 'missing_record', partition: 0, first: 7, last: 8 });
});
