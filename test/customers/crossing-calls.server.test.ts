import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type CutConnection, cutConnection } from './cut-connection.ts';
import { eventOf, type Names, nameOf, openShop, type Shop } from './shop.ts';
import { endOf, expectAllCounted, plainOf } from './whole-shop.ts';

// Two gateways at once: one of them stands still before each of its calls to Redis in turn, while the other
// serves a whole call.

const keys = new Keys('t:', 8);
let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let cut: CutConnection;
let shop: Shop;
let other: Shop;
let reader: Shop;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
  other = openShop(connection, keys);
  reader = openShop(connection, keys);
  cut = cutConnection(connection);
  shop = openShop(cut.connection, keys);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(async () => {
  cut.mend();
  await admin.flushall();
  shop = openShop(cut.connection, keys);
  other = openShop(connection, keys);
});

let told = 0;
async function view(at: Shop, who: Names, messageId = `x${++told}`): Promise<void> {
  const result = await at.pipeline.submit(eventOf(who, 'Viewed', { messageId }));
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
}
const find = async (name: string) => (await reader.customers.findFresh(name)).state;
async function viewsOf(name: string) {
  const state = await find(name);
  const values = plainOf(state).features as [string, unknown][];
  return {
    customerId: state.customerId,
    views: values.find(([, value]) => typeof value === 'number')?.[1] ?? 0,
  };
}

describe('crossing', () => {
  it.each([
    ['u1 new', false],
    ['u1 known', true],
  ])('a login and a view of the visitor: %s', async (_, isKnown) => {
    for (let at = 1; at < 12; at++) {
      await admin.flushall();
      shop = openShop(cut.connection, keys);
      other = openShop(connection, keys);
      if (isKnown) await view(other, { user: 'u1' });
      cut.hold(at);
      const login = view(shop, { user: 'u1', anonymous: 'a1' });
      const done = await Promise.race([cut.reached.then(() => false), login.then(() => true)]);
      await view(other, { anonymous: 'a1' });
      cut.release();
      await login;
      await expectAllCounted(connection, keys);
      console.log(_, at, done, await viewsOf('anonymous:a1'));
      if (done) break;
    }
  });
  it.each([
    ['u1 new', false],
    ['u1 known', true],
  ])('a view of the visitor and a login: %s', async (_, isKnown) => {
    for (let at = 1; at < 12; at++) {
      await admin.flushall();
      shop = openShop(cut.connection, keys);
      other = openShop(connection, keys);
      if (isKnown) await view(other, { user: 'u1' });
      cut.hold(at);
      const login = view(shop, { anonymous: 'a1' });
      const done = await Promise.race([cut.reached.then(() => false), login.then(() => true)]);
      await view(other, { user: 'u1', anonymous: 'a1' });
      cut.release();
      await login;
      await expectAllCounted(connection, keys);
      console.log(_, at, done, await viewsOf('anonymous:a1'));
      if (done) break;
    }
  });
  it('three: login claims, visitor looks, login lists, visitor commits', async () => {
    // login held before its commit; a view held before its commit.
    const cut2 = cutConnection(connection);
    for (const isKnown of [false, true]) {
      for (let at2 = 1; at2 < 8; at2++) {
        await admin.flushall();
        shop = openShop(cut.connection, keys);
        other = openShop(cut2.connection, keys);
        if (isKnown) await view(reader, { user: 'u1' });
        cut.hold(3);
        const login = view(shop, { user: 'u1', anonymous: 'a1' });
        await cut.reached;
        cut2.hold(at2);
        const looked = view(other, { anonymous: 'a1' });
        const done = await Promise.race([cut2.reached.then(() => false), looked.then(() => true)]);
        cut.release();
        await login;
        cut2.release();
        await looked;
        await expectAllCounted(connection, keys);
        console.log('three', isKnown, at2, done, await viewsOf('anonymous:a1'));
        if (done) break;
      }
    }
  });
  it('a stale forward does not lead a merge astray', async () => {
    await view(other, { user: 'u1' });
    // Claimed for u1, and never listed.
    cut.cut(3, false);
    await view(shop, { user: 'u1', card: 'C1' }).catch(() => {});
    cut.mend();
    await view(other, { anonymous: 'a1' });
    await view(other, { card: 'C1', anonymous: 'a1' });
    console.log(
      JSON.stringify(await endOf(reader, ['u1', nameOf('card', 'C1'), 'anonymous:a1'])).length,
    );
    expect(await viewsOf('u1')).toEqual({ customerId: 'u1', views: 1 });
    expect(await viewsOf('anonymous:a1')).toEqual({ customerId: nameOf('card', 'C1'), views: 2 });
  });
  it('a name that becomes everybody’s counts on', async () => {
    await view(other, { anonymous: 'a1' });
    for (const user of ['u1', 'u2', 'u3']) await view(other, { user, anonymous: 'a1' });
    await view(other, { anonymous: 'a1' });
    await expectAllCounted(connection, keys);
  });
  it('a long chain of merges', async () => {
    const n = 45;
    for (let i = 0; i < n; i++) await view(other, { user: `v${i}` });
    for (let i = 1; i < n; i++) {
      expect(await other.customers.merge(`v${i}`, `v${i - 1}`)).toMatchObject({ kind: 'merged' });
    }
    expect(await viewsOf('v0')).toEqual({ customerId: `v${n - 1}`, views: n });
    await view(shop, { user: 'v0' });
  });
  it('a card too many', async () => {
    await view(other, { user: 'u1', phone: '1' });
    for (const card of ['1', '2', '3']) await view(other, { user: 'u1', card });
    await view(other, { card: '4', phone: '1' });
    console.log('too many', await viewsOf('u1'), await viewsOf(nameOf('card', '4')));
    await view(other, { card: '5' });
    await view(other, { card: '5', phone: '1' });
    console.log('too many merged', await viewsOf('u1'), await viewsOf(nameOf('card', '5')));
  });
});
