// One suite for both ways to ClickHouse: the embedded engine, and a server over HTTP.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, readMigrations } from '../../src/history/sinks/migrations.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import { codeOf } from '../../src/history/sinks/refusals.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { startWritableClickHouse } from '../support/writable-clickhouse.ts';

interface Opened {
  readonly sink: HistorySink;
  close(): Promise<void>;
}

async function embedded(): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'proffer-sink-'));
  const sink = await openSink({ clickhouseUrl: null, directory });
  return {
    sink,
    async close() {
      await sink.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function server(): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'proffer-sink-'));
  const clickhouse = await startWritableClickHouse(directory);
  const sink = await openSink({ clickhouseUrl: clickhouse.url, directory: '' });
  return {
    sink,
    async close() {
      await sink.close();
      await clickhouse.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const row = (id: number, more = '') =>
  `{"partition":1,"ledger_id":${id},"ordinal":0,"received_at":1795411200000,"message_id":"m${id}"${more}}`;

describe.each([
  ['embedded', embedded],
  ['server', server],
] as const)('%s', (kind, open) => {
  let opened: Opened;
  let sink: HistorySink;
  beforeAll(async () => {
    opened = await open();
    sink = opened.sink;
  });
  afterAll(() => opened.close());
  const ids = async () => {
    const sql = 'SELECT toUInt32(ledger_id) AS id FROM events ORDER BY id';
    return (await sink.query<{ id: number }>(sql)).map((found) => found.id);
  };

  it('answers with nothing that a query left which failed half-way', async () => {
    const is = (code: number) => (error: Error) => codeOf(error) === code;
    const failing = 'SELECT number, throwIf(number = 70000) FROM numbers(100000)';
    for (const sql of [failing, `${failing} WHERE 1 = {one:UInt8}`]) {
      await expect(sink.query(sql, { one: 1 })).rejects.toSatisfy(is(395));
      await expect(sink.query(sql.replace('{one:UInt8}', '1'))).rejects.toSatisfy(is(395));
      await expect(sink.command(sql.replace('{one:UInt8}', '1'))).rejects.toSatisfy(is(395));
      expect(await sink.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
      expect(await sink.query('SELECT {n:UInt8} AS n', { n: 2 })).toEqual([{ n: 2 }]);
      await expect(sink.query('SELECT {n:UInt8} AS n')).rejects.toSatisfy(is(456));
    }
  });

  it('says what it is', () => {
    expect(sink.kind).toBe(kind);
  });

  it('is migrated once, in order, and refuses files that changed', async () => {
    const names = readMigrations().map((migration) => migration.name);
    expect(await migrate(sink)).toEqual(names);
    expect(await migrate(sink)).toEqual([]);
    const [first, ...rest] = readMigrations();
    await expect(migrate(sink, [{ ...first!, hash: 'x' }, ...rest])).rejects.toThrow('has changed');
  });

  it('is written to by the release before, unless the next one says that it must not', async () => {
    const before = readMigrations().slice(0, -1);
    expect(await migrate(sink, before)).toEqual([]);
    const name = '9999-other.breaking';
    await sink.command(`INSERT INTO schema_migrations (name, hash) VALUES ('${name}', 'x')`);
    await expect(migrate(sink, before)).rejects.toThrow(`newer release (${name})`);
    await sink.command(
      `ALTER TABLE schema_migrations DELETE WHERE name = '${name}' SETTINGS mutations_sync = 2`,
    );
  });

  it('goes on where a migration broke off', async () => {
    const names = readMigrations().map(({ name }) => name);
    const broken = names.filter((name) => name.startsWith('0008') || name.startsWith('0016'));
    const forget = `ALTER TABLE schema_migrations DELETE WHERE name IN ('${broken.join("','")}')`;
    await sink.command(`${forget} SETTINGS mutations_sync = 2`);
    // Whose table has the name of a view keeps it.
    await sink.command('DROP VIEW holdout');
    await sink.command('CREATE TABLE holdout (theirs UInt8) ENGINE = MergeTree ORDER BY theirs');
    expect(await migrate(sink)).toEqual(broken);
    expect(await sink.query('SELECT theirs FROM holdout')).toEqual([]);
    expect(await sink.query('SELECT merge_id FROM identity_overrides')).toEqual([]);
  });

  it('inserts a block and reads it', async () => {
    const outcome = await sink.insert({ table: 'events', rows: [row(1), row(2)], queryId: 'a' });
    expect(outcome).toEqual({ kind: 'inserted' });
    expect(await ids()).toEqual([1, 2]);
  });

  it('refuses a block for its data as a whole, naming the row', async () => {
    const rows = [row(3), row(4, ',"properties":{"a":{"b":1},"a.b":2}'), row(5)];
    const outcome = await sink.insert({ table: 'events', rows, queryId: 'b' });
    expect(outcome).toMatchObject({ kind: 'refused', code: 117, row: 1 });
    expect(await ids()).toEqual([1, 2]);
  });

  it('does not blame the data for a table that is not there', async () => {
    const block = { table: 'nowhere' as 'events', rows: [row(9)], queryId: 'c' };
    expect((await sink.insert(block)).kind).toBe('unknown');
  });

  it('does not blame the data for a column that is not there: a newer worker will make it', async () => {
    const block = { table: 'events' as const, rows: [row(9, ',"of_later":1')], queryId: 'd' };
    const outcome = await sink.insert(block);
    expect(outcome).toMatchObject({ kind: 'unknown', cause: { message: /of_later/ } });
    expect(await ids()).toEqual([1, 2]);
  });

  it('takes text as parameters', async () => {
    const text = `it's "x"\t\\n\n\u{1f600}`;
    expect(await sink.query('SELECT {text:String} AS text', { text })).toEqual([{ text }]);
  });

  it('throws what ClickHouse says', async () => {
    await expect(sink.command('SELEC 1')).rejects.toThrow(/syntax error/i);
  });

  it('says that no insert runs when none does', async () => {
    await expect(sink.ended('a')).resolves.toBeUndefined();
  });
});

it('an unreachable server is an unknown outcome, not a refusal', async () => {
  const sink = await openSink({ clickhouseUrl: 'http://127.0.0.1:1', directory: '' });
  const outcome = await sink.insert({ table: 'events', rows: [row(1)], queryId: 'a' });
  expect(outcome.kind).toBe('unknown');
  await sink.close();
});
