// Answers that nobody reads: how much of them is kept, whom they keep out, and until when.

import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bounds, HeldAnswers } from '../../src/history/analyst/held-answers.ts';
import { type SqlEndpoint, startSqlEndpoint } from '../../src/history/analyst/sql-endpoint.ts';

const MIB = 1024 * 1024;
/** More than the system takes of an answer on its way to somebody who does not read. */
const LONG = 24 * MIB;
const BOUNDS: Bounds = {
  ...{ ofAnswer: 30 * MIB, ofCaller: 50 * MIB, ofAll: 75 * MIB, free: 1000, stalledMs: 60_000 },
};

let endpoint: SqlEndpoint;
let idlers: Socket[];
const start = async (bounds: Partial<Bounds> = {}) => {
  endpoint = await startSqlEndpoint({
    ...{ host: '127.0.0.1', port: 0 },
    held: new HeldAnswers({ ...BOUNDS, ...bounds }),
    authorize: () => Promise.resolve(true),
    execute: ({ sql }) =>
      Promise.resolve({ body: Buffer.alloc(Number(sql)), readRows: 0, elapsedS: 0 }),
  });
};
beforeEach(() => {
  idlers = [];
});
afterEach(async () => {
  for (const idler of idlers) idler.destroy();
  await endpoint.close();
});

const ask = async (bytes: number, key = 'a', query = '') => {
  const answer = await fetch(`${endpoint.url}/?${query}`, {
    ...{ method: 'POST', body: String(bytes), headers: { 'X-ClickHouse-Key': key } },
  });
  const { byteLength } = await answer.arrayBuffer();
  return answer.status === 200
    ? byteLength
    : Number(answer.headers.get('x-clickhouse-exception-code'));
};

/** Asks, and reads nothing but the beginning. */
async function idle(bytes: number, key = 'a'): Promise<Socket> {
  const socket = connect(endpoint.port, '127.0.0.1');
  idlers.push(socket);
  const sql = String(bytes);
  socket.write(
    `POST / HTTP/1.1\r\nHost: x\r\nX-ClickHouse-Key: ${key}\r\nContent-Length: ${sql.length}\r\n\r\n${sql}`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  return socket;
}

it('an answer that is longer than may be is an error, in any packing', async () => {
  await start();
  expect(await ask(30 * MIB + 1)).toBe(396);
  expect(await ask(30 * MIB)).toBe(30 * MIB);
  expect(await ask(30 * MIB + 1, 'a', 'compress=1')).toBe(396);
});

it('who does not read keeps a share, others have theirs, and small answers go on', async () => {
  await start();
  const first = await idle(LONG);
  await idle(LONG);
  expect(await ask(LONG)).toBe(202);
  expect(await ask(1000)).toBe(1000);
  expect(await ask(LONG, 'b')).toBe(LONG);
  await idle(LONG, 'b');
  expect(await ask(LONG, 'c')).toBe(202);
  first.destroy();
  await expect.poll(() => ask(LONG, 'c')).toBe(LONG);
  await expect.poll(() => ask(LONG)).toBe(LONG);
});

it('read answers are not counted any more, however many there were', async () => {
  await start();
  for (let i = 0; i < 5; i++) await expect.poll(() => ask(LONG)).toBe(LONG);
});

it('who takes nothing for too long is cut off', async () => {
  await start({ stalledMs: 100, ofCaller: LONG });
  await idle(LONG);
  await expect.poll(() => ask(LONG)).toBe(LONG);
});
