// What the endpoint hands to whatever runs the statement: settings as they were sent, and whether
// anybody still waits for the answer.

import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type SqlEndpoint,
  type SqlRequest,
  startSqlEndpoint,
} from '../../src/history/analyst/sql-endpoint.ts';

let endpoint: SqlEndpoint;
let asked: SqlRequest;
/** Lets the statement end. */
let end: () => void;
beforeAll(async () => {
  endpoint = await startSqlEndpoint({
    ...{ host: '127.0.0.1', port: 0 },
    authorize: () => Promise.resolve(true),
    async execute(question) {
      asked = question;
      if (question.sql === 'wait') await new Promise<void>((resolve) => (end = resolve));
      return { body: Buffer.from('done\n'), readRows: 0, elapsedS: 0 };
    },
  });
});
afterAll(() => endpoint.close());

const ask = (query: string, body: string | FormData = 'x') =>
  fetch(`${endpoint.url}/?${query}`, { method: 'POST', body });

it('hands on settings, and nothing that is its own', async () => {
  const own =
    'query=a&database=default&default_format=CSV&query_id=q&session_id=s&session_timeout=60&' +
    'session_check=1&close_session=1&user=u&password=p&quota_key=k&role=r&compress=0&decompress=0&' +
    'enable_http_compression=0&http_zlib_compression_level=3&buffer_size=1&wait_end_of_query=1&' +
    'stacktrace=0&client_protocol_version=1&send_progress_in_http_headers=1&' +
    'http_headers_progress_interval_ms=1&param_a=1&=empty';
  const settings =
    'join_use_nulls=1&max_threads=1&max_threads=2&__proto__=x&limit=%2B5&param_=odd&custom=a+b%26';
  await ask(`${own}&${settings}`);
  expect(Object.entries(asked.settings)).toEqual([
    ...[
      ['join_use_nulls', '1'],
      ['max_threads', '2'],
      ['__proto__', 'x'],
      ['limit', '+5'],
    ],
    ...[
      ['param_', 'odd'],
      ['custom', 'a b&'],
    ],
  ]);
  expect(asked).toMatchObject({ params: { a: '1' }, queryId: 'q', defaultFormat: 'CSV' });
});

it('takes settings from a form, too', async () => {
  const form = new FormData();
  for (const [name, value] of [
    ['query', 'x'],
    ['extremes', '1'],
    ['param_b', '2'],
  ] as const) {
    form.append(name, value);
  }
  await ask('join_use_nulls=1', form);
  expect(asked.settings).toEqual({ join_use_nulls: '1', extremes: '1' });
  expect(asked.params).toEqual({ b: '2' });
});

it('tells when the caller is gone before the answer is out, and only then', async () => {
  const patient = ask('', 'wait');
  await expect.poll(() => asked.sql).toBe('wait');
  end();
  expect(await (await patient).text()).toBe('done\n');
  expect(asked.signal.aborted).toBe(false);
  const answered = asked;

  const sent = request(`${endpoint.url}/`, { method: 'POST' });
  sent.on('error', () => {});
  sent.end('wait');
  await expect.poll(() => asked !== answered).toBe(true);
  expect(asked.signal.aborted).toBe(false);
  sent.destroy();
  await expect.poll(() => asked.signal.aborted).toBe(true);
  end();
  expect(answered.signal.aborted).toBe(false);
});

it('lets nobody run what has not arrived in full', async () => {
  const before = asked;
  const sent = request(`${endpoint.url}/`, { method: 'POST', headers: { 'Content-Length': 100 } });
  const gone = new Promise((resolve) => sent.on('error', resolve));
  sent.write('SELECT');
  await expect.poll(() => sent.socket?.bytesWritten ?? 0).toBeGreaterThan(50);
  sent.destroy(new Error('enough'));
  await gone;
  await ask('', 'after');
  expect(asked).not.toBe(before);
  expect(asked.sql).toBe('after');
});
