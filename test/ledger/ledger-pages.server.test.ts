// How the ledger is read where its records are long, as decisions with lists are.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecords } from '../../src/ledger/ledger-reader.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const keys = new Keys('proffer:', 2);
let redis: PrivateRedis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

async function wrote(partition: number, records: number, chars: number): Promise<void> {
  const { ledger } = keys.partition(partition);
  const text = 'x'.repeat(chars);
  for (let id = 1; id <= records; id++)
    await connection.call('xadd', [ledger, `${id}-0`, 'r', text]);
}

/** Of each page, the ids. */
async function pages(partition: number, last: number): Promise<number[][]> {
  const found: number[][] = [];
  for await (const page of readRecords(connection, keys, [{ partition, first: 1, last }]))
    found.push(page.map(({ id }) => id));
  return found;
}

it('is in pages of some megabytes, and of thousands of records where these are short', async () => {
  await wrote(0, 600, 50_000);
  await wrote(1, 6_000, 20);
  const long = await pages(0, 600);
  expect(Math.max(...long.map((ids) => ids.length * 50_000))).toBeLessThan(16 * 1024 * 1024);
  expect(long.flat()).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
  const short = await pages(1, 6_000);
  expect(short.flat()).toEqual(Array.from({ length: 6_000 }, (_, i) => i + 1));
  expect(short.map((ids) => ids.length)).toEqual([200, 200, 4_000, 1_600]);
});
