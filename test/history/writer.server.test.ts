import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openChdbSink } from '../../src/history/sinks/chdb-sink.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import type { HistorySink, InsertBlock } from '../../src/history/sinks/sink.ts';
import { append, recordText, until } from '../ledger/ledger-fixture.ts';
import { startWritableClickHouse } from '../support/writable-clickhouse.ts';
import { type Deployment, startDeployment } from './history-fixture.ts';

let at: Deployment;
let sink: HistorySink;

beforeEach(async () => {
  at = await startDeployment();
  sink = await at.openSink();
});

afterEach(() => at.stop());

async function one<Row>(sql: string): Promise<Row> {
  const reader = await at.openSink();
  try {
    return (await reader.query<Row>(sql))[0]!;
  } finally {
    await reader.close();
  }
}

async function fill(count: number, options: { prefix?: string; decisions?: number } = {}) {
  const { prefix = 'm', decisions = 0 } = options;
  for (let i = 0; i < count; i += 100) {
    const records = Array.from({ length: Math.min(100, count - i) }, (_, j) =>
      recordText({ messageId: `${prefix}${i + j}`, decisions }),
    );
    await append(at.redis, at.keys, (i / 100) % 4, records);
  }
}

const EVENTS =
  'SELECT toUInt32(count()) AS n, toUInt32(uniqExact(partition, ledger_id)) AS ids FROM events';

it('puts every ledger record into history once', async () => {
  await fill(3_000, { decisions: 2 });
  await at.startWorker(sink, { batchRecordsMax: 700 });
  await fill(2_000, { prefix: 'later' });
  await at.written();
  expect(await one(EVENTS)).toEqual({ n: 5_000, ids: 5_000 });
  expect(await one('SELECT toUInt32(count()) AS n FROM decisions')).toEqual({ n: 6_000 });
  expect(await one('SELECT toUInt32(count()) AS n FROM firings')).toEqual({ n: 6_000 });
});

it('stores times, JSON and nested candidates as they were', async () => {
  const receivedAtMs = Date.UTC(2026, 10, 23, 8, 0, 0, 123);
  const properties = { a: { b: [1, 'x'] }, 'c.d': '2026-11-22', n: 1e300, big: 2 ** 70 };
  await append(at.redis, at.keys, 1, [
    recordText({
      messageId: 'm\ud800',
      receivedAtMs,
      properties,
      decisions: 1,
      customerChanged: true,
    }),
  ]);
  await at.startWorker(sink);
  await at.written();
  expect(await one('SELECT * FROM events')).toMatchObject({
    ...{ partition: 1, ordinal: 0, message_id: 'm\ufffd', user_id: 'u1', anonymous_id: '' },
    ...{ received_at: '2026-11-23 08:00:00.123', timestamp: '2026-11-23 07:59:59.123' },
    properties: { a: { b: [1, 'x'] }, c: { d: '2026-11-22' }, n: 1e300, big: 2 ** 70 },
  });
  expect(await one('SELECT * FROM decisions')).toMatchObject({
    ...{ offer_ids: ['o1'], fallback: false, logging_propensity: 1, trigger: 't0' },
    ...{ 'candidates.offer_id': ['o1', 'o2'], 'candidates.score': [0.5, null] },
  });
  expect(await one('SELECT traits, segments FROM customers')).toEqual({
    traits: { tier: 'gold' },
    segments: { vip: 'true', tier: 'gold' },
  });
});

