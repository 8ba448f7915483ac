import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Unreadable } from '../../src/errors.ts';
import { partitionOf } from '../../src/model/hash.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import {
  askOf,
  eventOf,
  type Names,
  nameOf,
  offersIn,
  openShop,
  outcomeOf,
  type Shop,
} from './shop.ts';

const keys = new Keys('t:', 8);
let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let shop: Shop;
let other: Shop;
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
beforeEach(async () => {
  await admin.flushall();
  shop = openShop(connection, keys);
  other = openShop(connection, keys);
});

const view = (who: Names, at = shop) => at.pipeline.submit(eventOf(who, 'Viewed'));
const stateOf = async (name: string, at = other) => (await at.customers.findFresh(name)).state;
const viewsOf = async (name: string) => {
  const { state } = await other.customers.findFresh(name);
  const [views] = [...state.features]
    .map(([, value]) => value)
    .filter((v) => typeof v === 'number');
  return { customerId: state.customerId, views };
};

describe('a visitor who logs in', () => {
  it('is the customer at once, with what was seen before', async () => {
    await view({ anonymous: 'a1' });
    await view({ anonymous: 'a1' }, other);
    const login = await view({ user: 'u1', anonymous: 'a1' });
    expect(offersIn(login)).toMatchObject([{ offers: ['gift'] }]);
    expect(await viewsOf('anonymous:a1')).toEqual({ customerId: 'u1', views: 3 });
    // Everywhere, under either name.
    expect(offersIn(await view({ anonymous: 'a1' }, other))).toMatchObject([{ offers: ['gift'] }]);
    // One set of caps: two were given.
    expect(offersIn(await view({ user: 'u1' }))).toMatchObject([{ offers: [] }]);
    expect(await viewsOf('u1')).toEqual({ customerId: 'u1', views: 5 });
  });

  it('may answer to what was shown before', async () => {
    const [shown] = offersIn(await shop.pipeline.submit(askOf({ anonymous: 'a1' })));
    await view({ user: 'u1', anonymous: 'a1' });
    for (const who of [{ user: 'u1' }, { anonymous: 'a1' }] as Names[]) {
      const told = await other.pipeline.submit(outcomeOf(who, shown!.decisionId, 'gift'));
      expect(told.kind).toBe('done');
    }
  });

  it('who was nobody before costs a claim once', async () => {
    await view({ user: 'u1', anonymous: 'a1' });
    const before = await calls();
    await view({ user: 'u1', anonymous: 'a1' });
    expect(await calls()).toBe(before + 1);
    // By the other name alone it is looked up once at each gateway.
    await view({ anonymous: 'a1' }, other);
    const known = await calls();
    await view({ anonymous: 'a1' }, other);
    expect(await calls()).toBe(known + 1);
  });
});

/** Commits and look-ups that Redis has served. */
async function calls(): Promise<number> {
  const info = await admin.info('commandstats');
  let sum = 0;
  for (const [, name, n] of info.matchAll(/^cmdstat_(get|evalsha):calls=(\d+)/gm)) {
    if (name !== undefined) sum += Number(n);
  }
  return sum;
}

