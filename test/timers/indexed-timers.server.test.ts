// The index of timers compared with states: who lacks an entry is found, and put in; nobody else is.

import { beforeEach, expect, it } from 'vitest';
import { partitionOf } from '../../src/model/hash.ts';
import { putIntoIndex, withoutEntry } from '../../src/state/indexed-timers.ts';
import { readRecordCounts } from '../../src/state/record-counts.ts';
import { RedisOfFile } from './redis-of-file.ts';
import { keys, TimedShop } from './timed-shop.ts';

const HOUR = 3_600_000;
const CATALOG = `
catalog: shop
features: { views: { count: Viewed, window: 3h } }
segments: { quiet: views == 0 }
triggers:
  cart: { on: Added, unless: Ordered, after: 1h, decide: app }
  silent: { enter: quiet, decide: app }
offers: { gift: { treatments: { app: { title: Gift } } } }
placements: { app: { channel: app } }
`;

const redis = new RedisOfFile();
let shop: TimedShop;
beforeEach(() => {
  shop = new TimedShop(redis.connection, CATALOG);
});

const timersOf = (id: string) => keys.partition(partitionOf(id, keys.partitions)).timers;

async function lacking(ids: readonly string[]): Promise<readonly string[]> {
  const certain = (await withoutEntry(redis.connection, keys, ids)).map(
    ({ customerId }) => customerId,
  );
  const seeming = await readRecordCounts(redis.connection, keys, ids);
  expect(seeming.flatMap((each) => (each.lacksEntry ? each.customerId : []))).toEqual(certain);
  return certain;
}

it('finds whom nobody would come for, and has somebody come', async () => {
  const ids = ['u1', 'u2', 'u3', 'u4', 'nobody'];
  for (const id of ['u1', 'u2', 'u3']) await shop.send(id, 'Added');
  await shop.send('u4', 'Ordered');
  expect(await lacking(ids)).toEqual([]);
  await redis.connection.call('zrem', [timersOf('u1'), 'u1']);
  // Later than what is due, by more than a worker puts anybody off.
  await redis.connection.call('zadd', [timersOf('u2'), String(Date.now() + 24 * HOUR), 'u2']);
  // Earlier is harmless, and so is an entry without a reason.
  await redis.connection.call('zadd', [timersOf('u3'), '1', 'u3']);
  await redis.connection.call('zadd', [timersOf('gone'), '1', 'gone']);
  expect(await lacking(ids)).toEqual(['u1', 'u2']);
  expect(await putIntoIndex(redis.connection, keys, ids)).toBe(2);
  expect(await lacking(ids)).toEqual([]);
  expect(await putIntoIndex(redis.connection, keys, ids)).toBe(0);
  await shop.pass(HOUR);
  expect(await shop.rows('firings')).toHaveLength(3);
  expect(await lacking(ids)).toEqual([]);
});

it('gives no alarm while customers are served', async () => {
  const ids = Array.from({ length: 12 }, (_, i) => `u${i}`);
  let isServing = true;
  const serve = async () => {
    for (let n = 0; n < 12; n++) {
      await Promise.all(ids.map((id) => shop.send(id, n % 3 === 2 ? 'Ordered' : 'Added')));
      await shop.pass(n % 4 === 0 ? HOUR : 1);
    }
    isServing = false;
  };
  const served = serve();
  while (isServing) {
    const found = await withoutEntry(redis.connection, keys, ids);
    expect(found.map(({ customerId }) => customerId)).toEqual([]);
  }
  await served;
});

it('has what is armed after a catalog that waited for nothing', async () => {
  const [looks, nothing] = [CATALOG.replace(/^ {2}cart:.*\n/m, ''), `catalog: shop\n`];
  const arms = CATALOG.replace(/^ {2}silent:.*\n/m, '');
  shop.publish(looks);
  await shop.send('u1', 'Viewed');
  shop.publish(nothing);
  await shop.pass(4 * HOUR);
  shop.publish(arms);
  await shop.send('u1', 'Added');
  expect(await lacking(['u1'])).toEqual([]);
  await shop.pass(HOUR);
  expect(await shop.rows('firings')).toMatchObject([{ trigger: 'cart', status: 'fired' }]);
});
