// What is sent to a cluster, at a server that writes requests down instead of running them.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrate } from '../../src/history/sinks/migrations.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { TABLE_NAMES } from '../../src/ledger/ledger-rows.ts';

let server: Server;
let sink: HistorySink;
let asked: { sql: string; settings: URLSearchParams }[];
/** The answer to statements that contain the word. */
let answers: Record<string, string>;

beforeEach(async () => {
  asked = [];
  answers = {};
  server = createServer(async (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://server');
    let body = '';
    for await (const chunk of request) body += chunk;
    const sql = (searchParams.get('query') ?? '') + body;
    asked.push({ sql, settings: searchParams });
    response.setHeader('X-ClickHouse-Query-Id', searchParams.get('query_id') ?? '');
    const word = Object.keys(answers).find((key) => sql.includes(key));
    response.end(word === undefined ? '' : answers[word]);
    if (word !== undefined) delete answers[word];
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clickhouseUrl = `http://default:x@127.0.0.1:${port}`;
  sink = await openSink({ clickhouseUrl, cluster: 'main', directory: '' });
});

afterEach(async () => {
  await sink.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('inserts into the local table of the server it asks, with a quorum of its replicas', async () => {
  await sink.insert({ table: 'events', rows: ['{}'], queryId: 'q-1' });
  const [{ sql, settings } = { sql: '', settings: new URLSearchParams() }] = asked;
  expect(sql).toMatch(/^INSERT INTO events_local FORMAT JSONEachRow/);
  expect(settings.get('insert_quorum')).toBe('auto');
  expect(settings.get('insert_deduplication_token')).toBe('q-1');
  expect(Number(settings.get('insert_quorum_timeout'))).toBeLessThan(28_000);
});

it('reads through the tables of all shards, whole or not at all', async () => {
  await sink.query('SELECT count() FROM events');
  expect(asked[0]?.sql).toContain('FROM events');
  expect(asked[0]?.settings.get('skip_unavailable_shards')).toBe('0');
});

it('waits on all servers for an old insert to end, and for all replicas to have it', async () => {
  answers.clusterAllReplicas = '{"query_id":"h-1-events"}\n';
  await sink.ended('h-1');
  const sent = asked.map(({ sql }) => sql);
  expect(sent[1]).toMatch(/^KILL QUERY ON CLUSTER 'main' WHERE initial_query_id = 'h-1-events'/);
  const synced = sent.filter((sql) => sql.startsWith("SYSTEM SYNC REPLICA ON CLUSTER 'main'"));
  expect(synced).toHaveLength(TABLE_NAMES.length);
  expect(sent.indexOf(synced[0]!)).toBeGreaterThan(
    sent.findLastIndex((s) => s.includes('clusterA')),
  );
});

it('migrates all servers, and notes it where all read it', async () => {
  await migrate(sink);
  const sent = asked.map(({ sql }) => sql);
  expect(sent[0]).toMatch(/^CREATE TABLE IF NOT EXISTS schema_migrations_local ON CLUSTER 'main'/);
  expect(sent[1]).toMatch(/^CREATE TABLE IF NOT EXISTS schema_migrations ON CLUSTER 'main' AS/);
  expect(sent[2]).toMatch(/^SELECT name, hash FROM schema_migrations/);
  // Whether a name is taken is asked of one.
  const rest = sent.slice(3).filter((sql) => !sql.startsWith('SELECT engine'));
  expect(rest.filter((sql) => sql.startsWith('INSERT INTO schema_migrations_local'))).not.toEqual(
    [],
  );
  expect(rest.every((sql) => sql.includes('ON CLUSTER') || sql.startsWith('INSERT'))).toBe(true);
});