describe('a browser that another person logs in with', () => {
  it('is theirs from then on; what was, stays', async () => {
    await view({ user: 'u1', anonymous: 'a1' });
    await view({ anonymous: 'a1' });
    await view({ user: 'u2', anonymous: 'a1' }, other);
    await view({ anonymous: 'a1' });
    await view({ anonymous: 'a1' }, other);
    expect(await viewsOf('u1')).toEqual({ customerId: 'u1', views: 2 });
    expect(await viewsOf('u2')).toEqual({ customerId: 'u2', views: 3 });
  });

  it('is a stranger’s once somebody has logged out', async () => {
    await view({ user: 'u1', anonymous: 'a1' });
    const leave = eventOf({ user: 'u1', anonymous: 'a1' }, 'Signed Out');
    const after = eventOf({ anonymous: 'a1' }, 'Viewed');
    await shop.pipeline.submit(leave);
    await shop.pipeline.submit(after);
    await view({ anonymous: 'a1' }, other);
    await view({ user: 'u1' });
    expect(await viewsOf('anonymous:a1')).toEqual({ customerId: 'anonymous:a1', views: 2 });
    expect(await viewsOf('u1')).toEqual({ customerId: 'u1', views: 2 });
    // Back again: what the stranger did is theirs after all.
    await view({ user: 'u1', anonymous: 'a1' });
    expect(await viewsOf('anonymous:a1')).toEqual({ customerId: 'u1', views: 5 });
  });

  it('is nobody’s once three have', async () => {
    for (const user of ['u1', 'u2', 'u3', 'u1', 'u2']) await view({ user, anonymous: 'a1' });
    await view({ anonymous: 'a1' });
    expect(await viewsOf('anonymous:a1')).toEqual({ customerId: 'anonymous:a1', views: 1 });
    expect((await stateOf('u1')).links).toEqual([]);
    expect((await stateOf('u3')).links).toEqual([]);
  });
});

describe('identifiers', () => {
  it('make one customer of a card, a phone and a login', async () => {
    await view({ card: 'C1' });
    await view({ phone: '+8613800138000' }, other);
    await view({ user: 'u1', phone: '+8613800138000' });
    await view({ user: 'u1', card: 'C1' });
    for (const name of ['u1', nameOf('card', 'C1'), nameOf('phone', '+8613800138000')]) {
      expect(await viewsOf(name)).toEqual({ customerId: 'u1', views: 4 });
    }
  });

  it('of another user join nobody, and it is noted once', async () => {
    await view({ user: 'u1', phone: '+1' });
    await view({ user: 'u2', phone: '+1' });
    await view({ user: 'u2', phone: '+1' });
    expect(await viewsOf('u2')).toEqual({ customerId: 'u2', views: 2 });
    expect(await viewsOf(nameOf('phone', '+1'))).toEqual({ customerId: 'u1', views: 1 });
    expect(await rowsTagged('x')).toMatchObject([
      { from_id: 'u1', to_id: 'u2', reason: 'two_users' },
    ]);
  });

  it('stand for the stronger: two who share a card are the one with a login', async () => {
    await view({ card: 'C1', device: 'd1' });
    await view({ user: 'u1', card: 'C1' });
    expect(await viewsOf(nameOf('device', 'd1'))).toEqual({ customerId: 'u1', views: 2 });
  });

  it('there are only so many of each', async () => {
    for (let n = 0; n < 6; n++) await view({ user: 'u1', phone: `+${n}` });
    expect((await stateOf('u1')).links).toHaveLength(3);
    expect(await rowsTagged('x')).toHaveLength(3);
  });
});

describe('a page without a token', () => {
  const page = (name: string) =>
    shop.pipeline.submit(eventOf({ anonymous: name }, 'Viewed', { follows: false }));
  const withToken = (user: string, name: string, at: Shop) => {
    const event = eventOf({ user, anonymous: name }, 'Viewed');
    const apart = { id: `anonymous:apart:${name}`, kind: 'apart', value: null, otherwise: null };
    const { naming } = event;
    return at.pipeline.submit({
      ...event,
      naming: { ...naming!, aliases: [...naming!.aliases, apart] },
    });
  };

  it('is kept apart from the customer, and taken in with the next token, each time', async () => {
    await page('a1');
    await withToken('u1', 'a1', other);
    expect(await viewsOf('u1')).toEqual({ customerId: 'u1', views: 2 });
    // The token is over.
    await page('a1');
    expect(offersIn(await page('a1'))).toEqual([]);
    expect(await viewsOf('u1')).toEqual({ customerId: 'u1', views: 2 });
    expect(await viewsOf('anonymous:apart:a1')).toEqual({
      customerId: 'anonymous:apart:a1',
      views: 2,
    });
    const third = openShop(connection, keys);
    expect(offersIn(await withToken('u1', 'a1', third))).toMatchObject([{ offers: ['gift'] }]);
    expect(await viewsOf('u1')).toEqual({ customerId: 'u1', views: 5 });
    // And begins anew.
    await page('a1');
    expect(await viewsOf('anonymous:apart:a1')).toEqual({
      customerId: 'anonymous:apart:a1',
      views: 1,
    });
    await withToken('u1', 'a1', openShop(connection, keys));
    expect(await viewsOf('u1')).toEqual({ customerId: 'u1', views: 7 });
    expect((await stateOf('u1')).links.map(({ id }) => id)).toEqual(['anonymous:a1']);
  });
});

