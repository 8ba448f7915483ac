// How a question may come in: methods, places of the statement, forms, lengths, comments, names.

import { describe, expect, it } from 'vitest';
import type { Doorway } from './doorway.ts';

const MB = 1024 * 1024;

export function askedSuite(door: () => Doorway): void {
  describe('methods', () => {
    it('GET, with a statement in the URL, a body, or both', async () => {
      const get = { method: 'GET' };
      expect(await door().textOf('query=SELECT%201', get)).toBe('1\n');
      expect(await door().textOf('', { ...get, body: 'SELECT 2' })).toBe('2\n');
      expect(await door().textOf('query=SELECT%203', { ...get, body: ', 4' })).toBe('3\t4\n');
    });

    it('HEAD is GET without the body', async () => {
      const [head, got] = await Promise.all(
        ['HEAD', 'GET'].map((method) => door().ask('query=SELECT%2012345', { method })),
      );
      expect([head!.status, head!.body.length, got!.body.toString()]).toEqual([200, 0, '12345\n']);
      for (const name of ['content-length', 'content-type', 'x-clickhouse-format']) {
        expect(head!.headers[name]).toBe(got!.headers[name]);
      }
      const packed = await door().ask('query=SELECT%201&compress=1', { method: 'HEAD' });
      expect([packed.status, packed.body.length]).toEqual([200, 0]);
      const write = await door().ask('query=DROP%20TABLE%20events', { method: 'HEAD' });
      expect([write.status, write.headers['x-clickhouse-exception-code']]).toEqual([403, '164']);
      for (const path of ['/', '/ping']) {
        const { status } = await fetch(`${door().url}${path}`, { method: 'HEAD' });
        expect(status).toBe(200);
      }
    });

    it('no other', async () => {
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const { status, body } = await door().ask('query=SELECT%201', { method });
        expect([status, body.toString()]).toEqual([405, expect.stringMatching(/^Code: /)]);
      }
    });
  });

  describe('a statement', () => {
    it('is the URL, a line break, and the body', async () => {
      const rest = { body: 'UNION ALL SELECT 2 ORDER BY 1' };
      const beginning = encodeURIComponent('SELECT 1 -- the first');
      expect(await door().textOf(`query=${beginning}`, rest)).toBe('1\n2\n');
    });

    it('is a body whatever its type says, as curl sends it', async () => {
      for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json']) {
        const headers = { 'Content-Type': type };
        expect(await door().textOf('', { body: 'SELECT 1 + 1', headers })).toBe('2\n');
      }
    });

    it.each([
      '-- first\nSELECT 1',
      '# first\nSELECT 1',
      '#! first\nSELECT 1',
      '// first\nSELECT 1',
      '/* first */ SELECT 1',
      "/* a /* b */ it's */ -- x\n# y\n  SELECT 1 -- last",
      '/*/*/**/*/*/SELECT 1',
      'SELECT /* one */ 1 # two',
      '(SELECT 1)',
      '/* x */ (((SELECT 1)))',
      '-- x\n(SELECT 1) UNION DISTINCT (SELECT 1)',
      '# x\nWITH 1 AS x SELECT x',
      '\ufeffSELECT 1;\n-- last',
    ])('may have comments and brackets before it: %j', async (sql) => {
      expect(await door().textOf('', { body: sql })).toBe('1\n');
    });

    it.each(['EXPLAIN SELECT 1', 'SHOW TABLES', 'DESCRIBE events', 'DESC events', 'EXISTS events'])(
      'may be %s after a comment',
      async (sql) => {
        expect((await door().ask('', { body: `# why\n/* how */ ${sql}` })).status).toBe(200);
      },
    );

    it.each([
      ['#hello\nSELECT 1', '62'],
      ['SELECT 1 #hello', '62'],
      ['/* /* */ SELECT 1', '62'],
      ['\\ SELECT 1', '62'],
      ['-- SELECT 1', '62'],
      ['# x\nDROP TABLE events', '164'],
      ['/* /* */ */ DROP TABLE events', '164'],
      ["SELECT 1 // '\n, file('SECRET') //'", '164'],
      ["SELECT 1 /* /* ' */ */ , file('SECRET') -- '", '164'],
      ["SELECT 1 # '\n, file('SECRET') # '", '164'],
      ["SELECT 1 #! '\n, file('SECRET') # '", '164'],
      ["SELECT (1).file('SECRET')", '164'],
      ["SELECT '#! ', file('SECRET')", '164'],
    ])('that is wrong or forbidden is no less so: %j', async (sql, code) => {
      const body = sql.replaceAll('SECRET', door().analysts.secret);
      const refused = await door().ask('', { body });
      expect(refused.headers['x-clickhouse-exception-code']).toBe(code);
      expect(refused.body.toString()).not.toContain('hidden');
    });

    it('tells the format that it ends with, whatever stands around it', async () => {
      for (const [sql, format] of [
        ['SELECT 1 FORMAT JSONEachRow', 'JSONEachRow'],
        ['SELECT 1 FORMAT /* x */ CSV -- y', 'CSV'],
        ['SELECT 1 FORMAT CSV SETTINGS max_threads = 1', 'CSV'],
        ["SELECT 'FORMAT CSV'", 'TabSeparated'],
        ['SELECT 1 AS format', 'TabSeparated'],
      ]) {
        const { headers } = await door().ask('', { body: sql! });
        expect(headers['x-clickhouse-format']).toBe(format);
      }
    });
  });

  describe('a form', () => {
    const form = (parts: Readonly<Record<string, string | Blob>>) => {
      const data = new FormData();
      for (const [name, value] of Object.entries(parts)) data.append(name, value);
      return data;
    };
    const send = async (parts: Readonly<Record<string, string | Blob>>, query = '') => {
      const headers = { 'X-ClickHouse-Key': 'admin-key' };
      const request = { method: 'POST', body: form(parts), headers };
      const response = await fetch(`${door().url}/?${query}`, request);
      return {
        code: response.headers.get('x-clickhouse-exception-code'),
        text: await response.text(),
      };
    };

    it('has the statement and its parameters', async () => {
      const statement = 'SELECT {name:String} AS n, {ids:Array(UInt8)} AS i';
      const parts = { query: statement, param_name: "it's \u5317\\\\\u4eac", param_ids: '[1,2]' };
      expect((await send(parts)).text).toBe("it\\'s \u5317\\\\\u4eac\t[1,2]\n");
      expect((await send({ query: statement, param_ids: '[3]' }, 'param_name=x')).text).toBe(
        'x\t[3]\n',
      );
    });

    it('may have parts of the URL: format, database, and half of the statement', async () => {
      const named = { query: 'SELECT 1 AS a', default_format: 'JSONEachRow', database: 'system' };
      expect((await send(named)).text).toBe('{"a":1}\n');
      expect((await send({ param_a: '5' }, 'query=SELECT%20%7Ba:UInt8%7D')).text).toBe('5\n');
      const file = { query: new Blob(['SELECT 7']) };
      expect((await send(file)).text).toBe('7\n');
    });

    it('may have a parameter of a megabyte', async () => {
      const parts = { query: 'SELECT length({a:String})', param_a: 'x'.repeat(MB - 1_000) };
      expect((await send(parts)).text).toBe(`${MB - 1_000}\n`);
    });

    it('that is wrong is said to be', async () => {
      const table = { query: 'SELECT * FROM t', t: new Blob(['1']), t_structure: 'a UInt8' };
      expect((await send(table)).code).toBe('48');
      for (const [type, body] of [
        ['multipart/form-data; boundary=x', 'SELECT 1'],
        [
          'multipart/form-data; boundary=x',
          '--x\r\nContent-Disposition: form-data; name="query"\r\n\r\nSE',
        ],
        ['multipart/form-data', '--x--'],
      ]) {
        const refused = await door().ask('', { body: body!, headers: { 'Content-Type': type! } });
        expect(refused.headers['x-clickhouse-exception-code']).toBe('36');
      }
    });
  });

  describe('long', () => {
    const ids = (n: number) => Array.from({ length: n }, (_, i) => `'customer-${i}'`).join(',');

    it.each([1_500, 5_000, 40_000])('parameters in the URL: %i ids', async (n) => {
      const list = encodeURIComponent(`[${ids(n)}]`);
      const statement = { body: 'SELECT length({a:Array(String)})' };
      expect(await door().textOf(`param_a=${list}`, statement)).toBe(`${n}\n`);
    });

    it('a URL of a megabyte; a longer one is told so, not reset', async () => {
      const statement = { body: 'SELECT length({a:String})' };
      const fits = MB - 2_000;
      expect(await door().textOf(`param_a=${'x'.repeat(fits)}`, statement)).toBe(`${fits}\n`);
      for (const length of [1.2 * MB, 12 * MB]) {
        const refused = await door().ask(`param_a=${'x'.repeat(length)}`, statement);
        expect([refused.status, refused.headers['x-clickhouse-exception-code']]).toEqual([
          431,
          '307',
        ]);
        expect(refused.body.toString()).toMatch(
          /^Code: 307\. DB::Exception: .*\(TOO_MANY_BYTES\)\n$/,
        );
      }
      expect(await door().textOf('', { body: 'SELECT 1' })).toBe('1\n');
    });

    it.each([1.2, 40])('a body of %d MB is told so, not reset', async (size) => {
      const refused = await door().ask('', { body: 'x'.repeat(size * MB) });
      expect([refused.status, refused.headers['x-clickhouse-exception-code']]).toEqual([
        413,
        '307',
      ]);
    });
  });

  describe('names', () => {
    it('default and proffer are the same database', async () => {
      const statement = { body: 'SELECT count() FROM events' };
      for (const database of ['default', 'proffer', '']) {
        expect(await door().textOf(`database=${database}`, statement)).toBe('2\n');
        const headers = { 'X-ClickHouse-Database': database };
        expect(await door().textOf('', { ...statement, headers })).toBe('2\n');
      }
      const other = {
        headers: { 'X-ClickHouse-Database': 'system' },
        body: 'SELECT count() FROM one',
      };
      // As with ClickHouse, the header counts.
      expect(await door().textOf('database=default', other)).toBe('1\n');
    });

    it('a session is accepted and keeps nothing', async () => {
      const session = 'session_id=s1&session_timeout=60&session_check=0&close_session=1';
      expect(await door().textOf(session, { body: 'SELECT 1' })).toBe('1\n');
      const temporary = { body: 'CREATE TEMPORARY TABLE t (a Int8)' };
      expect((await door().ask(session, temporary)).headers['x-clickhouse-exception-code']).toBe(
        '164',
      );
    });

    it('a request may name its query and format in headers', async () => {
      const headers = {
        'X-ClickHouse-Query-Id': 'mine',
        'X-ClickHouse-Format': 'JSONCompactEachRow',
      };
      const answer = await door().ask('', { body: 'SELECT 1', headers });
      expect(answer.body.toString()).toBe('[1]\n');
      expect(answer.headers['x-clickhouse-query-id']).toBe('mine');
    });
  });
}
