import { existsSync } from 'node:fs';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { querySql } from '../../src/history/analyst/query-sql.ts';
import { ANALYST_KEY, type AnalystFixture, rowOf, startAnalysts } from './analyst-fixture.ts';

let analysts: AnalystFixture;
let ask: AnalystFixture['ask'];
beforeAll(async () => {
  analysts = await startAnalysts();
  ({ ask } = analysts);
});
afterAll(() => analysts.stop());

/** A query that only the deadline ends. */
const endless = () => analysts.askHastily('SELECT count() FROM numbers(1000000000000)');

describe('as ClickHouse', () => {
  it('serves the unmodified client: rows, parameters, ping, errors', async () => {
    const client = createClient({
      ...{ url: analysts.endpoint.url, username: 'any', password: 'admin-key' },
      log: { level: ClickHouseLogLevel.OFF },
    });
    expect(await client.ping()).toEqual({ success: true });
    const result = await client.query({
      query:
        'SELECT customer_id, properties.price AS price FROM events WHERE customer_id = {id:String}',
      query_params: { id: 'u2' },
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ customer_id: 'u2', price: 2.5 }]);
    const whole = await client.query({ query: 'SELECT count() AS n FROM events', format: 'JSON' });
    expect(await whole.json()).toMatchObject({ data: [{ n: 2 }], rows: 1 });
    const text = `it's "x"\t\\n\n\u{1f600}`;
    const echo = await client.query({
      query: 'SELECT {text:String} AS text, {list:Array(String)} AS list',
      query_params: { text, list: ['a b', 'c"d'] },
      format: 'JSONEachRow',
    });
    expect(await echo.json()).toEqual([{ text, list: ['a b', 'c"d'] }]);
    await expect(client.query({ query: 'SELECT nothing_here' })).rejects.toMatchObject({
      code: '47',
    });
    await client.close();
  });

  it('answers GET with a query, and POST with the beginning in the URL', async () => {
    const got = await fetch(`${analysts.endpoint.url}/?query=SELECT%201&password=admin-key`);
    expect([got.status, await got.text()]).toEqual([200, '1\n']);
    expect((await ask('FROM events', 'query=SELECT%20count()')).text).toBe('2\n');
  });

  it('takes formats from default_format, the statement, or tab-separated', async () => {
    const csv = await ask('SELECT 1 AS a', 'default_format=CSVWithNames');
    expect(csv.text).toBe('"a"\n1\n');
    expect(csv.headers.get('x-clickhouse-format')).toBe('CSVWithNames');
    const json = await ask('SELECT 1 AS a FORMAT JSONEachRow', 'default_format=CSV');
    expect(json.text).toBe('{"a":1}\n');
    expect(json.headers.get('content-type')).toContain('application/x-ndjson');
    expect((await ask('SELECT 1, 2')).text).toBe('1\t2\n');
  });

  it('takes a session, and does not let one query change the next', async () => {
    const query = 'session_id=x&database=default&max_execution_time=50';
    const limit = "SELECT getSetting('max_execution_time')";
    expect((await ask(limit, query)).text).toBe('50\n');
    expect((await ask(limit, 'session_id=x')).text).toBe('60\n');
  });

  it('names the query, also one that it refuses, and what it read', async () => {
    const { headers } = await ask('SELECT count() FROM events', 'query_id=mine');
    expect(headers.get('x-clickhouse-query-id')).toBe('mine');
    expect(JSON.parse(headers.get('x-clickhouse-summary') ?? '')).toHaveProperty('read_rows');
    const refused = await ask('SELECT nothing_here', 'query_id=mine');
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.headers.get('x-clickhouse-query-id')).toBe('mine');
  });

  it('answers /ping and / without a key', async () => {
    for (const path of ['/ping', '/']) {
      const response = await fetch(`${analysts.endpoint.url}${path}`);
      expect([response.status, await response.text()]).toEqual([200, 'Ok.\n']);
    }
    expect((await fetch(`${analysts.endpoint.url}/elsewhere`)).status).toBe(404);
  });

  it('is what `proffer sql` asks', async () => {
    const question = { url: analysts.endpoint.url, key: 'admin-key', format: 'TabSeparated' };
    expect(await querySql({ ...question, sql: 'SELECT 7' })).toEqual({
      kind: 'answered',
      body: Buffer.from('7\n'),
    });
    const binary = { ...question, format: 'RowBinary', sql: 'SELECT toUInt32(4294967294)' };
    expect(await querySql(binary)).toEqual({
      kind: 'answered',
      body: Buffer.from('feffffff', 'hex'),
    });
    const refused = await querySql({ ...question, sql: 'DROP TABLE events' });
    expect(refused).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('READONLY'),
    });
    const nobody = await querySql({ ...question, url: 'http://127.0.0.1:1', sql: 'SELECT 1' });
    expect(nobody.kind).toBe('unreachable');
  });
});

it('asks for the admin key, in any of the ways clients send it', async () => {
  const basic = (pair: string) => ({
    Authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
  });
  for (const headers of [
    ANALYST_KEY,
    basic('any:admin-key'),
    { Authorization: 'Bearer admin-key' },
  ]) {
    expect((await ask('SELECT 1', '', headers)).status).toBe(200);
  }
  for (const headers of [{}, basic('admin-key:wrong'), { 'X-ClickHouse-Key': 'no' }, basic('x')]) {
    const refused = await ask('SELECT 1', '', headers as Record<string, string>);
    expect(refused.status).toBe(401);
    expect(refused.text).toMatch(/^Code: 516\. DB::Exception: /);
  }
});

