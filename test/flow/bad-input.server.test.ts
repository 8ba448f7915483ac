// What can never be accepted, through the whole service: its documented answer, its row in
// `rejected`, bounded memory, and history that goes on.

import { execFileSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { eventsOf, query } from '../support/history-rows.ts';
import type { ProfferProcess } from '../support/proffer-process.ts';
import { type HostileService, startHostileService } from './hostile-service.ts';

let service: HostileService;
let proffer: ProfferProcess;
let post: HostileService['post'];
beforeAll(async () => {
  service = await startHostileService();
  ({ proffer, post } = service);
});
afterAll(() => service?.stop());

const track = (rest: object) => ({ userId: 'u', event: 'E', ...rest });
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const raw = (properties: string, userId = 'u') =>
  `{"userId":"${userId}","event":"Strange","properties":${properties}}`;
const utf16 = new Uint8Array(Buffer.from('\ufeff{"userId":"u","event":"E"}', 'utf16le'));
const long = 'x'.repeat(10_000);

/** What it is, path, body, status, code; each leaves one row in `rejected`. */
const REFUSED: readonly (readonly [string, string, unknown, number, string])[] = [
  ['no JSON', '/v1/track', '{"userId":', 400, 'invalid_json'],
  ['broken gzip', '/v1/track', new Uint8Array([31, 139, 1, 2, 3]), 400, 'invalid_json'],
  ['a list', '/v1/track', '[1]', 400, 'invalid_request'],
  ['wrong types', '/v1/track', track({ properties: 'text' }), 400, 'invalid_event'],
  ['no event name', '/v1/track', { userId: 'u' }, 400, 'invalid_event'],
  ['nobody', '/v1/track', { event: 'E' }, 400, 'invalid_event'],
  ['a missing required property', '/v1/track', track({ event: 'Typed' }), 400, 'invalid_event'],
  [
    'a property of the wrong type',
    '/v1/track',
    track({ event: 'Typed', properties: { id: 'i', n: '7' } }),
    400,
    'invalid_event',
  ],
  ['an id of 10 KB', '/v1/track', track({ userId: long }), 400, 'invalid_event'],
  ['a messageId of 10 KB', '/v1/track', track({ messageId: long }), 400, 'invalid_event'],
  ['an event name of 10 KB', '/v1/track', track({ event: long }), 400, 'invalid_event'],
  ['a name with $', '/v1/track', track({ event: '$identify' }), 400, 'invalid_event'],
  ['the year 1', '/v1/track', track({ timestamp: '0001-01-01' }), 400, 'invalid_event'],
  ['no time', '/v1/track', track({ timestamp: 'yesterday' }), 400, 'invalid_event'],
  ['depth', '/v1/track', raw(nested(10_000)).slice(0, 32_000), 400, 'invalid_json'],
  [
    'depth 10,000 of lists',
    '/v1/track',
    raw('['.repeat(9_999) + ']'.repeat(9_999)),
    400,
    'invalid_event',
  ],
  ['depth 5,000', '/v1/track', raw(nested(5_000)), 400, 'invalid_event'],
  [
    'a path twice',
    '/v1/track',
    track({ properties: { a: { b: 1 }, 'a.b': 2 } }),
    400,
    'invalid_event',
  ],
  [
    'a path twice in traits',
    '/v1/identify',
    { userId: 'u', traits: { a: { b: 1 }, 'a.b': 2 } },
    400,
    'invalid_event',
  ],
  [
    'a path twice in context',
    '/v1/track',
    track({ context: { a: { b: 1 }, 'a.b': 2 } }),
    400,
    'invalid_event',
  ],
  [
    'consent that is no choice',
    '/v1/track',
    track({ context: { consent: { categoryPreferences: { m: 'yes' } } } }),
    400,
    'invalid_event',
  ],
  [
    'more than 32 KB',
    '/v1/track',
    track({ properties: { a: 'x'.repeat(33_000) } }),
    400,
    'event_too_large',
  ],
  ['more than 500 KB', '/v1/batch', { batch: [], a: 'x'.repeat(520_000) }, 400, 'batch_too_large'],
  [
    'an unreadable sentAt of a batch',
    '/v1/batch',
    { batch: [], sentAt: 'x' },
    400,
    'invalid_request',
  ],
  ['a batch that is none', '/v1/batch', { batch: 1 }, 400, 'invalid_request'],
  [
    'consent of a batch that is no choice',
    '/v1/batch',
    { batch: [], context: { consent: { categoryPreferences: { m: 'yes' } } } },
    400,
    'invalid_request',
  ],
  [
    'a context of which a batch would store 4 MB',
    '/v1/batch',
    { batch: Array(140).fill({ type: 'page', userId: 'u' }), context: { a: 'x'.repeat(30_000) } },
    400,
    'batch_too_large',
  ],
  ['a userId beyond 2^53', '/v1/track', '{"event":"E","userId":1e19}', 400, 'invalid_event'],
  ['no UTF-8', '/v1/track', utf16, 400, 'invalid_json'],
  [
    'an unknown decision',
    '/v1/outcomes',
    { userId: 'u', decisionId: 'd', offerId: 'echo', outcome: 'click' },
    404,
    'unknown_decision',
  ],
];

it('answers what can never be accepted as documented, and keeps each in rejected', async () => {
  const expected: string[] = [];
  const answers: string[] = [];
  for (const [name, path, body, status, code] of REFUSED) {
    const gzip = body instanceof Uint8Array && body !== utf16 ? { 'content-encoding': 'gzip' } : {};
    const answer = await post(path, body, gzip);
    expected.push(`${name}: ${status} ${code}`);
    answers.push(`${name}: ${answer.status} ${answer.json.error?.code}`);
  }
  expect(answers).toEqual(expected);
  const sql = `SELECT code FROM rejected WHERE source = ''`;
  await expect
    .poll(async () => (await query(proffer, sql)).length, { timeout: 60_000 })
    .toBe(REFUSED.length);
  const codes = (await query<{ code: string }>(proffer, sql)).map((row) => row.code);
  expect(codes.sort()).toEqual(REFUSED.map(([, , , , code]) => code).sort());
});

it('in a batch spoils its own event only, and in a good event nothing at all', async () => {
  const bad = [
    { type: 'track', userId: 'batched' },
    { type: 'nothing', userId: 'batched' },
    17,
    null,
    { type: 'track', event: 'Typed', userId: 'batched', properties: { id: null } },
    { type: 'identify', userId: 'batched', traits: [1] },
    {
      type: 'track',
      event: 'Offer Clicked',
      userId: 'batched',
      properties: { decisionId: 'd', offerId: 'o' },
    },
  ];
  const good = (i: number) => ({
    type: 'track',
    event: 'E',
    userId: 'batched',
    messageId: `b${i}`,
  });
  const batch = bad.flatMap((event, i) => [good(i), event]);
  const { status, json } = await post('/v1/batch', { batch });
  expect(status).toBe(200);
  expect(json.results.map((result: object) => 'error' in result)).toEqual(
    bad.flatMap(() => [false, true]),
  );
  const rows = await eventsOf(proffer, 'batched', bad.length);
  expect(rows.map((row) => row.message_id).sort()).toEqual(bad.map((_, i) => `b${i}`));
});

it('is not moved by bombs, drips and bodies that break off', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, 32));
  const before = residentKb();
  const bombs = Array.from({ length: 40 }, () =>
    // A busy gateway may send some away first: they come again, as senders do.
    waitFor('an answer', async () => {
      const { status, json } = await post('/v1/batch', bomb, { 'content-encoding': 'gzip' });
      return status === 503 ? null : json.error.code;
    }),
  );
  for (const code of await Promise.all(bombs)) expect(code).toBe('batch_too_large');
  const head = `POST /v1/track HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${proffer.writeKey}\r\n`;
  const { port, hostname } = new URL(proffer.url);
  const sockets = Array.from({ length: 60 }, (_, i) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(`${head}content-length: 30000\r\n\r\n{"userId":"u"`);
    if (i % 2 === 0) socket.write('x'.repeat(20_000), () => socket.destroy());
    return socket;
  });
  const texts = await Promise.all(sockets.map(textOf));
  expect(texts.filter((text) => text.includes('request_timeout'))).toHaveLength(30);
  await service.expectSound();
  const growthKb = residentKb() - before;
  console.log(`gateway and worker grew by ${Math.round(growthKb / 1024)} MB`);
  expect(growthKb).toBeLessThan(400 * 1024);
});

/** Everything a socket receives until it is closed. */
function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

/** Resident memory of the processes that see what callers send; KB. */
function residentKb(): number {
  const pids = ['main.js gateway', 'main.js worker'].flatMap((word) =>
    proffer.processes(word).map(({ pid }) => pid),
  );
  const table = execFileSync('ps', ['-o', 'rss=', '-p', pids.join(',')], { encoding: 'utf8' });
  return table
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Number(line), 0);
}
