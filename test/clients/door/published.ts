// Published clients, unmodified: selects, parameters, compression both ways, streams, errors.

import { createRequire } from 'node:module';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { describe, expect, it, vi } from 'vitest';
import type { Doorway } from './doorway.ts';

// Neither has types that say more than `any`.
const require = createRequire(import.meta.url);
const { ClickHouse: Cursor } = require('clickhouse');
const Apla = require('@apla/clickhouse');

export function publishedSuite(door: () => Doorway): void {
  describe('@clickhouse/client', () => {
    const client = (settings: object = {}) =>
      createClient({
        ...{ url: door().url, username: 'any', password: 'admin-key', database: 'proffer' },
        ...{
          log: { level: ClickHouseLogLevel.OFF },
          compression: { request: true, response: true },
        },
        ...settings,
      });

    it('with compression both ways: rows, parameters, a session, errors', async () => {
      const asked = client({ session_id: 's1' });
      const result = await asked.query({
        query: 'SELECT customer_id FROM events WHERE customer_id IN {ids:Array(String)} ORDER BY 1',
        query_params: { ids: ['u1', 'u2', "u'3"] },
        format: 'JSONEachRow',
      });
      expect(result.response_headers['content-encoding']).toBe('gzip');
      expect(await result.json()).toEqual([{ customer_id: 'u1' }, { customer_id: 'u2' }]);
      await expect(asked.query({ query: 'SELECT nothing_here' })).rejects.toMatchObject({
        ...{ code: '47', type: 'UNKNOWN_IDENTIFIER' },
      });
      await expect(asked.command({ query: 'DROP TABLE events' })).rejects.toMatchObject({
        ...{ code: '164', type: 'READONLY' },
      });
      await asked.close();
    });

    it('streams rows as they come', async () => {
      const asked = client();
      const result = await asked.query({
        query: 'SELECT number FROM numbers(50000)',
        format: 'JSONCompactEachRow',
      });
      let sum = 0;
      for await (const rows of result.stream<[number]>()) {
        for (const row of rows) sum += Number(row.json()[0]);
      }
      expect(sum).toBe((50_000 * 49_999) / 2);
      await asked.close();
    });

    it('sends 20,000 ids in a parameter, and as a form', async () => {
      const ids = Array.from({ length: 20_000 }, (_, i) => `customer-${i}`);
      for (const use_multipart_params of [false, true]) {
        const asked = client({ use_multipart_params });
        const result = await asked.query({
          query: 'SELECT length({ids:Array(String)}) AS n',
          query_params: { ids },
          format: 'JSONEachRow',
        });
        const [row] = await result.json<{ n: unknown }>();
        expect(Number(row?.n)).toBe(20_000);
        await asked.close();
      }
    });
  });

  describe('clickhouse', () => {
    const cursor = (options: object = {}) =>
      new Cursor({
        ...{ url: door().url, basicAuth: { username: 'any', password: 'admin-key' } },
        ...options,
      });
    const sql = 'SELECT number AS n, toString(number) AS s FROM numbers(3)';
    const rows = [0, 1, 2].map((n) => ({ n, s: String(n) }));

    it.each(['json', 'csv', 'tsv'])('selects in its format %s', async (format) => {
      expect(await cursor({ format }).query(sql).toPromise()).toHaveLength(3);
    });

    it('selects with parameters, in a session, as a form', async () => {
      const params = { params: { text: "it's", n: 7 } };
      const statement = 'SELECT {text:String} AS text, {n:UInt8} AS n';
      for (const usePost of [false, true]) {
        const asked = cursor({ usePost, isSessionPerQuery: true });
        expect(await asked.query(statement, params).toPromise()).toEqual([{ text: "it's", n: 7 }]);
      }
    });

    it('streams, zipped too', async () => {
      for (const isUseGzip of [false, true]) {
        const config = { session_timeout: 60, enable_http_compression: Number(isUseGzip) };
        const asked = cursor({ isUseGzip, config, format: 'json' });
        const got: unknown[] = [];
        for await (const row of asked.query(sql).stream()) got.push(row);
        expect(got).toEqual(rows);
      }
    });

    it('gets errors with their code', async () => {
      await expect(cursor().query('SELECT nothing_here').toPromise()).rejects.toMatchObject({
        code: 47,
      });
    });
  });

  describe('@apla/clickhouse', () => {
    const apla = (options: object = {}) => {
      const { hostname, port } = new URL(door().url);
      const login = { user: 'any', password: 'admin-key' };
      return new Apla({ ...{ host: hostname, port: Number(port) }, ...login, ...options });
    };

    it.each([false, true])('selects, pings, and describes; by GET: %s', async (readonly) => {
      const asked = apla({ readonly, queryOptions: { database: 'proffer' } });
      const { data } = await asked.querying('SELECT count() AS n FROM events', {
        dataObjects: true,
      });
      expect(data.map(({ n }: { n: unknown }) => Number(n))).toEqual([2]);
      expect((await asked.querying('DESCRIBE TABLE firings')).data.length).toBeGreaterThan(3);
      expect(await asked.pinging()).toContain('Ok.');
    });

    it('streams rows with their metadata', async () => {
      const stream = apla().query('SELECT number FROM numbers(5000)', { dataObjects: true });
      const got: { number: unknown }[] = [];
      let columns: unknown;
      stream.on('metadata', (meta: unknown) => {
        columns = meta;
      });
      for await (const row of stream) got.push(row);
      expect(got).toHaveLength(5_000);
      expect(columns).toEqual([{ name: 'number', type: 'UInt64' }]);
    });

    it('gets errors', async () => {
      // It warns of every message that is not worded as in 2018.
      vi.spyOn(console, 'warn').mockImplementationOnce(() => {});
      await expect(apla().querying('SELECT nothing_here')).rejects.toThrow(/^Code: 47\. /);
    });
  });

  it('settings of each are those of its query, and of no other', async () => {
    const login = { username: 'any', password: 'admin-key' };
    const sql =
      'SELECT toUInt64(9007199254740993) AS n, b FROM (SELECT 1 AS a) AS l LEFT JOIN (SELECT 2 AS a, 3 AS b) AS r USING a';
    const settings = { output_format_json_quote_64bit_integers: 1, join_use_nulls: 1 } as const;
    const rows = [{ n: '9007199254740993', b: null }];

    const official = createClient({ url: door().url, ...login, clickhouse_settings: settings });
    const asked = await official.query({ query: sql, format: 'JSONEachRow' });
    expect(await asked.json()).toEqual(rows);
    await official.close();

    const cursor = new Cursor({ url: door().url, basicAuth: login, config: settings });
    expect(await cursor.query(sql).toPromise()).toEqual(rows);

    const { hostname, port } = new URL(door().url);
    const where = { host: hostname, port: Number(port), user: 'any', password: 'admin-key' };
    const apla = new Apla({ ...where, dataObjects: true, queryOptions: settings });
    expect((await apla.querying(sql)).data).toEqual(rows);

    expect(await door().textOf('', { body: sql })).toBe('9007199254740993\t0\n');
  });
}
