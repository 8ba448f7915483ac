// Differences of every kind, made by hand in the engine, and what a repair makes of them beside a
// worker that goes on.

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Worker } from '../../src/compose/worker-options.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import {
  extentOf,
  type RepairParts,
  remedyOf,
  repairPartition,
} from '../../src/history/verify/repair.ts';
import { verify } from '../../src/history/verify/verify.ts';
import { bindLedger } from '../../src/ledger/ledger-scripts.ts';
import { LeaseKeeper } from '../../src/partitions/lease-keeper.ts';
import { bindLeases } from '../../src/partitions/lease-scripts.ts';
import { bindRoster } from '../../src/partitions/roster-scripts.ts';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { append, recordText, until } from '../ledger/ledger-fixture.ts';
import { type Deployment, startDeployment } from './history-fixture.ts';
import { PARTITIONS, PREFIX } from './worker-settings.ts';

const RECORDS = 40;
const TABLES = ['events', 'decisions', 'firings', 'rejected'];
const SYNC = 'SETTINGS mutations_sync = 2';

let at: Deployment;
let sink: HistorySink;
let connection: RedisConnection;
let worker: Worker;
let parts: RepairParts;
let leases: LeaseKeeper;

beforeEach(async () => {
  at = await startDeployment();
  connection = openConnection({ url: at.redisUrl, deadlineMs: 2_000 });
  await connection.ready();
  sink = await at.openSink();
  worker = await at.startWorker(await at.openSink());
  await send('m', RECORDS, [0, 1]);
  await at.written();
  leases = new LeaseKeeper(bindLeases(connection, at.keys), {
    ...{ redisUrl: at.redisUrl, prefix: PREFIX, partitions: PARTITIONS, wants: 'none' },
    ...{ owner: 'repair', ttlMs: 10_000 },
  });
  const claims = bindRoster(connection, at.keys);
  const ledger = bindLedger(connection, at.keys);
  parts = { connection, keys: at.keys, sink, leases, claims, ledger, waitMs: 60_000 };
});

afterEach(async () => {
  await leases.close();
  connection.close();
  await sink.close();
  await at.stop();
});

async function send(prefix: string, count: number, partitions: readonly number[]): Promise<void> {
  for (const partition of partitions) {
    const records = Array.from({ length: count }, (_, i) => {
      const text = recordText({ messageId: `${prefix}${partition}-${i}`, decisions: i % 2 });
      return i === 7 ? text.replace('"product_id":"p1"', '"a":{"b":1},"a.b":2') : text;
    });
    await append(at.redis, at.keys, partition, records);
  }
}

const check = () => verify({ connection, keys: at.keys, sink, states: null, waitMs: 60_000 });

/** Rows that should be there, each counted once: a repair must never have fewer than there were. */
async function soundRows(): Promise<number> {
  const rows = TABLES.map(
    (table) => `SELECT '${table}' AS t, partition, ledger_id, ordinal FROM ${table}
      WHERE ledger_id BETWEEN 1 AND 4999 AND ordinal < 99`,
  );
  const [found] = await sink.query<{ n: number }>(
    `SELECT toUInt32(uniqExact(t, partition, ledger_id, ordinal)) AS n
     FROM (${rows.join(' UNION ALL ')})`,
  );
  return found!.n;
}

async function lose(where: string): Promise<void> {
  for (const table of TABLES)
    await sink.command(`ALTER TABLE ${table} DELETE WHERE ${where} ${SYNC}`);
}

/** One of each kind in partition 1; 0 stays as it is. */
async function damage(): Promise<void> {
  await lose('partition = 1 AND ledger_id BETWEEN 3 AND 6');
  await sink.command(`ALTER TABLE decisions DELETE WHERE partition = 1 AND ledger_id = 10 ${SYNC}`);
  // The same insert twice, as when a partition is attached twice; another insert; a refused row.
  await sink.command(
    'INSERT INTO events SELECT * FROM events WHERE partition = 1 AND ledger_id = 12',
  );
  await sink.command(
    "INSERT INTO firings SELECT * REPLACE ('other' AS batch) FROM firings WHERE partition = 1 AND ledger_id > 30",
  );
  await sink.command('INSERT INTO rejected SELECT * FROM rejected WHERE partition = 1');
  await sink.command('INSERT INTO firings (partition, ledger_id, ordinal) VALUES (1, 15, 99)');
  await sink.command(
    'INSERT INTO events (partition, ledger_id) VALUES (1, 0), (1, 5000), (1, 5001)',
  );
}

it('finds one of each kind, and makes history what the ledger says beside a worker', async () => {
  const before = await soundRows();
  await damage();
  const { differences } = await check();
  expect(new Set(differences.map(({ kind }) => kind))).toEqual(
    new Set(['missing_record', 'missing_row', 'surplus_record', 'surplus_row', 'duplicate_row']),
  );
  const extent = await extentOf(parts, 1);
  for (const difference of differences) expect(remedyOf(difference, extent)).not.toBeNull();
  await send('meanwhile', 20, [0, 1]);
  const outcome = await repairPartition(parts, 1);
  expect(outcome).toMatchObject({ kind: 'repaired' });
  await send('later', 20, [0, 1]);
  const report = await check();
  expect(report).toMatchObject({ ok: true, differences: [], records: 2 * (RECORDS + 40) });
  const { n: later } = (
    await sink.query<{ n: number }>(
      "SELECT toUInt32(count()) AS n FROM events WHERE match(message_id, 'meanwhile|later')",
    )
  )[0]!;
  expect(later).toBe(76);
  expect(await soundRows()).toBeGreaterThan(before + later);
  await until('the worker has its partition again', () => worker.status().held === PARTITIONS);
});

