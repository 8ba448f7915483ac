// Ten thousand of them, on one Redis or a cluster:
// HISTORIES=10000 npx vitest run --project long|cluster test/customers/random-histories

import { afterAll, beforeAll, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { type ServiceRedis, startServiceRedis } from '../support/service-redis.ts';
import { RandomShops } from './random-shops.ts';

const IS_LONG = process.env.PROFFER_TEST_LONG !== undefined;
const HISTORIES = Number(process.env.HISTORIES ?? (IS_LONG ? 1_000 : 40));
const STEPS = 14;
const MINUTE_MS = 60_000;
/** Of a busy machine. */
const HISTORY_MS = 1_000;

const keys = new Keys('t:', 8);
let redis: ServiceRedis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startServiceRedis();
  connection = openConnection({ url: redis.url, deadlineMs: 5_000 });
  await connection.ready();
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

it('customers are as if every call had been served alone, once and in turn', {
  timeout: 4 * MINUTE_MS + HISTORIES * HISTORY_MS,
}, async () => {
  const shops = new RandomShops(connection, keys, seeded(testSeed()));
  for (let n = 0; n < HISTORIES; n++) {
    for (const node of connection.masters()) await node.call('flushall', []);
    await shops.history(STEPS);
  }
  if (shops.leftOut > 0)
    console.log(`${shops.leftOut} left out: a draw on a budget was late, or too much was possible`);
  expect(shops.leftOut).toBeLessThan(HISTORIES / 4);
});
