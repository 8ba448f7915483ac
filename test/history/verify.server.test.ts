import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startAnalystEndpoint } from '../../src/history/analyst/analyst-endpoint.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import type { CustomerStates } from '../../src/history/verify/compare-customers.ts';
import { type VerifyParts, verify } from '../../src/history/verify/verify.ts';
import { ProgressFile } from '../../src/history/verify/verify-progress.ts';
import { printReport } from '../../src/history/verify/verify-report.ts';
import { partitionOf } from '../../src/model/hash.ts';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { append, recordText } from '../ledger/ledger-fixture.ts';
import { type Deployment, type DeploymentSnapshot, startDeployment } from './history-fixture.ts';
import { statesWith } from './told-states.ts';
import { deliveryOf, OF_DELIVERED, verifiedHistory } from './verified-history.ts';
import { PARTITIONS } from './worker-settings.ts';

let at: Deployment;
let sink: HistorySink;
let connection: RedisConnection;
const counts = new Map<string, number>();
const written = new Map<string, number>();
let folder: string;
let snapshot: DeploymentSnapshot;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-verify-'));
  snapshot = await verifiedHistory(join(folder, 'history'), written);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  at = await startDeployment([], snapshot);
  connection = openConnection({ url: at.redisUrl, deadlineMs: 2_000 });
  await connection.ready();
  counts.clear();
  for (const [customerId, count] of written) counts.set(customerId, count);
  sink = await at.openSink();
});

afterEach(async () => {
  connection.close();
  await sink.close();
  await at.stop();
});

const states = statesWith(counts);

const check = (more: Partial<VerifyParts> = {}) =>
  verify({ connection, keys: at.keys, sink, states, waitMs: 0, ...more });
const DELETE = 'SETTINGS mutations_sync = 2';

it('agrees when all is well, with refused rows counted', async () => {
  const report = await check();
  expect(report).toMatchObject({ ok: true, records: 120, pending: 0, refused: 1, compared: 120 });
  const nothing = { differences: [], differenceCount: 0 };
  expect(report).toMatchObject({ customers: 7, deliveries: 2, ...nothing });
  expect(report.rows).toMatchObject({ events: 95, outcomes: 24, rejected: 1 });
  expect(printReport(report)).toMatch(/^ok: 120 ledger records[\s\S]*\ncannot be known from here/);
  expect(printReport(report)).not.toContain('catch up');
});

