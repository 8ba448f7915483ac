import { afterEach, beforeEach, expect, it } from 'vitest';
import { startAnalystEndpoint } from '../../src/history/analyst-endpoint.ts';
import { openSink } from '../../src/history/open-sink.ts';
import type { HistorySink } from '../../src/history/sink.ts';
import { type CustomerRecords, verify } from '../../src/history/verify.ts';
import { printReport } from '../../src/history/verify-report.ts';
import { partitionOf } from '../../src/model/hash.ts';
import { openConnection, type RedisConnection } from '../../src/redis/connection.ts';
import { type Deployment, PARTITIONS, startDeployment } from './history-fixture.ts';
import { append, recordText } from './ledger-fixture.ts';

let at: Deployment;
let sink: HistorySink;
let connection: RedisConnection;
const counts = new Map<string, number>();

beforeEach(async () => {
  at = await startDeployment();
  const writer = await at.openSink();
  connection = openConnection({ url: at.redisUrl, deadlineMs: 2_000 });
  await connection.ready();
  counts.clear();
  for (let i = 0; i < 120; i++) {
    const customerId = `u${i % 7}`;
    counts.set(customerId, (counts.get(customerId) ?? 0) + 1);
    const outcome = i % 5 === 0 ? { outcome: 'counted' as const } : {};
    const options = { messageId: `m${i}`, customerId, customerChanged: i % 4 === 0, ...outcome };
    const text = recordText({ ...options, decisions: i % 3 });
    const poisoned = text.replace(
      '"product_id":"p1"',
      i === 11 ? '"a":{"b":1},"a.b":2' : '"product_id":"p1"',
    );
    await append(at.redis, at.keys, partitionOf(customerId, PARTITIONS), [poisoned]);
  }
  const worker = await at.startWorker(writer);
  await at.drained();
  await worker.stop();
  sink = await at.openSink();
});

afterEach(async () => {
  connection.close();
  await sink.close();
  await at.stop();
});

async function* statesOf(partition: number): AsyncGenerator<CustomerRecords> {
  for (const [customerId, records] of counts) {
    if (partitionOf(customerId, PARTITIONS) === partition) yield { customerId, records };
  }
}

const check = () => verify({ connection, keys: at.keys, sink, states: statesOf, waitMs: 0 });
const DELETE = 'SETTINGS mutations_sync = 2';

it('agrees when all is well, with refused rows counted', async () => {
  const report = await check();
  expect(report).toMatchObject({ ok: true, records: 120, pending: 0, refused: 1, compared: 120 });
  expect(report).toMatchObject({ customers: 7, differences: [], differenceCount: 0 });
  expect(report.rows).toMatchObject({ events: 95, outcomes: 24, rejected: 1 });
  expect(printReport(report)).toMatch(/^ok: 120 ledger records/);
});

it('finds a record that history lost, in all the ways there are', async () => {
  const [found] = await sink.query<{ p: number; id: number }>(
    "SELECT partition AS p, toUInt32(ledger_id) AS id FROM events WHERE message_id = 'm13'",
  );
  const { p: partition, id: ledgerId } = found!;
  for (const table of ['events', 'decisions', 'firings']) {
    await sink.command(`ALTER TABLE ${table} DELETE WHERE message_id = 'm13' ${DELETE}`);
  }
  const report = await check();
  expect(report.ok).toBe(false);
  expect(report.differences).toContainEqual({ kind: 'missing_record', partition, ledgerId });
  expect(report.differences).toContainEqual({
    ...{ kind: 'missing_row', partition, ledgerId, table: 'events', ordinal: 0 },
  });
  expect(report.differences).toContainEqual({
    ...{ kind: 'customer', customerId: 'u6', state: 17, history: 16 },
  });
  expect(printReport(report)).toContain(`missing in history: record ${ledgerId}`);
});

it('finds one row that is missing, and one that is there twice', async () => {
  await sink.command(
    `ALTER TABLE decisions DELETE WHERE message_id = 'm2' AND placement = 'placement_0' ${DELETE}`,
  );
  await sink.command("INSERT INTO events SELECT * FROM events WHERE message_id = 'm3'");
  const kinds = (await check()).differences.map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(['duplicate_row', 'missing_row']);
});

it('finds rows that were never written, and a customer whose state was lost', async () => {
  await sink.command('INSERT INTO firings (partition, ledger_id) VALUES (1, 99999)');
  counts.delete('u3');
  const report = await check();
  expect(report.differences).toContainEqual({
    ...{ kind: 'surplus_record', partition: 1, ledgerId: 99_999 },
  });
  expect(report.differences.some((d) => d.kind === 'customer' && d.state === 0)).toBe(true);
});

it('is not content while records are on their way, but calls nothing missing', async () => {
  await append(at.redis, at.keys, partitionOf('u1', PARTITIONS), [
    recordText({ messageId: 'new' }),
  ]);
  const report = await check();
  expect(report).toMatchObject({ ok: false, pending: 1, differenceCount: 0 });
});

it('says the same through the analyst endpoint, where the worker has the directory', async () => {
  const endpoint = await startAnalystEndpoint({
    ...{ host: '127.0.0.1', port: 0, directory: at.directory },
    authorize: (key) => Promise.resolve(key === 'k'),
  });
  const url = endpoint.url.replace('http://', 'http://default:k@');
  const remote = await openSink({ clickhouseUrl: url, directory: '' });
  const parts = { connection, keys: at.keys, states: statesOf, waitMs: 0 };
  await sink.command(`ALTER TABLE events DELETE WHERE message_id = 'm13' ${DELETE}`);
  expect(await verify({ ...parts, sink: remote })).toEqual(await check());
  await remote.close();
  await endpoint.close();
});
