// Published versions in history: each once, whatever workers, Redis and ClickHouse go through. On the
// real engine; a sink around it loses answers and holds inserts.

import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { catalogFiles } from '../../src/catalog/catalog-files.ts';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import { CatalogArchive } from '../../src/history/archive-catalogs.ts';
import type { HistorySink, InsertOutcome } from '../../src/history/sinks/sink.ts';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { RedisSnapshots } from '../../src/snapshots/redis-snapshots.ts';
import { waitFor } from '../support/conditions.ts';
import { type Deployment, startDeployment } from './history-fixture.ts';

const AT_MS = Date.UTC(2026, 0, 1, 12, 30, 0, 123);
const PAUSE_MS = 20;

let at: Deployment;
let sink: HistorySink;
let connection: RedisConnection;
let versions: RedisSnapshots<readonly SourceFile[]>;
let warned: string[];
beforeAll(async () => {
  at = await startDeployment();
  sink = await at.openSink();
  connection = openConnection({ url: at.redisUrl, deadlineMs: 2_000 });
  await connection.ready();
  versions = new RedisSnapshots(
    connection,
    at.keys.snapshots('catalog'),
    catalogFiles,
    () => AT_MS,
  );
});
afterAll(async () => {
  connection.close();
  await sink.close();
  await at.stop();
});
beforeEach(async () => {
  warned = [];
  await at.redis.flushall();
  await sink.command('TRUNCATE TABLE catalog_versions');
});

const files = (text: string) => [{ path: 'deep/a.yaml', text }];
const publish = (hash: string, more = {}) =>
  versions.publish({ content: files(`text of ${hash}`), hash, name: 'shop', ...more });

/** A worker's archive. @param through what its inserts go through */
function archive(
  through: HistorySink['insert'] = (block) => sink.insert(block),
  holds = () => true,
) {
  const parts = {
    sink: { query: sink.query.bind(sink), insert: through },
    ...{ leases: { holds }, belonging: { assertSame: async () => {} } },
    log: {
      warn: (fields: object, message: string) =>
        warned.push(`${message} ${JSON.stringify(fields)}`),
    },
  };
  return new CatalogArchive(versions, parts, PAUSE_MS);
}

async function archived(): Promise<string[]> {
  const sql =
    "SELECT concat(toString(publication), ' ', hash) AS id FROM catalogs ORDER BY publication, hash";
  return (await sink.query<{ id: string }>(sql)).map(({ id }) => id);
}

async function countOf(table: 'catalogs' | 'catalog_versions'): Promise<number> {
  const [row] = await sink.query<{ n: number }>(`SELECT toUInt32(count()) AS n FROM ${table}`);
  return row!.n;
}

it('keeps all that is known of a version', async () => {
  const text = `# "é" \\ '\n\t{{ "\u{1f600}" }}\ud800`;
  const content = [...files(text), { path: 'b.yaml', text: '' }];
  await versions.publish({ content, hash: 'h1', name: 'shop', author: 'ana', note: 'it\'s "new"' });
  expect(await archive().archiveOnce()).toBe(PAUSE_MS);
  expect(
    await sink.query('SELECT * REPLACE (toUInt32(publication) AS publication) FROM catalogs'),
  ).toEqual([
    {
      ...{ publication: 1, hash: 'h1', name: 'shop', published_at: '2026-01-01 12:30:00.123' },
      ...{ author: 'ana', note: 'it\'s "new"' },
      files: [
        { path: 'deep/a.yaml', text: text.replace('\ud800', '\ufffd') },
        { path: 'b.yaml', text: '' },
      ],
    },
  ]);
});

it('archives what is missing, some at a time, and asks history no more than it must', async () => {
  for (let i = 1; i <= 20; i++) await publish(`h${i}`);
  let inserts = 0;
  const worker = archive((block) => {
    inserts++;
    return sink.insert(block);
  });
  expect(await worker.archiveOnce()).toBe('again');
  expect(await countOf('catalogs')).toBe(16);
  expect(await worker.archiveOnce()).toBe(PAUSE_MS);
  expect(await worker.archiveOnce()).toBe(PAUSE_MS);
  await publish('h1');
  await worker.archiveOnce();
  expect([inserts, await countOf('catalogs')]).toEqual([21, 21]);
  expect((await archived()).at(-1)).toBe('21 h1');
});