describe('a name that somebody frees', () => {
  it('is the next one’s, and never the first one’s by itself', async () => {
    const phone = { phone: '+8613800138000' };
    await view({ user: 'u1', ...phone });
    const name = nameOf('phone', phone.phone);
    expect(await shop.customers.unlink('u1', name)).toEqual({ kind: 'unlinked', customerId: 'u1' });
    expect(await shop.customers.unlink('u1', name)).toEqual({ kind: 'not_linked' });
    expect(await shop.customers.unlink('u1', 'u1')).toEqual({ kind: 'own_id' });
    expect(await shop.customers.unlink('nobody', name)).toEqual({ kind: 'unknown' });
    await view({ user: 'u1', ...phone });
    expect(await rowsTagged('x')).toMatchObject([{ to_id: 'u1', reason: 'taken_apart' }]);
    await view({ user: 'u2', ...phone }, other);
    expect(await viewsOf(name)).toEqual({ customerId: 'u2', views: 1 });
  });
});

describe('a state that cannot be read', () => {
  it('refuses its own calls for good, and takes along nobody', async () => {
    await view({ user: 'u1' });
    await view({ anonymous: 'a1' });
    const key = keys.customer(partitionOf('anonymous:a1', keys.partitions), 'anonymous:a1');
    const value = (await admin.getBuffer(key))!;
    await admin.set(key, value.subarray(0, value.length - 5));
    for (const at of [shop, other]) at.states.evict('anonymous:a1');
    expect(await view({ anonymous: 'a1' })).toMatchObject({
      kind: 'refused',
      code: 'unreadable_customer',
    });
    expect(await view({ user: 'u1', anonymous: 'a1' })).toMatchObject({ kind: 'done' });
    expect(await rowsTagged('x')).toMatchObject([
      { from_id: 'anonymous:a1', reason: 'unreadable' },
    ]);
    expect(await viewsOf('u1')).toEqual({ customerId: 'u1', views: 2 });
    await expect(other.customers.merge('u1', 'anonymous:a1')).rejects.toThrow(Unreadable);
    // Nor is a customer kept back by what was kept apart of a page.
    const apart = { id: 'anonymous:apart:a1', kind: 'apart', value: null, otherwise: null };
    const apartKey = keys.customer(partitionOf(apart.id, keys.partitions), apart.id);
    await admin.set(apartKey, value.subarray(0, value.length - 5));
    const event = eventOf({ user: 'u1' }, 'Viewed');
    const naming = { ...event.naming!, aliases: [apart] };
    expect(await other.pipeline.submit({ ...event, naming })).toMatchObject({ kind: 'done' });
    expect(await admin.getBuffer(key)).toEqual(value.subarray(0, value.length - 5));
  });
});

/** Rows of the ledger with a tag. */
async function rowsTagged(tag: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let partition = 0; partition < keys.partitions; partition++) {
    const records = await admin.xrange(keys.partition(partition).ledger, '-', '+');
    for (const [, [, record]] of records as [string, [string, string]][]) {
      for (const line of record.split('\n').slice(1)) {
        if (line[0] === tag) rows.push(JSON.parse(line.slice(1)));
      }
    }
  }
  return rows;
}