it('puts a row that the engine refuses into `rejected` and goes on', async () => {
  await fill(50);
  const poison = recordText({ messageId: 'poison' }).replace(
    '"product_id":"p1"',
    '"a":{"b":1},"a.b":2',
  );
  await append(at.redis, at.keys, 0, [poison]);
  await append(at.redis, at.keys, 2, ['not a record']);
  await fill(50, { prefix: 'after' });
  await append(at.redis, at.keys, 3, [poison]);
  await at.startWorker(sink);
  await at.written();
  expect(await one(EVENTS)).toEqual({ n: 100, ids: 100 });
  const rejected = await one<{ rows: unknown[] }>(
    'SELECT groupArray((source, code, partition)) AS rows FROM (SELECT * FROM rejected ORDER BY partition)',
  );
  expect(rejected.rows).toEqual([
    ['events', 'refused_by_history', 0],
    ['', 'unreadable_record', 2],
    ['events', 'refused_by_history', 3],
  ]);
});

/** A sink that fails in its own ways; the rest is the real engine. */
function breaking(inner: HistorySink, insert: HistorySink['insert']): HistorySink {
  return {
    kind: inner.kind,
    command: (sql) => inner.command(sql),
    query: (sql, params) => inner.query(sql, params),
    ended: (prefix) => inner.ended(prefix),
    close: () => inner.close(),
    insert,
  };
}

it('inserts nothing twice when an insert took effect and its answer was lost', async () => {
  await fill(400, { decisions: 1 });
  let lost = 0;
  const insert = async (block: InsertBlock) => {
    const outcome = await sink.insert(block);
    if (lost++ % 3 !== 1) return outcome;
    return { kind: 'unknown' as const, cause: new Error('the answer was lost') };
  };
  await at.startWorker(breaking(sink, insert), { batchRecordsMax: 150 });
  await at.written();
  expect(lost).toBeGreaterThan(2);
  expect(await one(EVENTS)).toEqual({ n: 400, ids: 400 });
  expect(await one('SELECT toUInt32(count()) AS n FROM decisions')).toEqual({ n: 400 });
});

it('inserts what is missing and removes what is twice, whatever a broken insert left', async () => {
  await fill(200, { decisions: 1 });
  let calls = 0;
  const insert = async (block: InsertBlock) => {
    calls++;
    if (calls > 2) return sink.insert(block);
    const half = block.rows.slice(0, block.rows.length >> 1);
    await sink.insert({ ...block, rows: half, queryId: `x${calls}` });
    await sink.insert({ ...block, rows: half.slice(0, 20), queryId: `y${calls}` });
    return { kind: 'unknown' as const, cause: new Error('broken in the middle') };
  };
  await at.startWorker(breaking(sink, insert));
  await at.written();
  expect(await one(EVENTS)).toEqual({ n: 200, ids: 200 });
  expect(await one('SELECT toUInt32(count()) AS n FROM decisions')).toEqual({ n: 200 });
});

it('waits while history is down, and catches up', async () => {
  let down = true;
  const insert = async (block: InsertBlock) =>
    down ? { kind: 'unknown' as const, cause: new Error('down') } : sink.insert(block);
  const worker = await at.startWorker(breaking(sink, insert));
  await fill(300);
  await until('it has failed', () => worker.status().failures > 1);
  expect(await at.total('marked')).toBe(0);
  down = false;
  await at.written();
  expect(await one(EVENTS)).toEqual({ n: 300, ids: 300 });
  await until('it is well again', () => worker.status().failures === 0);
});

it('a second worker takes over what a first one froze, and the first can no longer mark', async () => {
  let hold: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    hold = resolve;
  });
  let inserted = 0;
  const insert = async (block: InsertBlock) => {
    const outcome = await sink.insert(block);
    inserted++;
    await held;
    return outcome;
  };
  await fill(100);
  await at.startWorker(breaking(sink, insert), { groups: 1 });
  await until('the first has inserted', () => inserted > 0);
  // The first loses its leases in mid-batch, as after a long pause of its process.
  await at.redis.del(...Array.from({ length: 4 }, (_, p) => at.keys.partition(p).lease));
  for (let p = 0; p < 4; p++) await at.redis.hset(at.keys.partition(p).lease, 'fence', 'other');
  for (let p = 0; p < 4; p++) await at.redis.pexpire(at.keys.partition(p).lease, 300);
  hold();
  await at.startWorker(await openChdbSink(at.directory), { groups: 1 });
  await at.written();
  expect(await one(EVENTS)).toEqual({ n: 100, ids: 100 });
  expect(at.logged).toContain('recovered a batch');
});