it('is idempotent, and loses nothing, wherever it is interrupted', async () => {
  await damage();
  let before = await soundRows();
  let interruptions = 0;
  for (let steps = 0; ; steps++) {
    let left = steps;
    const step = async <T>(act: () => Promise<T>): Promise<T> => {
      // Half of them take effect before the repair dies, half do not.
      if (left === 0 && steps % 2 === 0) await act();
      if (left-- <= 0) throw new Error('interrupted');
      return act();
    };
    const fragile: HistorySink = {
      kind: 'server',
      command: (sql) => step(() => sink.command(sql)),
      insert: (block) => step(() => sink.insert(block)),
      query: (sql, params) => sink.query(sql, params),
      ended: (prefix) => sink.ended(prefix),
      close: async () => {},
    };
    const outcome = await repairPartition({ ...parts, sink: fragile }, 1);
    expect(await soundRows()).toBeGreaterThanOrEqual(before);
    if (outcome.kind === 'repaired') break;
    expect(outcome).toMatchObject({ kind: 'failed', cause: { message: 'interrupted' } });
    interruptions++;
    // Where it was interrupted, it is damaged anew: every step is met from the same beginning.
    if (steps % 3 === 2) await damage();
    before = await soundRows();
  }
  expect(interruptions).toBeGreaterThan(4);
  expect(await check()).toMatchObject({ ok: true, differences: [] });
});

it('removes copies also where the ledger has let go; what is missing there it cannot bring', async () => {
  await damage();
  await at.redis.del(at.keys.partition(1).ledger);
  const before = await soundRows();
  const extent = await extentOf(parts, 1);
  const { differences } = await check();
  const missing = differences.filter((difference) => remedyOf(difference, extent) === null);
  expect(missing).toEqual([{ kind: 'missing_record', partition: 1, first: 3, last: 6 }]);
  await repairPartition(parts, 1);
  expect((await check()).differences).toEqual(missing);
  expect(await soundRows()).toBe(before);
});

it('keeps its hands off a record that the ledger lost, of which history has the only copy', async () => {
  await at.redis.xdel(at.keys.partition(1).ledger, '12-0');
  await sink.command(
    'INSERT INTO events SELECT * FROM events WHERE partition = 1 AND ledger_id = 12',
  );
  await repairPartition(parts, 1);
  expect((await check()).differences).toEqual([
    { kind: 'ledger_gap', partition: 1, first: 12, last: 12 },
  ]);
});

it('does nothing to a partition that nobody hands over', async () => {
  await worker.stop();
  await at.redis.hset(at.keys.partition(1).lease, { fence: 'other', owner: 'another' });
  await damage();
  const { differences } = await check();
  expect(await repairPartition({ ...parts, waitMs: 300 }, 1)).toEqual({
    kind: 'busy',
    partition: 1,
  });
  expect((await check()).differences).toEqual(differences);
});

it('writes nothing once its lease is lost', async () => {
  await damage();
  const { differences } = await check();
  let isTaken = false;
  const slow: HistorySink = {
    ...{ kind: 'server', command: (sql) => sink.command(sql), close: async () => {} },
    ...{ insert: (block) => sink.insert(block), ended: (prefix) => sink.ended(prefix) },
    async query(sql, params) {
      if (!isTaken) {
        isTaken = true;
        await at.redis.hset(at.keys.partition(1).lease, 'fence', 'other');
        await until('it is noticed', () => !parts.leases.holds(1));
      }
      return sink.query(sql, params);
    },
  };
  expect(await repairPartition({ ...parts, sink: slow }, 1)).toMatchObject({ kind: 'failed' });
  expect((await check()).differences).toEqual(differences);
});

it('a torn partition stands still, keeps its history, and counts on when told to', async () => {
  const { ledger, position, marked } = at.keys.partition(1);
  await at.redis.del(ledger, position);
  // As a version that knew nothing of it took new records for some that history has.
  await send('new', 3, [1]);
  await until('the alarm', () => worker.status().torn === 1);
  await send('n', 5, [0]);
  await until('the others', async () => (await at.redis.get(at.keys.partition(0).marked)) === '45');
  expect(at.logged.join()).toContain('partition 1 is torn');
  expect((await check()).differences).toEqual([
    { kind: 'torn', partition: 1, written: 3, marked: RECORDS },
  ]);
  expect(remedyOf((await check()).differences[0]!, await extentOf(parts, 1))).toContain('count on');

  expect(await repairPartition(parts, 1)).toEqual({
    ...{ kind: 'repaired', partition: 1, mended: true, inserted: 0, removed: 0 },
  });
  await at.written();
  expect(await check()).toMatchObject({ ok: true, records: 45 + RECORDS + 3 });
  expect(await at.redis.mget(position, marked)).toEqual([`${RECORDS + 3}`, `${RECORDS + 3}`]);
  await until('an end of the alarm', () => worker.status().torn === 0);
});
