// Parameters of the analyst endpoint, as the unmodified @clickhouse/client sends them.

import { ClickHouseLogLevel, createClient, TupleParam } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnalystFixture, startAnalysts } from './analyst-fixture.ts';

let analysts: AnalystFixture;
let ask: AnalystFixture['ask'];
beforeAll(async () => {
  analysts = await startAnalysts();
  ({ ask } = analysts);
});
afterAll(() => analysts.stop());

describe('a parameter may have anything in it:', () => {
  const client = () =>
    createClient({
      ...{ url: analysts.endpoint.url, username: 'any', password: 'admin-key' },
      log: { level: ClickHouseLogLevel.OFF },
    });
  const texts = ["O'Brien", `it's "x"`, 'a\\b', 'tab\tx', 'line\nx', 'cr\rx', '', "''", '\\N'];
  texts.push('[1]', "['x']", '\\', "\\'", 'NULL', '\u5317\u4eac \u{1f600}', '\\x41\\d', ',:{}()');

  it.each([
    ['String', (text: string) => text],
    ['Nullable(String)', (text: string) => text],
    ['LowCardinality(String)', (text: string) => text],
    ['Array(String)', (text: string) => [text, 'and', text]],
    ['Array(Array(Nullable(String)))', (text: string) => [[text], [], [null, text]]],
    ['Map(String, String)', (text: string) => ({ [text]: text, other: text })],
    ['Map(String, Array(String))', (text: string) => ({ [text]: [text] })],
  ] as const)('%s', async (type, made) => {
    const asked = client();
    for (const text of texts) {
      const value = made(text);
      const result = await asked.query({
        query: `SELECT {value:${type}} AS value`,
        query_params: { value },
        format: 'JSONEachRow',
      });
      expect(await result.json()).toEqual([{ value }]);
    }
    await asked.close();
  });

  it('tuples, numbers, booleans, NULL', async () => {
    const asked = client();
    for (const text of texts) {
      const result = await asked.query({
        query:
          'SELECT {t:Tuple(UInt8, String, Nullable(String))} AS t, {m:Map(UInt8, String)} AS m, ' +
          '{n:Array(Float64)} AS n, {b:Array(Bool)} AS b, {w:Array(UInt64)} AS w, ' +
          '{x:Nullable(String)} AS x, {d:Array(Tuple(String, Array(UInt8)))} AS d, ' +
          'arrayMap(x -> toString(x), {f:Array(Float64)}) AS f, [1.5, 1e21] = {g:Array(Float64)} AS g',
        query_params: {
          t: new TupleParam([1, text, null]),
          m: new Map([[7, text]]),
          n: [1.5, -2, 1e21, 0.1],
          b: [true, false],
          w: [18446744073709551615n],
          x: null,
          d: [new TupleParam([text, [1, 2]])],
          g: [1.5, 1e21],
          f: [Number.NaN, Number.POSITIVE_INFINITY],
        },
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
      });
      expect(await result.json()).toEqual([
        {
          ...{ t: [1, text, null], m: { 7: text }, n: [1.5, -2, 1e21, 0.1], b: [true, false] },
          ...{ w: expect.anything(), x: null, d: [[text, [1, 2]]] },
          ...{ f: ['nan', 'inf'], g: 1 },
        },
      ]);
    }
    await asked.close();
  });

  it('lists of ids', async () => {
    const asked = client();
    const result = await asked.query({
      query: 'SELECT customer_id FROM events WHERE customer_id IN {ids:Array(String)}',
      query_params: { ids: ['u2', "u'3"] },
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ customer_id: 'u2' }]);
    await asked.close();
  });
});

it('takes texts as people and forms write them: tabs, line breaks, a backslash at the end', async () => {
  for (const type of ['String', 'Nullable(String)', 'LowCardinality(String)']) {
    for (const text of ['a\tb', 'a\nb', 'a\\', '\\\n', '\\d+']) {
      const sql = `SELECT {a:${type}} FORMAT JSONCompactEachRow`;
      const answer = await ask(sql, `param_a=${encodeURIComponent(text)}`);
      expect(JSON.parse(answer.text)).toEqual([text]);
    }
  }
});

it('reads literals as people write them, and says what it cannot read', async () => {
  const list = async (text: string) =>
    (await ask('SELECT {a:Array(String)}', `param_a=${encodeURIComponent(text)}`)).text;
  expect(await list(`[ 'a''b' , 'c\\x41\\xc3\\xa9' ]`)).toBe("['a\\'b','cA\u00e9']\n");
  for (const wrong of ["['a", '[', "['a' 'b']", "['a'] x", 'x', `${'['.repeat(1_000)}`]) {
    expect(await list(wrong)).toMatch(/^Code: \d+\. DB::Exception: /);
  }
});