describe('read-only', () => {
  it.each([
    "INSERT INTO events (message_id) VALUES ('x')",
    'WITH 1 AS x INSERT INTO events (message_id) SELECT toString(x)',
    'DROP TABLE events',
    'ALTER TABLE events DELETE WHERE 1',
    'TRUNCATE TABLE events',
    'OPTIMIZE TABLE events FINAL',
    'CREATE TABLE x (a Int8) ENGINE = Memory',
    'CREATE TEMPORARY TABLE x (a Int8)',
    'SET readonly = 0',
    'USE system',
    'KILL QUERY WHERE 1',
    'SYSTEM SHUTDOWN',
    'SELECT 1 SETTINGS readonly = 0',
    'SELECT 1 SETTINGS max_execution_time = 100',
    'SELECT 1; DROP TABLE events',
    'SELECT 1; SELECT 2',
    "SELECT * FROM file('SECRET', CSV, 'a String, b Int32')",
    "SELECT file('SECRET')",
    "SELECT `file`('SECRET')",
    'SELECT "file"(\'SECRET\')',
    'SELECT "fi\\x6ce"(\'SECRET\')',
    "SELECT file /* x */ ('SECRET')",
    "SELECT /* /* */ ' */ file('SECRET') --'",
    "SELECT 1 -- '\n, file('SECRET') --'",
    "SELECT 1 # '\n, file('SECRET') --'",
    "SELECT $x$ ' $x$, file('SECRET'), ' '",
    "SELECT \u2018 ' \u2019, file('SECRET'), ' '",
    "SELECT 'a\\'', file('SECRET'), ' '",
    "SELECT 'a''', file('SECRET')",
    "SELECT arrayMap(file, ['SECRET'])",
    "SELECT arrayMap(x -> file(x), ['SECRET'])",
    "DESCRIBE TABLE file('SECRET')",
    "EXPLAIN SELECT * FROM file('SECRET')",
    "SELECT * FROM loop(file('SECRET'))",
    "SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')",
    "SELECT * FROM s3('http://127.0.0.1:1/bucket/x', CSV, 'a String')",
    "SELECT * FROM remote('127.0.0.1:1', default.events)",
    "SELECT * FROM executable('x', TSV, 'a String')",
    "SELECT * FROM sqlite('SECRET', 'x')",
    "SELECT * FROM filesystem('SECRET')",
    "SELECT 1 INTO OUTFILE 'SECRET.out'",
    "SELECT 1 INTO/**/OUTFILE 'SECRET.out' TRUNCATE FORMAT CSV",
    "INSERT INTO FUNCTION file('SECRET.out') SELECT 1",
    "BACKUP TABLE events TO File('SECRET.out')",
    "SELECT * FROM 'SECRET'",
    '',
    '/* only a comment */',
  ])('refuses %s', async (sql) => {
    const { status, text } = await ask(sql.replaceAll('SECRET', analysts.secret));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).toMatch(/^Code: \d+\. DB::Exception: /);
    expect(text).not.toContain('hidden');
    expect(existsSync(`${analysts.secret}.out`)).toBe(false);
    expect((await ask('SELECT count() FROM events')).text).toBe('2\n');
  });

  it.each([
    "SELECT 'it''s; a \\' file(' AS text -- comment; with ; signs",
    'SELECT count() FROM events;',
    '(SELECT 1) UNION ALL (SELECT 2)',
    'WITH x AS (SELECT 1 AS file_count) SELECT x.file_count FROM x',
    'SHOW TABLES',
    'DESCRIBE TABLE events',
    'EXISTS TABLE events',
    'EXPLAIN SELECT count() FROM events',
    'SELECT number FROM numbers(3)',
    'SELECT properties.file FROM events',
    "SELECT name FROM system.columns WHERE table = 'events'",
  ])('runs %s', async (sql) => {
    const { status, text } = await ask(sql);
    expect({ status, text: status === 200 ? '' : text }).toEqual({ status: 200, text: '' });
  });

  it('ends a query that takes too long, and refuses a result that is too large', async () => {
    const slow = await endless();
    expect([slow.status, slow.text]).toEqual([408, expect.stringContaining('TIMEOUT_EXCEEDED')]);
    const large = await ask("SELECT repeat('x', 1000000) FROM numbers(1000)");
    expect(large.text.slice(0, 500)).toMatch(/TOO_MANY_ROWS_OR_BYTES|MEMORY_LIMIT_EXCEEDED/);
    const long = await ask("SELECT materialize(repeat('x', 100)) FROM numbers(1000000)");
    expect(long.text.slice(0, 500)).toContain('TOO_MANY_ROWS_OR_BYTES');
  });

  it('refuses a statement of more than a megabyte', async () => {
    const { status } = await ask(`SELECT '${'x'.repeat(1_100_000)}'`);
    expect(status).toBe(413);
  });
});

it('analysts do not stop the writer', async () => {
  const slow = Array.from({ length: 10 }, endless);
  let ended = false;
  const all = Promise.all(slow).then(() => {
    ended = true;
  });
  let inserts = 0;
  while (!ended) {
    const outcome = await analysts.sink.insert({
      table: 'firings',
      rows: [rowOf(inserts).replace(/,"properties".*/, '}')],
      queryId: `w${inserts}`,
    });
    expect(outcome.kind).toBe('inserted');
    if (!ended) inserts++;
    if (inserts === 20) break;
  }
  // Twenty inserts went through while two queries of two seconds ran and eight waited.
  expect(ended).toBe(false);
  await all;
});
