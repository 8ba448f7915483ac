// The statements of a cluster, one by one. No cluster is at hand: that they are ClickHouse's language
// is asked of the engine (EXPLAIN AST), what they do on a cluster is not.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openChdbSink } from '../../src/history/sinks/chdb-sink.ts';
import { clusterStatements } from '../../src/history/sinks/cluster-ddl.ts';
import { readMigrations } from '../../src/history/sinks/migrations.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';

const REPLICA = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'";
const MIGRATIONS = readMigrations().flatMap(({ statements }) => statements);
const OTHERS = [
  'CREATE TABLE IF NOT EXISTS schema_migrations (name String) ENGINE = MergeTree ORDER BY name',
  "INSERT INTO schema_migrations (name, hash) VALUES ('a', 'b')",
  `ALTER TABLE events DELETE WHERE partition = 1 AND batch = 'x'
   AND (ledger_id, ordinal) IN ((1,0)) SETTINGS mutations_sync = 2`,
  "ALTER TABLE events ADD COLUMN IF NOT EXISTS batch String DEFAULT ''",
];

let directory: string;
let engine: HistorySink;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-ddl-'));
  engine = await openChdbSink(directory);
});
afterAll(async () => {
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

it('makes of every statement of ours one that the engine can read', async () => {
  for (const statement of [...MIGRATIONS, ...OTHERS]) {
    for (const translated of clusterStatements(statement, 'main')) {
      await engine.query(`EXPLAIN AST ${translated}`).catch((error) => {
        throw new Error(`${error.message}\n${translated}`);
      });
    }
  }
});

it('has a form for every migration, and each names the cluster', () => {
  for (const statement of MIGRATIONS) {
    const translated = clusterStatements(statement, 'main');
    expect(translated.every((text) => text.includes("ON CLUSTER 'main'"))).toBe(true);
  }
});

it('makes two of a table: replicated within its shard, and over all shards', () => {
  const table = `CREATE TABLE t (\n  a Nested (b String),\n  c String\n)\nENGINE = MergeTree\nORDER BY c
SETTINGS fsync_after_insert = 1, non_replicated_deduplication_window = 1000`;
  expect(clusterStatements(table, 'main')).toEqual([
    `CREATE TABLE IF NOT EXISTS t_local ON CLUSTER 'main' (\n  a Nested (b String),\n  c String\n)
ENGINE = ReplicatedMergeTree(${REPLICA})\nORDER BY c
SETTINGS fsync_after_insert = 1, replicated_deduplication_window = 1000`,
    "CREATE TABLE IF NOT EXISTS t ON CLUSTER 'main' AS t_local" +
      " ENGINE = Distributed('main', currentDatabase(), t_local)",
  ]);
});

it('keeps what an engine is told', () => {
  const table = 'CREATE TABLE t (v UInt8) ENGINE = ReplacingMergeTree(v)\nORDER BY v';
  expect(clusterStatements(table, 'c')[0]).toContain(
    `ENGINE = ReplicatedReplacingMergeTree(${REPLICA}, v)\nORDER BY v`,
  );
});

it.each([
  ['CREATE VIEW v AS SELECT 1', ["CREATE VIEW IF NOT EXISTS v ON CLUSTER 'c' AS SELECT 1"]],
  [
    'ALTER TABLE t DELETE WHERE a = 1 SETTINGS mutations_sync = 2',
    ["ALTER TABLE t_local ON CLUSTER 'c' DELETE WHERE a = 1 SETTINGS mutations_sync = 2"],
  ],
  [
    'ALTER TABLE t ADD COLUMN a String',
    [
      "ALTER TABLE t_local ON CLUSTER 'c' ADD COLUMN a String",
      "ALTER TABLE t ON CLUSTER 'c' ADD COLUMN a String",
    ],
  ],
  [
    'ALTER TABLE t MODIFY COLUMN a JSON SETTINGS alter_sync = 0',
    [
      "ALTER TABLE t_local ON CLUSTER 'c' MODIFY COLUMN a JSON SETTINGS alter_sync = 0",
      "ALTER TABLE t ON CLUSTER 'c' MODIFY COLUMN a JSON SETTINGS alter_sync = 0",
    ],
  ],
  [
    'ALTER TABLE t MODIFY SETTING a = 1',
    ["ALTER TABLE t_local ON CLUSTER 'c' MODIFY SETTING a = 1"],
  ],
  ['CREATE OR REPLACE VIEW v AS SELECT 1', ["CREATE OR REPLACE VIEW v ON CLUSTER 'c' AS SELECT 1"]],
  [
    'DROP TABLE IF EXISTS t',
    [
      "DROP TABLE IF EXISTS t ON CLUSTER 'c' SYNC",
      "DROP TABLE IF EXISTS t_local ON CLUSTER 'c' SYNC",
    ],
  ],
  ['INSERT INTO t (a) VALUES (1)', ['INSERT INTO t_local (a) VALUES (1)']],
  [
    'CREATE ROLE IF NOT EXISTS r SETTINGS readonly = 1',
    ["CREATE ROLE IF NOT EXISTS r ON CLUSTER 'c' SETTINGS readonly = 1"],
  ],
  ['GRANT SELECT ON * TO r', ["GRANT ON CLUSTER 'c' SELECT ON * TO r"]],
])('translates %s', (statement, translated) => {
  expect(clusterStatements(statement, 'c')).toEqual(translated);
});

it('refuses a statement that it has no form for, instead of running it on one server', () => {
  expect(() => clusterStatements('DROP TABLE events', 'c')).toThrow('no form on a cluster');
  expect(() => clusterStatements('ALTER TABLE events DROP COLUMN a', 'c')).toThrow();
});
