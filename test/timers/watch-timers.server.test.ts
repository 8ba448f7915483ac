import { expect, it } from 'vitest';
import { WatchTimers } from '../../src/timers/watch-timers.ts';
import { RedisOfFile } from './redis-of-file.ts';
import { keys, TimedShop } from './timed-shop.ts';

const MINUTE = 60_000;
const CATALOG = `
catalog: shop
triggers:
  cart: { on: Added, unless: Ordered, after: 1h, decide: app }
  ticket: { on: Filed, per: properties.ticket, after: 2h, decide: app }
offers: { gift: { treatments: { app: { title: Gift } } } }
placements: { app: { channel: app } }
`;
const ALL = Array.from({ length: keys.partitions }, (_, partition) => partition);
const TURN = { group: 0, isStopping: false };

const redis = new RedisOfFile();

it('who has something due, and for how long the oldest has been', async () => {
  const shop = new TimedShop(redis.connection, CATALOG);
  let core: { nowMs(): number } | null = null;
  const watch = new WatchTimers({ keys, scripts: shop.scripts, core: () => core });
  await shop.send('u1', 'Added');
  await shop.send('u1', 'Filed', { properties: { ticket: 'T' } });
  await shop.send('u2', 'Added');
  await watch.round(ALL, TURN);
  // Without a catalog nobody sees to them.
  expect([watch.pending, watch.lateMs]).toEqual([0, 0]);
  core = { nowMs: () => shop.nowMs };
  await watch.round(ALL, TURN);
  expect([watch.pending, watch.lateMs]).toEqual([2, 0]);
  shop.nowMs += 61 * MINUTE;
  await watch.round(ALL, TURN);
  expect([watch.pending, watch.lateMs]).toEqual([2, MINUTE]);
  await shop.work();
  await watch.round(ALL, TURN);
  expect([watch.pending, watch.lateMs]).toEqual([1, 0]);
  // What is another worker's, that one counts.
  watch.release(ALL);
  expect([watch.pending, watch.lateMs]).toEqual([0, 0]);
});
