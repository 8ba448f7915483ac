// What another process declares is here by the next look; who is behind reads everything again.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FollowItems } from '../../src/recommend/follow-items.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { ItemReads } from '../../src/redis/item-reads.ts';
import { ItemScripts } from '../../src/redis/item-scripts.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { itemOf } from '../support/items.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const keys = new Keys('t:', 4);

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let scripts: ItemScripts;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  scripts = new ItemScripts(connection, keys, { itemsMax: 10_000, ledgerMax: 100_000 });
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

/** Item id → its name; null = it is sold no more. */
function follower(source: Partial<ItemReads> = {}) {
  const here = new Map<string, string | null>();
  const faults: unknown[] = [];
  const reads = new ItemReads(connection, keys);
  const following = new FollowItems({
    source: {
      position: () => reads.position(),
      declared: () => reads.declared(),
      deleted: () => reads.deleted(),
      changesAfter: (position) => reads.changesAfter(position),
      some: (ids) => reads.some(ids),
      ...source,
    },
    sink: {
      declare: ({ itemId, name }) => here.set(itemId, name),
      remove: (itemId) => here.set(itemId, null),
    },
    isNeeded: () => true,
    onFault: (error) => faults.push(error),
  });
  return { here, faults, following };
}
const put = (...names: [string, string][]) =>
  scripts.put(
    names.map(([id, name]) => itemOf(id, { name })),
    () => 'r',
  );
const remove = (itemId: string) => scripts.delete(itemId, true, 1, 'r');

it('reads everything once, and then what changes', async () => {
  await put(['a', '1'], ['🛍', '1'], ['c', '1']);
  await remove('c');
  await remove('seen');
  const { here, following, faults } = follower();
  await following.look();
  expect(Object.fromEntries(here)).toEqual({ a: '1', '🛍': '1', c: null, seen: null });
  await put(['a', '2'], ['__proto__', '1']);
  await remove('🛍');
  await put(['c', '2']);
  await following.look();
  expect(new Map(here)).toEqual(
    new Map([
      ...([['a', '2'] as const, ['🛍', null] as const, ['c', '2'] as const] as const),
      ...([['seen', null] as const, ['__proto__', '1'] as const] as const),
    ]),
  );
  expect(faults).toEqual([]);
});

it('takes what is more than a page, and what changes while it is read', async () => {
  const many = Array.from({ length: 1_200 }, (_, i) => [`p${i}`, '1'] as [string, string]);
  for (let i = 0; i < 3; i++) await put(...many.slice(i * 400, (i + 1) * 400));
  const reads = new ItemReads(connection, keys);
  const meanwhile = async function* () {
    yield* reads.declared();
    await put(['p7', '2'], ['new', '2']);
    await remove('p8');
  };
  const { here, following } = follower({ declared: meanwhile });
  await following.look();
  await following.look();
  expect([here.size, here.get('p7'), here.get('new'), here.get('p8')]).toEqual([
    ...[1_201, '2', '2', null],
  ]);
  for (let i = 0; i < 3; i++) {
    await put(...many.slice(i * 400, (i + 1) * 400).map(([id]) => [id, '3'] as [string, string]));
  }
  await following.look();
  expect(new Set([...here.values()])).toEqual(new Set(['3', '2']));
});

it('reads everything again where changes were missed, or Redis lost what it had', async () => {
  await put(['a', '1'], ['b', '1']);
  const { here, following } = follower();
  await following.look();
  await remove('a');
  await put(['b', '2']);
  await put(['c', '2']);
  await admin.xtrim(keys.items.changes, 'MAXLEN', 1);
  await following.look();
  expect(Object.fromEntries(here)).toEqual({ a: null, b: '2', c: '2' });
  await admin.flushall();
  await put(['b', '3']);
  following.doubt();
  await following.look();
  expect(Object.fromEntries(here)).toEqual({ a: null, b: '3', c: null });
});

it('makes up for a look that failed', async () => {
  let fails = true;
  const reads = new ItemReads(connection, keys);
  const { here, following, faults } = follower({
    some: (ids) => (fails ? Promise.reject(new Error('away')) : reads.some(ids)),
  });
  await put(['a', '1']);
  await following.look();
  await put(['a', '2']);
  await following.look();
  expect([here.get('a'), faults.length]).toEqual(['1', 1]);
  fails = false;
  await following.look();
  expect(here.get('a')).toBe('2');
});
