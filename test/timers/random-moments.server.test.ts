// A thousand histories: HISTORIES=1000 npx vitest run --project long test/timers/random-moments

import { afterAll, beforeAll, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { type ServiceRedis, startServiceRedis } from '../support/service-redis.ts';
import { RandomMoments } from './random-moments.ts';

const IS_LONG = process.env.PROFFER_TEST_LONG !== undefined;
const HISTORIES = Number(process.env.HISTORIES ?? (IS_LONG ? 300 : 12));
const STEPS = 16;
const MINUTE_MS = 60_000;

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

it('every timer fires once at its time, or is missed; segments are entered as if always looked at', {
  timeout: IS_LONG ? 60 * MINUTE_MS : 4 * MINUTE_MS,
}, async () => {
  const moments = new RandomMoments(connection, seeded(testSeed()));
  for (let n = 0; n < HISTORIES; n++) {
    for (const node of connection.masters()) await node.call('flushall', []);
    await moments.history(STEPS);
  }
});