it('waits as long as it was told in all, not at each pass again, and says what it cannot know', async () => {
  // Of every partition a customer has an event that nobody brings to history.
  for (const customerId of counts.keys()) {
    counts.set(customerId, counts.get(customerId)! + 1);
    const record = recordText({ customerId, messageId: `late-${customerId}` });
    await append(at.redis, at.keys, partitionOf(customerId, PARTITIONS), [record]);
  }
  // Were a pass waited for by itself, this would be for ever.
  const report = await check({ waitMs: 300, settleMs: 3_600_000 });
  expect(report).toMatchObject({ ok: false, pending: 7, customers: 0, unsettled: 7 });
  expect(report.differences).toEqual([]);
  const said = printReport(report);
  expect(said).toContain('history did not catch up within the wait (--wait)');
  expect(said).toContain('cannot be known from here: events that Redis acknowledged and lost');
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
  expect(report.differences).toContainEqual({
    ...{ kind: 'missing_record', partition, first: ledgerId, last: ledgerId },
  });
  expect(report.differences).toContainEqual({
    ...{ kind: 'missing_row', partition, first: ledgerId, last: ledgerId },
    ...{ table: 'events', rows: 1 },
  });
  expect(report.differences).toContainEqual({
    ...{ kind: 'customer', partition, customerId: 'u6', state: 17, history: 16 },
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
    ...{ kind: 'surplus_record', partition: 1, first: 99_999, last: 99_999 },
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
  await sink.command(`ALTER TABLE events DELETE WHERE message_id = 'm13' ${DELETE}`);
  expect(await check({ sink: remote })).toEqual(await check());
  await remote.close();
  await endpoint.close();
});

it('tells what is missing in ranges, also where the ledger has let go of it', async () => {
  const partition = partitionOf('u1', PARTITIONS);
  for (const table of ['events', 'outcomes', 'decisions', 'firings', 'customer_changes']) {
    const gone = `partition = ${partition} AND (ledger_id <= 5 OR ledger_id = 9)`;
    await sink.command(`ALTER TABLE ${table} DELETE WHERE ${gone} ${DELETE}`);
  }
  await at.redis.del(at.keys.partition(partition).ledger);
  const report = await check({ states: null });
  expect(report.differences).toEqual([
    { kind: 'missing_record', partition, first: 1, last: 5 },
    { kind: 'missing_record', partition, first: 9, last: 9 },
  ]);
  expect(report).toMatchObject({ differenceCount: 6, ok: false });
  expect(report.trimmed).toBe(Number(await at.redis.get(at.keys.partition(partition).marked)));
  expect(printReport(report)).toContain(`records 1-5 of partition ${partition}`);
});

it('finds a record that the ledger lost, and does not blame history for it', async () => {
  const partition = partitionOf('u1', PARTITIONS);
  await at.redis.xdel(at.keys.partition(partition).ledger, '4-0');
  const { differences } = await check();
  expect(differences).toEqual([{ kind: 'ledger_gap', partition, first: 4, last: 4 }]);
});

it('calls nothing missing that waits in a spool file', async () => {
  const partition = partitionOf('u1', PARTITIONS);
  for (const table of ['events', 'outcomes', 'decisions', 'firings', 'customer_changes']) {
    const gone = `partition = ${partition} AND ledger_id BETWEEN 3 AND 8`;
    await sink.command(`ALTER TABLE ${table} DELETE WHERE ${gone} ${DELETE}`);
  }
  await at.redis.hset(at.keys.partition(partition).spooled, 'q1', '3 8 disk-1');
  const report = await check({ states: null });
  expect(report).toMatchObject({ differences: [], spooled: 6, ok: false, compared: 114 });
  expect(printReport(report)).toContain('6 in spool files');
  const named = `spooled: records 3-8 of partition ${partition}, in spool disk-1`;
  expect(printReport(report)).toContain(named);
});

it('calls no customer different whose records wait in a spool file', async () => {
  const partition = partitionOf('u1', PARTITIONS);
  for (const table of ['events', 'outcomes', 'decisions', 'firings', 'customer_changes']) {
    const gone = `partition = ${partition} AND ledger_id BETWEEN 3 AND 8`;
    await sink.command(`ALTER TABLE ${table} DELETE WHERE ${gone} ${DELETE}`);
  }
  await at.redis.hset(at.keys.partition(partition).spooled, 'q1', '3 8 disk-1');
  const report = await check({ waitMs: 0, settleMs: 0 });
  expect(report).toMatchObject({ differences: [], spooled: 6, ok: false });
  expect(report.unsettled).toBeGreaterThan(0);
});

it('goes on where an interrupted run stopped, unless what it compares is another', async () => {
  const file = new ProgressFile(join(at.directory, 'state', 'verify.json'));
  const interrupted = (done: number) => {
    if (done === 2) throw new Error('interrupted');
  };
  const run = (more: Partial<VerifyParts>) =>
    check({ identity: 'this', progress: { file, resume: true }, ...more });
  await expect(run({ onPass: interrupted })).rejects.toThrow('interrupted');
  let passes = 0;
  const onPass = () => void passes++;
  const resumed = await run({ onPass });
  expect(passes).toBe(2);
  const { resumedFromMs, ...rest } = resumed;
  expect(resumedFromMs).toBeGreaterThan(0);
  expect(await check()).toMatchObject({ ...rest, resumedFromMs: null });
  // A finished run leaves nothing to go on with.
  expect(file.read()).toBeNull();

  await expect(run({ onPass: interrupted })).rejects.toThrow('interrupted');
  passes = 0;
  expect((await run({ onPass, identity: 'other' })).resumedFromMs).toBeNull();
  expect(passes).toBe(PARTITIONS);
});

it('compares customers while they have new events', async () => {
  const worker = await at.startWorker(await at.openSink(), { intervalMs: 5 });
  const partition = partitionOf('u1', PARTITIONS);
  const moving: CustomerStates = {
    ...states,
    // Whenever the customer is looked at, there is one more event than the time before.
    async read(ids) {
      const found = await states.read(ids);
      counts.set('u1', counts.get('u1')! + 1);
      await append(at.redis, at.keys, partition, [
        recordText({ messageId: `later${counts.get('u1')}`, customerId: 'u1' }),
      ]);
      return found;
    },
  };
  counts.set('u1', counts.get('u1')! + 1);
  await append(at.redis, at.keys, partition, [recordText({ messageId: 'x', customerId: 'u1' })]);
  // The scan still sees the count of before: it has to be looked at again.
  const stale = new Map(counts);
  stale.set('u1', stale.get('u1')! - 1);
  const { scan } = statesWith(stale);
  const report = await check({ waitMs: 5_000, states: { ...moving, scan } });
  expect(report).toMatchObject({ ok: true, customers: 7, unsettled: 0, differences: [] });
  await worker.stop();
});

it('calls no customer different whom Redis forgot after a pause, and others still', async () => {
  const DAY = 86_400_000;
  const days: Readonly<Record<string, readonly number[]>> = {
    gone: [500, 490],
    back: [900, 500, 490, 20, 3],
    lost: [500, 20],
  };
  const worker = await at.startWorker(await at.openSink());
  for (const [customerId, ago] of Object.entries(days)) {
    const records = ago.map((n) =>
      recordText({
        customerId,
        messageId: `${customerId}${n}`,
        receivedAtMs: Date.now() - n * DAY,
      }),
    );
    await append(at.redis, at.keys, partitionOf(customerId, PARTITIONS), records);
  }
  await at.written();
  await worker.stop();
  counts.set('back', 2);
  const lost = { kind: 'customer', customerId: 'lost', state: 0, history: 2 };
  const report = await check({ forgetsAfterMs: 390 * DAY });
  expect(report).toMatchObject({ forgotten: 2, differences: [lost] });
  expect(printReport(report)).toContain('2 customers before a pause');
  // The pause of the one whose state lacks an event is not what it lacks.
  counts.set('back', 1);
  expect(await check({ forgetsAfterMs: 390 * DAY })).toMatchObject({
    ...{ forgotten: 1, differenceCount: 2 },
  });
  counts.delete('back');
  expect(await check()).toMatchObject({ forgotten: 0, differenceCount: 3 });
});

it('finds deliveries that were lost, would be sent again, or ended twice', async () => {
  const [first, second] = [deliveryOf(0), deliveryOf(1)];
  const told = (deliveryId: string, what: string) =>
    expect.objectContaining({ kind: 'delivery', partition: OF_DELIVERED, deliveryId, what });
  await at.redis.hdel(at.keys.partition(OF_DELIVERED).outbox, first);
  const lost = await check();
  expect(lost.differences).toEqual([told(first, 'lost')]);
  const ended = (deliveryId: string, status: string, nextAt = 'NULL') =>
    sink.command(
      `INSERT INTO deliveries (partition, ledger_id, ordinal, received_at, delivery_id, status, next_at)
       SELECT partition, ledger_id, 50, received_at, '${deliveryId}', '${status}', ${nextAt}
       FROM decisions WHERE delivery_id = '${deliveryId}'`,
    );
  // Given up: it may have left the outbox, or wait for somebody to try it again.
  await ended(first, 'failed');
  await ended(second, 'failed', 'now()');
  expect((await check()).differences.filter(({ kind }) => kind === 'delivery')).toEqual([]);
  for (const what of ['again', 'twice']) {
    await ended(second, 'sent');
    expect((await check()).differences).toContainEqual(told(second, what));
  }
});
