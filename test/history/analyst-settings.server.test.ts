// Settings of one query, in the URL and after SETTINGS: applied, judged by the limits, or refused; and
// gone with the query, whatever became of it.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AnalystFixture, startAnalysts } from './analyst-fixture.ts';

let analysts: AnalystFixture;
let ask: AnalystFixture['ask'];
beforeAll(async () => {
  analysts = await startAnalysts();
  ({ ask } = analysts);
});
afterAll(() => analysts.stop());

const JOIN =
  'SELECT b.y FROM (SELECT 1 AS x) AS a LEFT JOIN (SELECT 2 AS x, 3 AS y) AS b USING (x)';
const LARGE = 'SELECT toUInt64(9007199254740993) AS n FORMAT JSONEachRow';

/** Statement, its answer without settings, settings, its answer with them. */
const APPLIED: [string, string, Record<string, string>, string][] = [
  [JOIN, '0\n', { join_use_nulls: '1' }, '\\N\n'],
  [
    LARGE,
    '{"n":9007199254740993}\n',
    { output_format_json_quote_64bit_integers: '1' },
    '{"n":"9007199254740993"}\n',
  ],
  ['SELECT 1.5 FORMAT CSV', '1.5\n', { output_format_csv_crlf_end_of_line: '1' }, '1.5\r\n'],
  ['SELECT true', 'true\n', { bool_true_representation: 'yes' }, 'yes\n'],
  [
    'SELECT toDateTime(0)',
    '1970-01-01 00:00:00\n',
    { session_timezone: 'Asia/Tokyo' },
    '1970-01-01 09:00:00\n',
  ],
  [
    'SELECT toDateTime(0)',
    '1970-01-01 00:00:00\n',
    { date_time_output_format: 'iso' },
    '1970-01-01T00:00:00Z\n',
  ],
  ['SELECT number FROM numbers(4)', '0\n1\n2\n3\n', { limit: '2', offset: '1' }, '1\n2\n'],
  [
    'SELECT number FROM numbers(4)',
    '0\n1\n2\n3\n',
    { max_result_rows: '1', result_overflow_mode: 'break', max_block_size: '1' },
    '0\n',
  ],
  ['SELECT 1 FORMAT TSV', '1\n', { extremes: '1' }, '1\n\n1\n1\n'],
  [
    'SELECT count() FROM events',
    '2\n',
    { additional_table_filters: "{'events':'ledger_id = 1'}" },
    '1\n',
  ],
  ['SELECT 1 IN (NULL, 1), NULL IN (NULL)', '1\t\\N\n', { transform_null_in: '1' }, '1\t1\n'],
];

const inUrl = (settings: Record<string, string>) => new URLSearchParams(settings).toString();
const clause = (settings: Record<string, string>) =>
  Object.entries(settings).map(([name, value]) =>
    /^\d+$/.test(value) || value.startsWith('{') ? `${name}=${value}` : `${name}='${value}'`,
  );

it.each(APPLIED)('%s, %j without, with %j', async (sql, without, settings, withThem) => {
  expect((await ask(sql)).text).toBe(without);
  expect((await ask(sql, inUrl(settings))).text).toBe(withThem);
  expect((await ask(sql)).text).toBe(without);
  expect((await ask(`${sql} SETTINGS ${clause(settings)}`)).text).toBe(withThem);
  expect((await ask(sql)).text).toBe(without);
});

it.each(['group', 'order'])(
  'values of any type may be used to %s by, unless that is off',
  async (by) => {
    const sql = `SELECT properties.price AS p FROM events ${by} BY p LIMIT 1`;
    expect((await ask(sql)).status).toBe(200);
    const off = `allow_suspicious_types_in_${by}_by=0`;
    expect((await ask(sql, off)).headers.get('x-clickhouse-exception-code')).toBe('44');
    expect((await ask(`${sql} SETTINGS ${off}`)).status).toBe(400);
    expect((await ask(sql)).status).toBe(200);
  },
);

it.each([
  'max_block_size=1000',
  'max_execution_time=5.5',
  'max_memory_usage=100000000&max_threads=1&max_result_bytes=1000',
  'log_comment=a&use_query_cache=1&async_insert=1&enable_analyzer=1&compatibility=22.3',
  'readonly=1',
  'readonly=2',
  'max_rows_to_read=1000&max_result_rows=5',
])('accepts %s', async (settings) => {
  expect(await ask('SELECT 1', settings)).toMatchObject({ status: 200, text: '1\n' });
});

/** What a caller may not have, however it is written. */
const REFUSED: [string, number][] = [
  ['max_execution_time = 61', 452],
  ['max_execution_time = 0', 452],
  ['max_execution_time = -1', 452],
  ['max_execution_time = DEFAULT', 452],
  ["max_memory_usage = '2Gi'", 452],
  ['max_memory_usage = 0', 452],
  ['max_result_bytes = 67108865', 452],
  ['max_ast_depth = 100000', 452],
  ['max_parser_depth = 0', 452],
  ['join_use_nulls = 1, max_result_bytes = 0', 452],
  ['readonly = 0', 164],
  ["profile = 'default'", 164],
  ["output_format_schema = '/tmp/x.proto'", 164],
  ["format_template_resultset = '/etc/passwd'", 452],
  ["format_schema = '/etc/passwd:x'", 452],
  ['allow_introspection_functions = 1', 452],
  ["dialect = 'prql'", 452],
  ["send_logs_level = 'trace'", 452],
  ["send_logs_source_regexp = 'x'", 452],
  ['query_profiler_real_time_period_ns = 1000', 452],
  ['no_such_setting = 1', 115],
];

