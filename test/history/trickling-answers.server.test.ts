// A ClickHouse that sends its answer byte by byte, without end: every byte is a sign of life, so that
// only a deadline for the whole ends it. The fault is the one of a line that is broken half.

import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { querySql } from '../../src/history/analyst/query-sql.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { type Answer, type Impostor, startImpostor } from '../support/impostor.ts';

const DEADLINE_MS = 600;
const BYTE_MS = 20;

let impostor: Impostor | null = null;
let sink: HistorySink | null = null;
afterEach(async () => {
  await sink?.close();
  await impostor?.stop();
  impostor = null;
  sink = null;
});

async function open(url: string, cluster: string | null = null): Promise<HistorySink> {
  sink = await openSink({ clickhouseUrl: url, cluster, directory: '', deadlineMs: DEADLINE_MS });
  return sink;
}

function trickle(response: Pick<ServerResponse | Socket, 'write' | 'on'>, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    response.write(text[at]!);
    at = (at + 1) % text.length;
  }, BYTE_MS);
  response.on('close', () => clearInterval(timer));
}

const trickling = (text: string, status = 200): Answer => {
  return (response, id) => {
    response.writeHead(status, {
      'X-ClickHouse-Query-Id': id,
      ...(status === 200 ? {} : { 'X-ClickHouse-Exception-Code': '241' }),
    });
    response.flushHeaders();
    trickle(response, text);
  };
};

const ROWS = { table: 'events', rows: ['{"ledger_id":1}'], queryId: 'h-1' } as const;

async function saysOfAll(asked: HistorySink): Promise<string[]> {
  const said = (call: Promise<unknown>) =>
    call.then(
      (value) => `took ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );
  const inserted = asked
    .insert(ROWS)
    .then((outcome) => (outcome.kind === 'unknown' ? outcome.cause.message : outcome.kind));
  return Promise.all([
    inserted,
    said(asked.command('ALTER TABLE events DELETE WHERE 1')),
    said(asked.query('SELECT ledger_id FROM events')),
    said(asked.ended('h-1')),
  ]);
}

it.each([
  ['spaces', ' ', 200, null],
  ['rows, of which more and more come', '{"query_id":"h-1"}\n', 200, null],
  ['spaces, of a cluster', ' ', 200, 'main'],
  ['an error', 'Code: 241. DB::Exception: ', 500, null],
])(
  '%s: ends each statement at its deadline, and the connection with it',
  async (...given) => {
    const [, text, status, cluster] = given;
    impostor = await startImpostor(trickling(text, status));
    const startedAtMs = performance.now();
    const asked = await open(impostor.url, cluster);
    expect(await saysOfAll(asked)).toEqual(
      Array(4).fill(`no whole answer from ${impostor.url} within 0.6 s`),
    );
    expect(performance.now() - startedAtMs).toBeLessThan(10 * DEADLINE_MS);
    await expect.poll(() => impostor?.connected()).toBe(0);
  },
  20_000,
);

it('so do headers that trickle', async () => {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.resume();
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    trickle(socket, `HTTP/1.1 200 OK\r\nX-Filler: ${'x'.repeat(10_000)}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await saysOfAll(await open(url))).toEqual(
    Array(4).fill(`no whole answer from ${url} within 0.6 s`),
  );
  await expect.poll(() => sockets.size).toBe(0);
  await new Promise((resolve) => server.close(resolve));
});

it('statements that wait for a connection have a deadline, too', async () => {
  impostor = await startImpostor(trickling(' '));
  const asked = await open(impostor.url);
  const all = Array.from({ length: 60 }, () => asked.insert(ROWS));
  const startedAtMs = performance.now();
  const kinds = new Set((await Promise.all(all)).map(({ kind }) => kind));
  expect([...kinds]).toEqual(['unknown']);
  expect(performance.now() - startedAtMs).toBeLessThan(5 * DEADLINE_MS);
});

it('what came while the process was held up is taken', async () => {
  impostor = await startImpostor((response, id) => {
    response.setHeader('X-ClickHouse-Query-Id', id);
    response.end();
    // The process stands still from here on: the deadline is over before the answer is read.
    setImmediate(() => {
      const untilMs = performance.now() + 3 * DEADLINE_MS;
      while (performance.now() < untilMs);
    });
  });
  const asked = await open(impostor.url);
  expect(await asked.insert(ROWS)).toEqual({ kind: 'inserted' });
});

const QUESTION = { key: 'k', sql: 'SELECT 1', format: 'TabSeparated', patienceMs: DEADLINE_MS };

it('`proffer sql` waits neither for an answer that does not begin nor for one that trickles', async () => {
  impostor = await startImpostor(() => {});
  const { host } = new URL(impostor.url);
  expect(await querySql({ ...QUESTION, url: impostor.url })).toEqual({
    kind: 'unreachable',
    message: `${host}: no answer within 0.6 s`,
  });
  await impostor.stop();
  impostor = await startImpostor(trickling('1\n'));
  expect(await querySql({ ...QUESTION, url: impostor.url })).toEqual({
    kind: 'unreachable',
    message: expect.stringContaining('neither an end of the answer nor much of it within 0.6 s'),
  });
});

it('`proffer sql` waits for a large answer as long as it goes on coming', async () => {
  const part = `${'x'.repeat(100_000)}\n`;
  impostor = await startImpostor(async (response, id) => {
    response.setHeader('X-ClickHouse-Query-Id', id);
    for (let i = 0; i < 10; i++) {
      response.write(part);
      await new Promise((resolve) => setTimeout(resolve, DEADLINE_MS / 4));
    }
    response.end();
  });
  const reply = await querySql({ ...QUESTION, url: impostor.url });
  expect(reply).toEqual({ kind: 'answered', body: Buffer.from(part.repeat(10)) });
});
