// Native as Grafana's plugin reads it: the Go client, by HTTP, names its protocol's version.

import { describe, expect, it } from 'vitest';
import type { Doorway } from './doorway.ts';

const INFO = '010002ffffffff00';
const VERSION = 'client_protocol_version=54460&default_format=Native';

/** One of each kind of type that the engine writes in a way of its own. */
const VALUES = [
  ...['number', 'toString(number)', 'number % 2 = 0', '-number / 3', 'toInt256(number)', 'NULL'],
  ...[
    "repeat('x', number * 200)",
    "toFixedString('ab', 5)",
    "toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')",
  ],
  ...[
    "toDateTime('2026-01-01 00:00:00', 'UTC')",
    "toDateTime64(number, 3, 'UTC')",
    "toDate32('2026-01-01')",
  ],
  ...['toDecimal32(1, 2)', 'toDecimal64(1, 2)', 'toDecimal128(1, 2)', 'toDecimal256(1, 2)'],
  ...["toIPv4('127.0.0.1')", "toIPv6('::1')", 'toIntervalDay(number)', 'toBFloat16(1)'],
  ...[`CAST('a,(b' AS Enum8('a,(b' = 1, 'c\\\\'')' = 2))`, "CAST('x' AS Enum16('x' = 300))"],
  ...[
    '[]',
    'range(number)',
    "arrayMap(x -> [toString(x), ''], range(number))",
    'emptyArrayString()',
  ],
  ...[
    'toNullable(number)',
    "CAST(['a', NULL][1 + number % 2] AS Nullable(String))",
    '[NULL, number]',
  ],
  ...['toLowCardinality(toString(number % 2))', 'CAST(NULL AS LowCardinality(Nullable(String)))'],
  ...[
    "[toLowCardinality('a'), toLowCardinality('b')]",
    'CAST([] AS Array(LowCardinality(String)))',
  ],
  ...[
    "map('k', number)",
    "map(toLowCardinality('k'), [toLowCardinality(toNullable('v'))])",
    'map()',
  ],
  ...["(number, 'x')", "CAST((1, 'y') AS Tuple(a UInt8, `b c` LowCardinality(String)))"],
  ...["CAST([(1, 'y')] AS Nested(a UInt8, b String))", 'CAST((1, 2) AS Point)', 'tuple()'],
  ...['CAST([[(1, 2)]] AS Polygon)', 'CAST(number AS SimpleAggregateFunction(sum, UInt64))'],
];

export function nativeSuite(door: () => Doorway): void {
  describe('Native for the Go client', () => {
    const ask = (query: string, body: string) => door().ask(query, { body });
    const hexOf = async (query: string, body: string) =>
      (await ask(query, body)).body.toString('hex');

    it('has the block before the columns, and a flag at each', async () => {
      const hello = 'SELECT 1 AS a, toUInt32(7) AS revision';
      expect(await hexOf(VERSION, hello)).toBe(
        `${INFO}0201` +
          `0161${'05'}${Buffer.from('UInt8').toString('hex')}0001` +
          `08${Buffer.from('revision').toString('hex')}06${Buffer.from('UInt32').toString('hex')}0007000000`,
      );
      expect((await ask(VERSION, 'SELECT 1 WHERE 0')).body.length).toBe(0);
    });

    it('is for others what the engine writes', async () => {
      const plain = await hexOf('default_format=Native', 'SELECT 1 AS a');
      for (const version of ['0', '54405', '54453', 'x', '']) {
        const query = `default_format=Native&client_protocol_version=${version}`;
        expect(await hexOf(query, 'SELECT 1 AS a')).toBe(plain);
      }
      expect(await hexOf('client_protocol_version=54460', 'SELECT 1')).toBe('310a');
    });

    it('finds where the values of every type end', async () => {
      const from = 'FROM numbers(4) ORDER BY number';
      const head = (columns: number) => Buffer.from([columns, 4]).toString('hex');
      const expected: string[] = [];
      for (const [i, value] of VALUES.entries()) {
        const alone = await hexOf('default_format=Native', `SELECT ${value} AS c${i} ${from}`);
        const bytes = Buffer.from(alone, 'hex');
        expect(bytes.subarray(0, 2).toString('hex'), value).toBe(head(1));
        // Name and type: their lengths are single bytes here.
        const typeAt = 2 + 1 + bytes[2]!;
        const dataAt = typeAt + 1 + bytes[typeAt]!;
        expected.push(`${alone.slice(4, dataAt * 2)}00${alone.slice(dataAt * 2)}`);
      }
      const named = VALUES.map((value, i) => `${value} AS c${i}`);
      const together = `SELECT ${named.join(', ')} ${from}`;
      const columns = (await ask(VERSION, together)).body;
      expect(columns.subarray(8, 10).toString('hex')).toBe(head(VALUES.length));
      let rest = columns.subarray(10).toString('hex');
      for (const [i, column] of expected.entries()) {
        expect(rest.slice(0, column.length), VALUES[i]).toBe(column);
        rest = rest.slice(column.length);
      }
      expect(rest).toBe('');
    });

    it('goes over block after block', async () => {
      const sql = 'SELECT number, toString(number) AS s FROM numbers(200000)';
      const plain = (await ask('default_format=Native', sql)).body;
      const framed = (await ask(VERSION, sql)).body;
      const blocks =
        framed.toString('latin1').split(Buffer.from(INFO, 'hex').toString('latin1')).length - 1;
      expect(blocks).toBeGreaterThan(1);
      expect(framed.length).toBe(plain.length + blocks * (8 + 2));
    });

    it('refuses what it cannot measure, and says what to do', async () => {
      const json = 'SELECT properties FROM events';
      const refused = await ask(VERSION, json);
      expect([refused.status, refused.headers['x-clickhouse-exception-code']]).toEqual([501, '48']);
      expect(refused.body.toString()).toContain('output_format_native_write_json_as_string=1');
      expect((await ask(VERSION, 'SELECT toString(properties) FROM events')).status).toBe(200);
      expect((await ask(VERSION, 'SELECT CAST(1 AS Variant(UInt8, String)) AS v')).status).toBe(
        501,
      );
    });

    it('says hello to it', async () => {
      const hello = 'SELECT displayName(), version(), revision(), timezone()';
      const { status, body } = await ask(`${VERSION}&database=default`, hello);
      expect(status).toBe(200);
      expect(body.subarray(0, 10).toString('hex')).toBe(`${INFO}0401`);
    });
  });
}
