// Compression, both ways: ClickHouse's frames, and content codings.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { frameOf, unframed } from '../../../src/history/analyst/compressed-frames.ts';
import { readFrames, unframe } from '../../support/frame-reader.ts';
import type { Doorway } from './doorway.ts';

const MB = 1024 * 1024;

export function packedSuite(door: () => Doorway): void {
  describe('compress=1', () => {
    it.each([
      'TabSeparated',
      'JSON',
      'JSONEachRow',
      'CSV',
      'RowBinary',
      'Native',
      'Parquet',
      'Arrow',
    ])('is frames with the answer of compress=0 in them: %s', async (format) => {
      const sql = `SELECT number, toString(number) AS s FROM numbers(2000) FORMAT ${format}`;
      const { body, headers } = await door().ask('compress=1', { body: sql });
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers['x-clickhouse-format']).toBe(format);
      const plain = (await door().ask('compress=0', { body: sql })).body;
      const timeless = (bytes: Buffer) =>
        bytes.toString('latin1').replace(/"elapsed": [\d.e-]+/, '');
      expect(timeless(unframe(body))).toBe(timeless(plain));
    });

    it('is several frames of at most a megabyte, or none', async () => {
      const sql = 'SELECT toString(number) FROM numbers(400000)';
      const frames = readFrames((await door().ask('compress=1', { body: sql })).body);
      expect(frames.length).toBeGreaterThan(1);
      expect(Math.max(...frames.map(({ holds }) => holds.length))).toBeLessThanOrEqual(MB);
      const lines = Buffer.concat(frames.map(({ holds }) => holds))
        .toString()
        .split('\n');
      expect([lines.length, lines[0], lines.at(-2)]).toEqual([400_001, '0', '399999']);
      const none = await door().ask('compress=1', { body: 'SELECT 1 WHERE 0' });
      expect([none.status, none.body.length]).toEqual([200, 0]);
    });

    it('frames errors, too, once the caller is let in', async () => {
      for (const [sql, code] of [
        ['SELECT nothing_here', '47'],
        ['DROP TABLE events', '164'],
      ]) {
        const { status, headers, body } = await door().ask('compress=1', { body: sql! });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(headers['x-clickhouse-exception-code']).toBe(code);
        expect(unframe(body).toString()).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: `));
      }
      const stranger = { body: 'SELECT 1', headers: { 'X-ClickHouse-Key': 'no' } };
      const refused = await door().ask('compress=1', stranger);
      expect([refused.status, refused.body.toString()]).toEqual([
        401,
        expect.stringMatching(/^Code: 516\. /),
      ]);
      const slip = await door().ask('compress=maybe', { body: 'SELECT 1' });
      expect(slip.body.toString()).toMatch(/^Code: 467\. .*\(CANNOT_PARSE_BOOL\)\n$/);
    });

    it('is what the engine writes itself: its parts are read, checksums and all', async () => {
      const { sink } = door().analysts;
      const widths = Array.from({ length: 60 }, (_, i) => 1 + i * 4);
      const columns = widths.map((n) => `f${n} FixedString(${n}) CODEC(${n % 2 ? 'NONE' : 'LZ4'})`);
      await sink.command(
        `CREATE TABLE framed (n UInt64, s String, ${columns.join(', ')}) ENGINE = MergeTree ` +
          'ORDER BY n SETTINGS min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0',
      );
      await sink.command(
        'INSERT INTO framed (n, s) SELECT number, repeat(toString(number), number % 9) ' +
          'FROM numbers(30000)',
      );
      await sink.command("INSERT INTO framed (n, s) VALUES (1, 'one')");
      const paths = await sink.query<{ path: string }>(
        "SELECT arrayJoin(data_paths) AS path FROM system.tables WHERE name = 'framed'",
      );
      const files = readdirSync(paths[0]!.path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.bin'))
        .map((name) => join(paths[0]!.path, name));
      expect(files.length).toBeGreaterThan(120);
      for (const file of files) {
        const bytes = readFileSync(file);
        const holds = Buffer.concat(readFrames(bytes, [0x82, 0x02]).map((frame) => frame.holds));
        expect(unframed(bytes, 64 * MB).equals(holds)).toBe(true);
      }
      await sink.command('DROP TABLE framed SYNC');
    });
  });

  describe('decompress=1', () => {
    const good = frameOf(Buffer.from('SELECT 1'));
    const none = Buffer.from(readFrames(good)[0]!.holds);

    it('reads a statement out of frames, together with the other ways to send one', async () => {
      const two = Buffer.concat([
        frameOf(Buffer.from('SELECT ')),
        frameOf(Buffer.from('{a:UInt8}')),
      ]);
      expect(await door().textOf('decompress=1&param_a=7', { body: two })).toBe('7\n');
      expect(
        await door().textOf('decompress=1&query=SELECT', { body: frameOf(Buffer.from('8')) }),
      ).toBe('8\n');
      const zipped = { body: gzipSync(good), headers: { 'Content-Encoding': 'gzip' } };
      expect(await door().textOf('decompress=1', zipped)).toBe('1\n');
      const both = await door().ask('decompress=1&compress=1', { body: good });
      expect(unframe(both.body).toString()).toBe('1\n');
    });

    it.each([
      ['plain text', none, 400, 33],
      ['a wrong checksum', Buffer.concat([Buffer.alloc(16), good.subarray(16)]), 400, 40],
      ['a bomb', Buffer.concat(Array(300).fill(frameOf(Buffer.alloc(4096)))), 413, 307],
    ])('refuses %s', async (_, body, status, code) => {
      const refused = await door().ask('decompress=1', { body });
      expect([refused.status, refused.headers['x-clickhouse-exception-code']]).toEqual([
        status,
        String(code),
      ]);
    });
  });

  describe('content codings', () => {
    const UNPACK = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync } as const;
    const sql = 'SELECT number FROM numbers(3)';
    const accepting = (codings: string) => ({ body: sql, headers: { 'Accept-Encoding': codings } });

    it.each([
      ['gzip', 'gzip'],
      ['deflate', 'deflate'],
      ['br', 'br'],
      ['deflate, gzip;q=0.5, br', 'gzip'],
      ['GZIP', 'gzip'],
      ['gzip;q=0, br', 'br'],
    ] as const)('of what %s allows, enable_http_compression=1 is %s', async (allowed, coding) => {
      const query = 'enable_http_compression=1&http_zlib_compression_level=1';
      const { headers, body } = await door().ask(query, accepting(allowed));
      expect(headers['content-encoding']).toBe(coding);
      expect(UNPACK[coding](body).toString()).toBe('0\n1\n2\n');
    });

    it.each([
      ['enable_http_compression=1', 'lz4, zstd'],
      ['enable_http_compression=1', 'gzip;q=0'],
      ['enable_http_compression=0', 'gzip'],
      ['', 'gzip'],
    ])('are none with %s and %s', async (query, allowed) => {
      const { headers, body } = await door().ask(query, accepting(allowed));
      expect([headers['content-encoding'], body.toString()]).toEqual([undefined, '0\n1\n2\n']);
    });

    it('pack errors, and frames', async () => {
      const accept = { 'Accept-Encoding': 'gzip' };
      const query = 'enable_http_compression=1';
      const wrong = await door().ask(query, { body: 'SELEC 1', headers: accept });
      expect([wrong.status, gunzipSync(wrong.body).toString()]).toEqual([
        400,
        expect.stringMatching(/^Code: 62\. /),
      ]);
      const both = await door().ask(`${query}&compress=1`, { body: sql, headers: accept });
      expect(unframe(gunzipSync(both.body)).toString()).toBe('0\n1\n2\n');
    });

    it.each([
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ] as const)('of a request: %s', async (coding, pack) => {
      const request = (text: string) => ({
        ...{ body: pack(text), headers: { 'Content-Encoding': coding } },
      });
      expect(await door().textOf('', request('SELECT 5'))).toBe('5\n');
      const bomb = await door().ask('', request(`SELECT 1${' '.repeat(2 * MB)}`));
      expect([bomb.status, bomb.body.toString()]).toEqual([
        413,
        expect.stringMatching(/^Code: 307\./),
      ]);
      const damaged = { body: 'SELECT 1', headers: { 'Content-Encoding': coding } };
      expect((await door().ask('', damaged)).headers['x-clickhouse-exception-code']).toBe('354');
    });

    it('that it does not know are said to be unknown', async () => {
      const headers = { 'Content-Encoding': 'zstd' };
      const { body, headers: answered } = await door().ask('', { body: 'x', headers });
      expect(answered['x-clickhouse-exception-code']).toBe('48');
      expect(body.toString()).toContain('(NOT_IMPLEMENTED)');
    });
  });
}
