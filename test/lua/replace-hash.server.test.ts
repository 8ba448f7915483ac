import { afterAll, beforeAll, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { loadScript } from '../../src/redis/script.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

let redis: PrivateRedis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

it('replaces a hash whole, or makes it', async () => {
  const script = loadScript('replace-hash');
  const admin = redis.connect();
  const replaced = [script.status('replaced')];
  expect(await script.run(connection, ['h'], ['a', '1', 'b', 'ä'])).toEqual(replaced);
  expect(await admin.hgetall('h')).toEqual({ a: '1', b: 'ä' });
  expect(await script.run(connection, ['h'], ['b', '2'])).toEqual(replaced);
  expect(await admin.hgetall('h')).toEqual({ b: '2' });
});
