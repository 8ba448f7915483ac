// What the analyst endpoint says when it cannot: as ClickHouse, code, name and status.

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnalystFixture, startAnalysts } from './analyst-fixture.ts';

let analysts: AnalystFixture;
let ask: AnalystFixture['ask'];
beforeAll(async () => {
  analysts = await startAnalysts();
  ({ ask } = analysts);
});
afterAll(() => analysts.stop());

describe('a statement', () => {
  it.each([
    ['SELEC 1', 400, 62, 'SYNTAX_ERROR'],
    ["'x'", 400, 62, 'SYNTAX_ERROR'],
    ['', 400, 62, 'SYNTAX_ERROR'],
    [' ;', 400, 62, 'SYNTAX_ERROR'],
    ['/* nothing */', 400, 62, 'SYNTAX_ERROR'],
    ['SELECT 1 /* open', 400, 62, 'SYNTAX_ERROR'],
    ["SELECT 'open", 400, 62, 'SYNTAX_ERROR'],
    ['SELECT 1 1', 400, 62, 'SYNTAX_ERROR'],
    ['DROP TABLE events', 403, 164, 'READONLY'],
    ['insert into events select 1', 403, 164, 'READONLY'],
    ['USE system', 403, 164, 'READONLY'],
    ['SELECT 1; SELECT 2', 403, 164, 'READONLY'],
    ['SELECT nothing_here', 404, 47, 'UNKNOWN_IDENTIFIER'],
    ['SELECT 1 FROM nowhere', 404, 60, 'UNKNOWN_TABLE'],
    ['SELECT 1 FORMAT Nope', 400, 73, 'UNKNOWN_FORMAT'],
  ])('%j is %i', async (sql, status, code, name) => {
    const reply = await ask(sql);
    expect([reply.status, reply.headers.get('x-clickhouse-exception-code')]).toEqual([
      status,
      String(code),
    ]);
    expect(reply.text.startsWith(`Code: ${code}. DB::Exception: `)).toBe(true);
    // Once each: what went through several hands of the engine is not wrapped several times.
    expect(reply.text.match(/DB::Exception/g)).toHaveLength(1);
    expect(reply.text.match(/\([A-Z]+_?[A-Z]+\)/g)).toEqual([`(${name})`]);
  });

  it.each([
    'FROM events SELECT count()',
    'from events select customer_id where customer_id = {id:String} limit 1',
  ])('may begin with FROM: %s', async (sql) => {
    expect((await ask(sql, 'param_id=u1')).status).toBe(200);
  });

  it.each([
    "FROM file('SECRET', CSV, 'a String, b Int32') SELECT a",
    "FROM 'SECRET' SELECT *",
    "FROM events SELECT file('SECRET')",
    "FROM numbers(1) SELECT number INTO OUTFILE 'SECRET.out'",
    'FROM events SELECT 1; DROP TABLE events',
    'FROM events INSERT INTO events SELECT 1',
    "FROM url('http://127.0.0.1:1/', CSV, 'a String') SELECT a",
    'FROM events SELECT 1 SETTINGS readonly = 0',
  ])('that begins with FROM reads history only: %s', async (sql) => {
    const { status, text } = await ask(sql.replaceAll('SECRET', analysts.secret));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain('hidden');
    expect((await ask('SELECT count() FROM events')).text).toBe('2\n');
  });
});

describe('a database', () => {
  const inHeader = (database: string) => ({
    'X-ClickHouse-Key': 'admin-key',
    'X-ClickHouse-Database': database,
  });

  it.each(['database=default', 'database=', ''])('is that of history: %j', async (query) => {
    expect((await ask('SELECT count() FROM events', query)).text).toBe('2\n');
  });

  it('may be another that there is, for one statement', async () => {
    for (let i = 0; i < 3; i++) {
      expect((await ask('SELECT count() FROM one', 'database=system')).text).toBe('1\n');
      expect((await ask('SELECT count() FROM firings', 'database=system')).status).toBe(404);
    }
    expect((await ask('SELECT count() FROM one', '', inHeader('system'))).text).toBe('1\n');
    // Both connections are back in theirs.
    const replies = await Promise.all([1, 2, 3, 4].map(() => ask('SELECT currentDatabase()')));
    expect(replies.map(({ text }) => text)).toEqual(Array(4).fill('default\n'));
  });

  it.each(['nowhere', 'system;DROP TABLE events', '`x`', 'x'.repeat(100), 'é'])(
    'that is unknown is an error: %s',
    async (database) => {
      const query = `database=${encodeURIComponent(database)}`;
      for (const reply of [
        await ask('SELECT 1', query),
        await ask('SELECT 1', `${query}&param_a=1`),
      ]) {
        expect(reply.status).toBe(404);
        expect(reply.text).toMatch(/^Code: 81\. DB::Exception: .*\(UNKNOWN_DATABASE\)\n$/);
      }
    },
  );
});

it.each([
  ['a wrong key', { password: 'no' }, 'SELECT 1', '516', 'AUTHENTICATION_FAILED'],
  ['a write', {}, 'DROP TABLE events', '164', 'READONLY'],
  ['a slip', {}, 'SELEC 1', '62', 'SYNTAX_ERROR'],
  ['an unknown database', { database: 'nowhere' }, 'SELECT 1', '81', 'UNKNOWN_DATABASE'],
])('the client finds code and type of %s', async (_, settings, query, code, type) => {
  const client = createClient({
    ...{ url: analysts.endpoint.url, username: 'any', password: 'admin-key', ...settings },
    log: { level: ClickHouseLogLevel.OFF },
  });
  await expect(client.query({ query })).rejects.toMatchObject({ code, type });
  await client.close();
});
