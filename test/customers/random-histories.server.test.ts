import type { Redis } from 'ioredis';
import { afterAll, beforeAll, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { RandomShops } from './random-shops.ts';

const HISTORIES = Number(process.env.HISTORIES ?? 300);
const STEPS = 14;

const keys = new Keys('t:', 8);
let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

it('customers are as if every call had been served alone, once and in turn', async () => {
  const shops = new RandomShops(connection, keys, seeded(testSeed()));
  for (let n = 0; n < HISTORIES; n++) {
    await admin.flushall();
    await shops.history(STEPS);
  }
});
