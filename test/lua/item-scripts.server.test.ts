// put-items.lua and delete-item.lua: what is declared, its ledger record and the word for who follows are
// one.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Item } from '../../src/model/item.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { ItemReads } from '../../src/redis/item-reads.ts';
import { ItemScripts } from '../../src/redis/item-scripts.ts';
import { ITEMS_PARTITION, Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { itemOf } from '../support/items.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const keys = new Keys('t:', 4);
const { ledger, position, marked } = keys.partition(ITEMS_PARTITION);
const { declared, deleted, changes } = keys.items;

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let scripts: ItemScripts;
let reads: ItemReads;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  scripts = new ItemScripts(connection, keys, { itemsMax: 3, ledgerMax: 6 });
  reads = new ItemReads(connection, keys);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

const put = (...items: Item[]) => scripts.put(items, ({ itemId }) => `put ${itemId}`);
const remove = (itemId: string, isSeen = false) => scripts.delete(itemId, isSeen, 7, 'gone');
const records = async () => (await admin.xrange(ledger, '-', '+')).map(([id, [, r]]) => [id, r]);
const changed = async () => (await admin.xrange(changes, '-', '+')).map(([, [, id]]) => id);

describe('put-items', () => {
  it('replaces the whole item, and tells history and who follows', async () => {
    const full = itemOf('p1', {
      ...{ name: 'Tee', category: 'tops', brand: 'b', price: 0, inStock: false, tags: ['t'] },
      ...{ accessories: ['__proto__'], startsAtMs: 1, endsAtMs: 2, properties: { a: [1] } },
    });
    expect(await put(full, itemOf('🛍 /%'))).toBe('declared');
    expect(await reads.one('p1')).toEqual({ kind: 'declared', item: full });
    expect(await put(itemOf('p1'))).toBe('declared');
    expect(await reads.one('p1')).toEqual({ kind: 'declared', item: itemOf('p1') });
    expect(await reads.one('p2')).toEqual({ kind: 'none' });
    expect(await records()).toEqual([
      ['1-0', 'put p1'],
      ['2-0', 'put 🛍 /%'],
      ['3-0', 'put p1'],
    ]);
    expect(await changed()).toEqual(['p1', '🛍 /%', 'p1']);
  });

  it('answers items_full beyond the bound and writes nothing; those there may be put again', async () => {
    await put(itemOf('a'), itemOf('b'));
    expect(await put(itemOf('a'), itemOf('c'), itemOf('d'))).toBe('items_full');
    expect([await admin.hlen(declared), await admin.xlen(ledger)]).toEqual([2, 2]);
    await put(itemOf('c'));
    expect(await put(itemOf('a', { name: 'again' }))).toBe('declared');
  });

  it('answers ledger_full and writes nothing', async () => {
    for (let i = 0; i < 3; i++) await put(itemOf('a'), itemOf('b'));
    expect(await put(itemOf('c'))).toBe('ledger_full');
    expect(await remove('a')).toBe('ledger_full');
    expect([await admin.hkeys(declared), await admin.get(position)]).toEqual([['a', 'b'], '6']);
  });

  it('answers torn, and writes nothing, where the position was lost', async () => {
    await admin.set(marked, '20');
    expect(await put(itemOf('a'))).toBe('torn');
    expect(await remove('a', true)).toBe('torn');
    await admin.xadd(ledger, '9-0', 'r', 'a record');
    expect(await put(itemOf('a'), itemOf('b'))).toBe('torn');
    expect(await remove('a', true)).toBe('torn');
    expect(await admin.exists(declared, deleted, changes, position)).toBe(0);
  });
});

describe('delete-item', () => {
  it('deletes what is declared, or was seen, once', async () => {
    await put(itemOf('a'));
    expect(await remove('a')).toBe('deleted');
    expect(await reads.one('a')).toEqual({ kind: 'deleted' });
    expect(await remove('seen', true)).toBe('deleted');
    expect([await remove('a'), await remove('seen', true), await remove('b')]).toEqual([
      ...['unknown', 'unknown', 'unknown'],
    ]);
    expect(await records()).toEqual([
      ['1-0', 'put a'],
      ['2-0', 'gone'],
      ['3-0', 'gone'],
    ]);
    expect(await changed()).toEqual(['a', 'a', 'seen']);
    await put(itemOf('a'));
    expect(await admin.zrange(deleted, '0', '-1')).toEqual(['seen']);
  });

  it('remembers as many as may be declared', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await remove(id, true);
    expect(await admin.zrange(deleted, '0', '-1')).toEqual(['b', 'c', 'd']);
  });
});