it('does not believe an insert whose answer is lost, and inserts nothing twice', async () => {
  for (const hash of ['h1', 'h2']) await publish(hash);
  let lost: 'answer' | 'request' | null = 'answer';
  const worker = archive(async (block): Promise<InsertOutcome> => {
    if (lost !== 'request') await sink.insert(block);
    const outcome = lost === null ? ({ kind: 'inserted' } as const) : UNKNOWN;
    lost = lost === 'answer' ? 'request' : null;
    return outcome;
  });
  await expect(worker.archiveOnce()).rejects.toThrow('the line was cut');
  expect(await archived()).toEqual(['1 h1']);
  await expect(worker.archiveOnce()).rejects.toThrow('the line was cut');
  expect(await archived()).toEqual(['1 h1']);
  await worker.archiveOnce();
  expect([await countOf('catalogs'), await countOf('catalog_versions')]).toEqual([2, 2]);
});

const UNKNOWN = { kind: 'unknown', cause: new Error('the line was cut') } as const;

it('shows one row when a worker that was given up inserts late', async () => {
  await publish('h1');
  let arrive: (() => void) | null = null;
  const late = archive(async (block) => {
    await new Promise<void>((resolve) => {
      arrive = resolve;
    });
    return sink.insert(block);
  }).archiveOnce();
  const release = await waitFor('an insert to be held', () => arrive);
  await archive().archiveOnce();
  release();
  await late;
  expect([await countOf('catalog_versions'), await countOf('catalogs')]).toEqual([2, 1]);
});

it('leaves it to the worker that drains partition 0', async () => {
  for (const hash of ['h1', 'h2']) await publish(hash);
  let asked = 0;
  // It has the lease when it begins, and not any more before the second insert.
  const worker = archive(undefined, () => ++asked <= 2);
  await worker.archiveOnce();
  await worker.archiveOnce();
  expect(await archived()).toEqual(['1 h1']);
});

it('keeps what Redis has lost, and what comes under the same number', async () => {
  const worker = archive();
  await publish('h1');
  await publish('h2');
  await worker.archiveOnce();
  await at.redis.flushall();
  await publish('h1');
  await publish('h9');
  await worker.archiveOnce();
  expect(await archived()).toEqual(['1 h1', '2 h2', '2 h9']);
  expect(await countOf('catalog_versions')).toBe(3);
});

it('archives what a build published that knew of no versions', async () => {
  const worker = archive();
  await publish('h1');
  await worker.archiveOnce();
  const { current } = at.keys.snapshots('catalog');
  const source = JSON.stringify(files('# ours\ncatalog: "old"\n'));
  await at.redis.hset(current, { publication: 2, hash: 'h2', source });
  await worker.archiveOnce();
  expect(
    await sink.query("SELECT name, files.text AS texts FROM catalogs WHERE hash = 'h2'"),
  ).toEqual([{ name: 'old', texts: ['# ours\ncatalog: "old"\n'] }]);
});

it('passes over what history refuses, and what is gone, and says so once', async () => {
  for (const hash of ['h1', 'h2', 'h3']) await publish(hash);
  const { versions: entries, contents } = at.keys.snapshots('catalog');
  const unstorable = { hash: 'h1', name: '', author: '', note: '', publishedAtMs: 1e300 };
  await at.redis.hset(entries, 1, JSON.stringify(unstorable));
  await at.redis.hdel(contents, 'h2');
  const worker = archive();
  await worker.archiveOnce();
  await publish('h4');
  await worker.archiveOnce();
  expect(await archived()).toEqual(['3 h3', '4 h4']);
  expect(warned).toHaveLength(2);
});

it('is done by workers, and gone on with after kills', async () => {
  for (let i = 1; i <= 60; i++) await publish(`h${i}`);
  await sink.close();
  try {
    for (const enough of [3, 20]) {
      await at.redis.config('RESETSTAT');
      const worker = at.spawnWorker();
      const ended = once(worker, 'exit');
      await waitFor('some versions to be archived', async () => {
        const calls = /cmdstat_hget:calls=(\d+)/.exec(await at.redis.info('commandstats'));
        return Number(calls?.[1] ?? 0) > enough;
      });
      worker.kill('SIGKILL');
      await ended;
    }
  } finally {
    sink = await at.openSink();
  }
  const kept = await countOf('catalogs');
  expect(kept).toBeGreaterThan(0);
  const worker = await at.startWorker(await at.openSink(), {}, undefined, versions);
  await waitFor('the rest', async () => (await countOf('catalogs')) === 60);
  const numbers = Array.from({ length: 60 }, (_, i) => `${i + 1} h${i + 1}`);
  expect(new Set(await archived())).toEqual(new Set(numbers));
  await worker.stop();
});
