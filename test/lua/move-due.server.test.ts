import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { TimerScripts } from '../../src/redis/timer-scripts.ts';
import { type ServiceRedis, startServiceRedis } from '../support/service-redis.ts';

const keys = new Keys('t:', 4);
const timersKey = keys.partition(2).timers;
const customerKey = keys.customer(2, 'u1');
const NEVER = Number.POSITIVE_INFINITY;

let redis: ServiceRedis;
let connection: RedisConnection;
let scripts: TimerScripts;
beforeAll(async () => {
  redis = await startServiceRedis();
  connection = openConnection({ url: redis.url, deadlineMs: 5_000 });
  await connection.ready();
  scripts = new TimerScripts(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(async () => {
  for (const node of connection.masters()) await node.call('flushall', []);
  await connection.call('set', [customerKey, Buffer.from('ÿ\u0000etag01the state', 'latin1')]);
  await connection.call('zadd', [timersKey, '1000', 'u1']);
});

const move = (expectedEtag: string | null, thenMs: number, atMs: number) =>
  scripts.move({ customerKey, timersKey, customerId: 'u1', expectedEtag, thenMs, atMs });
const due = () => scripts.due(timersKey, 1e15, 10);

it('moved: to later, or out', async () => {
  expect(await move('ÿ\u0000etag01', 1_000, 2_000)).toBe(true);
  expect(await due()).toEqual([{ customerId: 'u1', atMs: 2_000 }]);
  expect(await move('ÿ\u0000etag01', 2_000, NEVER)).toBe(true);
  expect(await due()).toEqual([]);
});

it('moved: whoever has the customer, where no etag is asked for, and of one who is not there', async () => {
  expect(await move(null, 1_000, 2_000)).toBe(true);
  await connection.call('del', [customerKey]);
  expect(await move('', 2_000, NEVER)).toBe(true);
});

it('changed: a commit came first, or somebody else said when', async () => {
  expect(await move('ÿ\u0000etag02', 1_000, NEVER)).toBe(false);
  expect(await move('', 1_000, NEVER)).toBe(false);
  expect(await move('ÿ\u0000etag01', 999, NEVER)).toBe(false);
  expect(await due()).toEqual([{ customerId: 'u1', atMs: 1_000 }]);
  await connection.call('zrem', [timersKey, 'u1']);
  expect(await move(null, 1_000, 2_000)).toBe(false);
  expect(await due()).toEqual([]);
});

it('says what is due, the oldest first and no more than asked for', async () => {
  await connection.call('zadd', [timersKey, '900', 'u2', '1100', 'u3']);
  expect(await scripts.due(timersKey, 1_000, 10)).toEqual([
    { customerId: 'u2', atMs: 900 },
    { customerId: 'u1', atMs: 1_000 },
  ]);
  expect((await scripts.due(timersKey, 2_000, 1)).map(({ customerId }) => customerId)).toEqual([
    'u2',
  ]);
  await scripts.visit(timersKey, 'u3', 2_000);
  await scripts.visit(timersKey, 'u4', 50);
  await scripts.visit(timersKey, 'u3', 60);
  expect((await due()).map(({ customerId }) => customerId)).toEqual(['u4', 'u3', 'u2', 'u1']);
  expect(await scripts.pending(timersKey)).toBe(4);
});
