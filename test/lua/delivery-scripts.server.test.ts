// claim-deliveries.lua and settle-delivery.lua: what is due is taken once, and settled once.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../src/model/delivery.ts';
import { outboxText } from '../../src/model/delivery.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { DeliveryScripts, type Settling } from '../../src/redis/delivery-scripts.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const keys = new Keys('t:', 4);
const { outbox, failing, ledger, position, marked } = keys.partition(2);
const due = keys.dueDeliveries(2, 'push');

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let scripts: DeliveryScripts;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  scripts = new DeliveryScripts(connection, keys, 10);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

const entryOf = (attempts: number): OutboxEntry => ({
  ...{ attempts, customerId: 'u1', messageId: 'm1', decidedAtMs: 5 },
  decision: {
    ...{ decisionId: 'd', placement: 'p', trigger: 't', catalog: 'c' },
    ...{ fallback: false, holdout: false, offers: [] },
    delivery: { deliveryId: 'dlv_d', channel: 'push' },
  },
});
async function put(id: string, dueAtMs: number, attempts = 0): Promise<void> {
  await admin.hset(outbox, id, outboxText(entryOf(attempts)));
  await admin.zadd(due, dueAtMs, id);
}
const settling = (over: Partial<Settling> = {}): Settling => ({
  ...{ partition: 2, channel: 'push', deliveryId: 'a', attempts: 0 },
  ...{ entry: null, dueAtMs: null, failedAtMs: null, record: 'r' },
  ...over,
});

describe('claim-deliveries', () => {
  it('takes what is due, oldest first, and has it due again', async () => {
    await put('late', 30);
    await put('b', 20, 2);
    await put('a', 10);
    await admin.zadd(due, 5, 'gone');
    const claimed = await scripts.claim(2, 'push', 20, 10, 99);
    expect(claimed).toEqual([
      { deliveryId: 'a', entry: entryOf(0) },
      { deliveryId: 'b', entry: entryOf(2) },
    ]);
    expect(await admin.call('zrange', due, '0', '-1', 'withscores')).toEqual([
      ...['late', '30', 'a', '99', 'b', '99'],
    ]);
    expect(await scripts.claim(2, 'push', 20, 10, 99)).toEqual([]);
  });

  it('takes no more than it is asked for', async () => {
    for (const id of ['a', 'b', 'c']) await put(id, 1);
    expect(await scripts.claim(2, 'push', 20, 2, 99)).toHaveLength(2);
  });
});

describe('settle-delivery', () => {
  it('settles once: what was sent is gone, with one record', async () => {
    await put('a', 10);
    await admin.zadd(failing, 1, 'a');
    expect(await scripts.settle(settling())).toBe('settled');
    expect(await scripts.settle(settling())).toBe('changed');
    expect(await admin.exists(outbox, due, failing)).toBe(0);
    expect(await admin.xrange(ledger, '-', '+')).toEqual([['1-0', ['r', 'r']]]);
    expect(await admin.get(position)).toBe('1');
  });

  it('has what failed tried again, and knows it by another number', async () => {
    await put('a', 10);
    const failed = settling({ entry: entryOf(1), dueAtMs: 50, failedAtMs: 40 });
    expect(await scripts.settle(failed)).toBe('settled');
    expect(await scripts.settle(failed)).toBe('changed');
    expect(await admin.zscore(due, 'a')).toBe('50');
    expect(await admin.zscore(failing, 'a')).toBe('40');
    // Given up: it stays, for somebody to try it again.
    const last = settling({ attempts: 1, entry: entryOf(2), failedAtMs: 60 });
    expect(await scripts.settle(last)).toBe('settled');
    expect(await admin.zscore(due, 'a')).toBeNull();
    expect(await admin.hget(outbox, 'a')).toBe(outboxText(entryOf(2)));
    expect(await admin.xlen(ledger)).toBe(2);
  });

  it('writes nothing while history is behind, or when the position was lost', async () => {
    await put('a', 10);
    await admin.set(marked, 3);
    expect(await scripts.settle(settling())).toBe('torn');
    await admin.set(position, 3);
    for (let n = 0; n < 10; n++) await admin.xadd(ledger, `${n + 1}-0`, 'r', 'x');
    expect(await scripts.settle(settling())).toBe('ledger_full');
    expect(await admin.hexists(outbox, 'a')).toBe(1);
    // Nothing to say needs no room.
    const later = settling({ record: null, entry: entryOf(0), dueAtMs: 70 });
    expect(await scripts.settle(later)).toBe('settled');
    expect(await admin.get(position)).toBe('3');
  });
});
