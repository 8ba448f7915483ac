// The section `deliver` of commit.lua: the outbox, its index by channel, and what streams read.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FEED_MAX, FEED_MS } from '../../src/model/delivery.ts';
import { CommitScript } from '../../src/redis/commit-script.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { call, partition } from './commit-call.ts';

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let script: CommitScript;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  script = new CommitScript(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

const keys = new Keys('t:', 4);
const feedKey = keys.feed(2, 'u1');
const common = { outboxKey: partition.outbox, feedKey, newsKey: partition.news };
const push = keys.dueDeliveries(2, 'push');
const web = keys.dueDeliveries(2, 'web');
const one = (n: number, dueKey: string, feed: string | null) => ({
  ...{ dueKey, feed, deliveryId: `d${n}`, dueAtMs: n, entry: `0 {"n":${n}}` },
});
type Deliveries = readonly ReturnType<typeof one>[];
const commit = (deliveries: Deliveries, over = {}) =>
  script.run(
    call({ deliver: { ...common, deliveries }, ...over }),
    (answer) => answer,
    () => {},
  );

it('writes each delivery, under its channel, and tells streams', async () => {
  await commit([one(1, push, null), one(2, web, '{"o":"ü"}'), one(3, push, null)]);
  expect(await admin.hgetall(partition.outbox)).toEqual({
    ...{ d1: '0 {"n":1}', d2: '0 {"n":2}', d3: '0 {"n":3}' },
  });
  expect(await admin.call('zrange', push, '0', '-1', 'withscores')).toEqual(['d1', '1', 'd3', '3']);
  expect(await admin.call('zrange', web, '0', '-1', 'withscores')).toEqual(['d2', '2']);
  const feed = await admin.xrange(feedKey, '-', '+');
  expect(feed.map(([, fields]) => fields)).toEqual([['i', 'd2', 'd', '{"o":"ü"}']]);
  const news = await admin.xrange(partition.news, '-', '+');
  expect(news.map(([, fields]) => fields)).toEqual([['c', 'u1']]);
  for (const key of [feedKey, partition.news]) {
    const leftMs = await admin.pttl(key);
    expect(leftMs).toBeGreaterThan(FEED_MS - 60_000);
    expect(leftMs).toBeLessThanOrEqual(FEED_MS);
  }
  expect(await admin.exists(partition.timers, partition.budgets)).toBe(0);
});

it('keeps the newest of a feed', async () => {
  const many = Array.from({ length: FEED_MAX + 3 }, (_, n) => one(n, web, String(n)));
  await commit(many);
  const feed = await admin.xrange(feedKey, '-', '+');
  expect(feed).toHaveLength(FEED_MAX);
  expect(feed[0]![1]).toEqual(['i', 'd3', 'd', '3']);
});

it('goes with grants and what is due', async () => {
  await admin.hset(partition.budgets, 'a|g', '10 4 1 0');
  const due = { customerId: 'u1', atMs: 7 };
  await commit([one(1, push, null)], { grants: ['a|g 1 10'], due });
  expect(await admin.hget(partition.budgets, 'a|g')).toBe('10 4 2 0');
  expect(await admin.zscore(partition.timers, 'u1')).toBe('7');
  expect(await admin.zscore(push, 'd1')).toBe('1');
});

it('writes nothing of a commit that is refused', async () => {
  await admin.hset(partition.budgets, 'a|g', '10 1 1 0');
  const exhausted = await commit([one(1, web, 'x')], { grants: ['a|g 1 10'] });
  expect(exhausted.kind).toBe('exhausted');
  const conflict = await commit([one(1, web, 'x')], { expectedEtag: 'ÿ\u0000etag01' });
  expect(conflict.kind).toBe('conflict');
  expect(await admin.exists(partition.outbox, web, feedKey, partition.news)).toBe(0);
});
