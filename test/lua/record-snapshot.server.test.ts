import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { loadScript } from '../../src/redis/script.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const keys = new Keys('t:', 4).snapshots('catalog');
const script = loadScript('record-snapshot');

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  script.loadInto(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(async () => {
  await admin.flushall();
  await admin.hset(keys.current, { publication: 7, hash: 'h7', source: 'seven' });
});

const record = (publication: string, hash: string, entry: string) =>
  script.run(connection, [keys.current, keys.versions, keys.contents], [publication, hash, entry]);

describe('record-snapshot.lua', () => {
  it('recorded: entry and content of what is current', async () => {
    expect(await record('7', 'h7', 'entry')).toBe(script.status('recorded'));
    expect(await admin.hgetall(keys.versions)).toEqual({ 7: 'entry' });
    expect(await admin.hgetall(keys.contents)).toEqual({ h7: 'seven' });
    expect(await admin.hgetall(keys.current)).toEqual({
      ...{ publication: '7', hash: 'h7', source: 'seven' },
    });
  });

  it('known: an entry stays as it is', async () => {
    await record('7', 'h7', 'entry');
    expect(await record('7', 'h7', 'another')).toBe(script.status('known'));
    expect(await admin.hgetall(keys.versions)).toEqual({ 7: 'entry' });
  });

  it.each([
    ['6', 'h7'],
    ['7', 'h6'],
  ])('other: what is current is not %s %s', async (publication, hash) => {
    expect(await record(publication, hash, 'entry')).toBe(script.status('other'));
    expect(await admin.keys('*')).toEqual([keys.current]);
  });

  it('other: nothing is published', async () => {
    await admin.flushall();
    expect(await record('7', 'h7', 'entry')).toBe(script.status('other'));
    expect(await admin.keys('*')).toEqual([]);
  });
});