async function expectRefusal(sql: string, code: number, query = ''): Promise<void> {
  const { status, headers, text } = await ask(sql, query);
  expect(headers.get('x-clickhouse-exception-code')).toBe(String(code));
  expect(text).toMatch(/^Code: \d+\. DB::Exception: [^\n]+ \([A-Z_]+\)\n$/);
  expect(status).toBe(code === 115 ? 404 : 403);
}

it.each(REFUSED)('%s is refused', async (settings, code) => {
  await expectRefusal(`SELECT 1 SETTINGS ${settings}`, code);
  await expectRefusal(`SELECT * FROM (SELECT 1 SETTINGS ${settings})`, code);
  if (settings.includes('DEFAULT')) return;
  const url = new URLSearchParams();
  for (const pair of settings.split(', ')) {
    const [name, value] = pair.split(' = ') as [string, string];
    url.set(name, value.replaceAll("'", ''));
  }
  await expectRefusal('SELECT 1', code, url.toString());
});

it('threads are what they are, whatever a client sends with every query', async () => {
  const sql = "SELECT getSetting('max_threads')";
  expect((await ask(sql, 'max_threads=8')).text).toBe('1\n');
  await expectRefusal(`${sql} SETTINGS max_threads = 8`, 452);
});

it.each([
  'SELECT 1 FORMAT JSON SETTINGS GIVEN',
  'SELECT 1 SETTINGS join_use_nulls = 1 FORMAT JSON SETTINGS GIVEN',
  'SELECT * FROM (SELECT 1 /* " */ sEttings/**/GIVEN)',
  'WITH x AS (SELECT 1 SETTINGS GIVEN) SELECT * FROM x',
  'SELECT 1 SETTINGS GIVEN UNION ALL SELECT 2',
  'SELECT 1 UNION ALL SELECT 2 SETTINGS GIVEN',
  'SELECT 1 WHERE 1 IN (SELECT 1 SETTINGS join_use_nulls = 1, GIVEN)',
  "SELECT 'it''s \\' SETTINGS ' AS `settings` SETTINGS additional_table_filters = {'a': 'b'}, GIVEN",
  'SELECT (SELECT 1 SETTINGS limit = 0, offset = 1, GIVEN)',
  'EXPLAIN SELECT 1 SETTINGS GIVEN',
  'SHOW TABLES SETTINGS GIVEN',
])('wherever they stand: %s', async (sql) => {
  await expectRefusal(sql.replace('GIVEN', 'max_threads = 8'), 452);
  await expectRefusal(sql.replace('GIVEN', '`readonly` = 0'), 164);
  await expectRefusal(sql.replace('GIVEN', 'max_thread = 8'), 115);
});

it('what only looks like settings is none', async () => {
  const sql = `SELECT 'settings max_threads = 8' AS settings /* SETTINGS max_threads = 8 */`;
  expect((await ask(sql)).text).toBe('settings max_threads = 8\n');
});

it('an unknown name in the URL is guessed at', async () => {
  expect(await ask('SELECT 1', 'max_thread=1')).toMatchObject({
    status: 404,
    text: expect.stringContaining("Unknown setting 'max_thread': Maybe you meant ['max_threads']"),
  });
});

it('times are in the zone that the head of the answer says', async () => {
  for (const [zone, settings] of [
    ['UTC', ''],
    ['Asia/Tokyo', 'session_timezone=Asia/Tokyo'],
  ] as const) {
    const { headers, text } = await ask('SELECT timezone()', settings);
    expect([headers.get('x-clickhouse-timezone'), text]).toEqual([zone, `${zone}\n`]);
  }
});

it('a setting is gone after an error as well', async () => {
  for (const settings of [
    'join_use_nulls=1',
    'session_timezone=Asia/Tokyo&limit=1&database=system',
  ]) {
    expect((await ask('SELECT throwIf(number = 0) FROM numbers(4)', settings)).status).toBe(500);
    for (let i = 0; i < 3; i++) {
      expect((await ask(JOIN)).text).toBe('0\n');
      const state = await ask("SELECT getSetting('session_timezone'), currentDatabase()");
      expect(state.text).toBe('UTC\tdefault\n');
    }
  }
});

it('parameters do not outlive their query, and do not wait for each other', async () => {
  const slow = ask('SELECT sleep({s:Float32})', 'param_s=2');
  let over = false;
  void slow.then(() => {
    over = true;
  });
  expect((await ask('SELECT {a:String}', 'param_a=x')).text).toBe('x\n');
  expect(over).toBe(false);
  expect((await ask('SELECT {a:String}')).headers.get('x-clickhouse-exception-code')).toBe('456');
  expect((await slow).status).toBe(200);
});
