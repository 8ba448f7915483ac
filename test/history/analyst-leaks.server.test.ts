// No answer holds what another query left: after whatever way a query can fail, in whatever format,
// the next ones on every connection answer exactly their own rows, under their own settings.

import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ANALYST_KEY, type AnalystFixture, startAnalysts } from './analyst-fixture.ts';

let analysts: AnalystFixture;
let ask: AnalystFixture['ask'];
beforeAll(async () => {
  analysts = await startAnalysts();
  ({ ask } = analysts);
});
afterAll(() => analysts.stop());

/** More than there are connections. */
const NEXT = [1, 2, 3];

/** Each fails after rows of its answer are written. */
const FAILING: [string, string, number][] = [
  ['division by zero', 'SELECT number, intDiv(10, number - {at:UInt32}) FROM numbers(100000)', 153],
  ['a bad cast', "SELECT toUInt8(if(number < {at:UInt32}, '1', 'x')) FROM numbers(100000)", 6],
  ['throwIf', 'SELECT number, throwIf(number = {at:UInt32}) FROM numbers(100000)', 395],
  [
    'a result too large',
    'SELECT number + {at:UInt32} FROM numbers(100000) SETTINGS max_result_bytes = 300000, max_block_size = 5000',
    396,
  ],
];

describe.each(FAILING)('after %s', (_, sql, code) => {
  it.each(['TabSeparated', 'CSV', 'JSON', 'JSONEachRow', 'Native', 'RowBinary'])(
    'in %s',
    async (format) => {
      for (const withParam of [false, true]) {
        const [statement, param] = withParam
          ? [sql, '&param_at=70000']
          : [sql.replace('{at:UInt32}', '70000'), ''];
        const failed = await ask(statement, `default_format=${format}${param}`);
        expect(failed.headers.get('x-clickhouse-exception-code')).toBe(String(code));
        for (const n of NEXT) {
          const { text } = await ask(`SELECT ${n} AS n`, `default_format=${format}`);
          if (format === 'JSON') expect(JSON.parse(text)).toMatchObject({ data: [{ n }], rows: 1 });
          else expect(text).toBe(own(format, n));
        }
      }
    },
  );
});

function own(format: string, n: number): string {
  if (format === 'JSONEachRow') return `{"n":${n}}\n`;
  if (format === 'Native') return `\u0001\u0001\u0001n\u0005UInt8${String.fromCharCode(n)}`;
  return format === 'RowBinary' ? String.fromCharCode(n) : `${n}\n`;
}

const SLOW = 'SELECT number, sleepEachRow(0.2) FROM numbers(1000) SETTINGS max_block_size = 1';

it('after a time-out', async () => {
  expect((await analysts.askHastily(SLOW)).status).toBe(408);
  for (const n of NEXT) expect((await analysts.askHastily(`SELECT ${n}`)).text).toBe(`${n}\n`);
});

describe('after a caller that hung up', () => {
  const running = async (mark: string) => {
    const [row] = await analysts.sink.query<{ n: number }>(
      `SELECT toUInt32(count()) AS n FROM system.processes WHERE query LIKE '%${mark}%'
       AND query NOT LIKE '%system.processes%'`,
    );
    return row!.n;
  };

  it.each([
    ['that writes rows', SLOW],
    ['that counts', 'SELECT count() FROM numbers_mt(1000000000000)'],
    ['that sorts', 'SELECT number FROM numbers(1000000000) ORDER BY sipHash64(number) DESC'],
    ['with a parameter', 'SELECT count() FROM numbers({n:UInt64})'],
    [
      'with a setting',
      'SELECT max(number) FROM numbers(1000000000000) SETTINGS join_use_nulls = 1',
    ],
  ])('a query %s ends, and leaves nothing', async (kind, sql) => {
    const mark = `given up ${kind}`;
    // As many as may run at once.
    const callers = [1, 2].map(() => {
      const url = `${analysts.endpoint.url}/?param_n=1000000000000`;
      const sent = request(url, { method: 'POST', headers: ANALYST_KEY });
      sent.on('error', () => {});
      sent.end(`${sql.replace('SELECT', `SELECT '${mark}',`)}`);
      return sent;
    });
    await vi.waitFor(async () => expect(await running(mark)).toBe(2), { timeout: 20_000 });
    for (const caller of callers) caller.destroy();
    await vi.waitFor(async () => expect(await running(mark)).toBe(0), { timeout: 20_000 });
    for (const n of NEXT) expect((await ask(`SELECT ${n}`)).text).toBe(`${n}\n`);
  });
});