it('keeps records in the ledger for the trim delay, then removes them', async () => {
  await fill(400);
  const ledgers = Array.from({ length: 4 }, (_, p) => at.keys.partition(p).ledger);
  const length = async () => {
    const lengths = await Promise.all(ledgers.map((name) => at.redis.xlen(name)));
    return lengths.reduce((sum, n) => sum + n, 0);
  };
  const worker = await at.startWorker(sink);
  await at.written();
  expect(await length()).toBe(400);
  await worker.stop();
  await at.startWorker(await at.openSink(), { trimDelayMs: 0 });
  await until('the ledger is empty', async () => (await length()) === 0);
  await fill(4);
  await at.written();
  expect(await one(EVENTS)).toEqual({ n: 404, ids: 404 });
});

it('writes what is left when it stops, and leaves its leases free', async () => {
  const worker = await at.startWorker(sink, { intervalMs: 60_000 });
  await until('it holds its partitions', () => worker.status().held === 4);
  await fill(100);
  await worker.stop();
  expect(await at.total('marked')).toBe(100);
  for (let p = 0; p < 4; p++) expect(await at.redis.exists(at.keys.partition(p).lease)).toBe(0);
});

it('does the same to a ClickHouse server over the network', async () => {
  const clickhouse = await startWritableClickHouse(at.directory);
  try {
    await sink.close();
    const server = await openSink({ clickhouseUrl: clickhouse.url, directory: '' });
    await fill(1_000, { decisions: 1 });
    const poison = recordText({ messageId: 'p' }).replace('"product_id":"p1"', '"a":1,"a":2');
    await append(at.redis, at.keys, 0, [poison]);
    const worker = await at.startWorker(server, { batchRecordsMax: 300 });
    await at.written();
    expect(await one(EVENTS)).toEqual({ n: 1_000, ids: 1_000 });
    expect(await one('SELECT toUInt32(count()) AS n FROM rejected')).toEqual({ n: 1 });
    await worker.stop();
    expect(clickhouse.served()).toBeGreaterThan(10);
  } finally {
    await clickhouse.stop();
  }
});

it('catches up after a server was away, also when it went away in the middle', async () => {
  await sink.close();
  let clickhouse = await startWritableClickHouse(at.directory);
  const { port } = new URL(clickhouse.url);
  const server = await openSink({ clickhouseUrl: clickhouse.url, directory: '' });
  try {
    const worker = await at.startWorker(server, { batchRecordsMax: 100 });
    await fill(400);
    await until('some is in history', async () => (await at.total('marked')) > 0);
    await clickhouse.stop();
    await fill(400, { prefix: 'meanwhile' });
    await until('it has failed', () => worker.status().failures > 0);
    clickhouse = await startWritableClickHouse(at.directory, Number(port));
    await at.written();
    expect(await one(EVENTS)).toEqual({ n: 800, ids: 800 });
    await worker.stop();
  } finally {
    await clickhouse.stop();
  }
});

it('says in one line that another worker has the directory', async () => {
  await expect(openChdbInChild(at.directory)).resolves.toMatch(
    /^SetupFault: history: .* is already in use by another worker[^\n]*\n$/,
  );
});

/** What opening the directory in a process of its own says. */
async function openChdbInChild(directory: string): Promise<string> {
  const module = new URL('../../src/history/sinks/open-sink.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(module)})
    .then((m) => m.openSink({ clickhouseUrl: null, directory: ${JSON.stringify(directory)} }))
    .then(() => console.log('opened'), (e) => console.log(e.name + ': ' + e.message));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--eval', code], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'exit');
  return text;
}
