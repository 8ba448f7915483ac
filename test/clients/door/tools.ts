// What business tools send when they connect and look around, request by request as their drivers
// make them: JDBC (Metabase, DBeaver), Python (Superset), ODBC (Excel, Tableau), Grafana's by HTTP.

import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unframe } from '../../support/frame-reader.ts';
import { rawHttp } from '../../support/raw-http.ts';
import type { Doorway } from './doorway.ts';

const BASIC = { Authorization: `Basic ${Buffer.from('default:admin-key').toString('base64')}` };

export function toolsSuite(door: () => Doorway): void {
  const send = (target: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    rawHttp(`${door().url}${target}`, { body, headers: { ...BASIC, ...headers } });

  describe('a JDBC driver', () => {
    // Of com.clickhouse:clickhouse-jdbc; it asks for frames unless told otherwise.
    const query = '/?compress=1&async_insert=0&wait_end_of_query=1';
    const headers = {
      'Content-Type': 'text/plain',
      'X-ClickHouse-Format': 'RowBinaryWithNamesAndTypes',
      'X-ClickHouse-Database': 'default',
      'X-ClickHouse-Query-Id': '0b9a1a57-8b5e-4b9e-9d5a-000000000001',
      'User-Agent': 'ClickHouse JDBC Driver V2/0.9.0 clickhouse-java-v2/0.9.0',
    };
    const ask = async (sql: string) => {
      const answer = await send(query, sql, headers);
      return { ...answer, body: unframe(answer.body) };
    };

    it.each([
      'SELECT currentUser() AS user, timezone() AS timezone, version() AS version LIMIT 1',
      'SELECT version() as server_version',
      'SELECT name AS TABLE_SCHEM, null AS TABLE_CATALOG FROM system.databases ORDER BY name',
      "SELECT '' AS TABLE_CAT, t.database AS TABLE_SCHEM, t.name AS TABLE_NAME, CASE WHEN " +
        "t.engine LIKE '%View' THEN 'VIEW' ELSE 'TABLE' END AS TABLE_TYPE, t.comment AS REMARKS " +
        "FROM system.tables t WHERE t.database LIKE 'default' AND t.name LIKE '%' " +
        'ORDER BY t.database, t.name',
      "SELECT database, table, name, type, position FROM system.columns WHERE table LIKE 'events'",
      'SELECT name, is_aggregate FROM system.functions LIMIT 10',
      'DESCRIBE TABLE (SELECT 1 AS a)',
    ])('gets rows: %s', async (sql) => {
      const { status, headers: answered, body } = await ask(sql);
      expect(status).toBe(200);
      expect(answered['x-clickhouse-format']).toBe('RowBinaryWithNamesAndTypes');
      expect(answered['x-clickhouse-query-id']).toBe(headers['X-ClickHouse-Query-Id']);
      expect(body.length).toBeGreaterThan(10);
    });

    it('gets an error out of frames, and its code from the head', async () => {
      const { status, headers: answered, body } = await ask('SELECT * FROM nowhere');
      expect([status, answered['x-clickhouse-exception-code']]).toEqual([404, '60']);
      expect(body.toString()).toContain('(UNKNOWN_TABLE)');
    });

    it('sends parameters as a form whose parts have their own types', async () => {
      const boundary = 'k3_kv-HCXzhUqQ';
      const part = (name: string, text: string) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n` +
        'Content-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n' +
        `${text}\r\n`;
      const form = `${part('param_v', "['a','b']")}${part('query', 'SELECT length({v:Array(String)})')}--${boundary}--\r\n`;
      const type = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };
      const { body } = await send('/?compress=1', form, type);
      expect(unframe(body).toString()).toBe('2\n');
    });
  });

  describe('the Python driver', () => {
    const accept = { 'Accept-Encoding': 'lz4,zstd,br,gzip' };
    const session = 'session_id=4a3e&client_protocol_version=54405&wait_end_of_query=1';

    it('connects', async () => {
      const hello = await send(
        '/?session_id=4a3e',
        'SELECT version(), timezone()\n FORMAT TabSeparated',
      );
      expect(hello.body.toString()).toMatch(/^\d+\.\d+[\d.]*\t[\w/]+\n$/);
      const settings = 'SELECT name, value, readonly as readonly FROM system.settings LIMIT 10000';
      const { headers, body } = await send(`/?${session}`, `${settings}\n FORMAT Native`, accept);
      expect(headers['x-clickhouse-format']).toBe('Native');
      // It is told by this whether the protocol's later forms are written; they are not.
      const probe = await send(`/?${session}`, 'SELECT 1 AS check\n FORMAT Native');
      expect(probe.body.subarray(0, 8).toString('latin1')).toBe('\x01\x01\x05check');
      expect(body[0]).toBe(3);
    });

    it('reads gzip where it asks for it', async () => {
      const query = `/?${session}&enable_http_compression=1`;
      const { headers, body } = await send(query, 'SELECT 1 AS a\n FORMAT Native', accept);
      expect(headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(body).subarray(0, 4).toString('latin1')).toBe('\x01\x01\x01a');
    });

    it.each(['SHOW DATABASES', 'SHOW TABLES FROM `default`', 'EXISTS TABLE `default`.`events`'])(
      'looks around: %s',
      async (sql) => {
        const { status, body } = await send(`/?${session}&database=default`, sql);
        expect([status, body.length > 1]).toEqual([200, true]);
      },
    );
  });

  it('ODBC asks at /query, for a format of its own', async () => {
    const target = '/query?database=default&default_format=ODBCDriver2';
    const { status, headers, body } = await send(target, 'SELECT 1 AS a');
    expect([status, headers['x-clickhouse-format']]).toEqual([200, 'ODBCDriver2']);
    expect(body.length).toBeGreaterThan(0);
  });

  it('Grafana asks for JSON, by GET or POST, and for its health', async () => {
    const sql =
      'SELECT toStartOfHour(received_at) AS t, count() AS c FROM $table WHERE 1 GROUP BY t ORDER BY t';
    const query = sql.replace('$table', '"default"."events"');
    const url = `${door().url}/?add_http_cors_header=1&query=${encodeURIComponent(`${query} FORMAT JSON`)}`;
    for (const method of ['GET', 'POST']) {
      const { status, body } = await rawHttp(url, { method, headers: BASIC });
      expect([status, JSON.parse(body.toString()).rows]).toEqual([200, 1]);
    }
    expect((await fetch(`${door().url}/ping`)).status).toBe(200);
  });
}
