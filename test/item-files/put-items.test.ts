// What becomes of a call that the service does not take at once; items-import.server.test.ts has the service.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ItemSender } from '../../src/item-files/put-items.ts';

type Told = readonly [status: number, body?: object, headers?: Record<string, string>] | 'cut';

/** What it answers, one after another; then 200. */
let answers: Told[] = [];
let asked: string[] = [];
let waits: number[] = [];
let reasons: string[] = [];
let url = '';
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  asked.push(
    JSON.parse(body)
      .items.map((item: { itemId: string }) => item.itemId)
      .join(),
  );
  const told = answers.shift() ?? [200, { items: 1 }];
  if (told === 'cut') {
    request.socket.destroy();
    return;
  }
  const [status, answer = {}, headers = {}] = told;
  response.writeHead(status, headers).end(JSON.stringify(answer));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  [answers, asked, waits, reasons] = [[], [], [], []];
});

const sender = () =>
  new ItemSender(
    url,
    'k',
    (reason) => reasons.push(reason),
    async (ms) => waits.push(ms),
  );
const item = (itemId: string, line = 1) => ({ line, text: JSON.stringify({ itemId }) });
const refusal = (code: string, path?: string) => ({
  error: { code, message: `'${path}' is bad.`, path },
});

it('waits for as long as it is told, or a while, and sends the same again', async () => {
  const busy = refusal('overloaded');
  const sent = sender();
  answers = [[429, busy, { 'retry-after': '3' }], [503, busy], 'cut', [500, busy]];
  expect(await sent.put([item('a')])).toEqual({ kind: 'put', items: 1, refused: [] });
  expect([asked.length, sent.retries, waits[0]]).toEqual([5, 4, 3_000]);
  expect(reasons).toEqual([
    ...["'undefined' is bad.", "'undefined' is bad."],
    ...[expect.stringMatching(/^no answer at /), "'undefined' is bad."],
  ]);
  for (const ms of waits.slice(1)) expect(ms).toBeLessThanOrEqual(1_000);
  answers = [[503, busy, { 'retry-after': '86400' }]];
  await sent.put([item('a')]);
  expect(waits.at(-1)).toBe(60_000);
});

it('gives up in the end, and at once where nobody ever answered', async () => {
  answers = Array.from({ length: 500 }, () => [503, refusal('overloaded')] as const);
  expect(await sender().put([item('a')])).toMatchObject({ kind: 'failed' });
  expect(asked.length).toBe(120);
  const nobody = new ItemSender(
    'http://127.0.0.1:1',
    'k',
    () => {},
    async (ms) => waits.push(ms),
  );
  waits = [];
  const outcome = await nobody.put([item('a')]);
  expect(outcome).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(/is it running\?$/),
  });
  expect(waits).toEqual([]);
});

it('leaves out what the service does not take, and says of which line', async () => {
  answers = [
    [400, refusal('invalid_request', 'items[1].price')],
    [400, refusal('invalid_request', 'items[0]')],
  ];
  expect(await sender().put([item('a', 3), item('b', 5), item('c', 9)])).toEqual({
    ...{ kind: 'put', items: 1 },
    refused: [
      { line: 5, reason: "'price' is bad." },
      { line: 3, reason: 'the item is bad.' },
    ],
  });
  expect(asked).toEqual(['a,b,c', 'a,c', 'c']);
});

it('does not send again what no retry would change', async () => {
  answers = [
    [409, refusal('items_full')],
    [401, refusal('unauthorized')],
    [403, refusal('forbidden')],
  ];
  answers.push([404], [400, refusal('invalid_json')]);
  const kinds: string[] = [];
  for (let i = 0; i < 5; i++) kinds.push((await sender().put([item('a')])).kind);
  expect(kinds).toEqual(['full', 'unauthorized', 'failed', 'failed', 'failed']);
  expect(asked.length).toBe(5);
});
