// What docs/bad-input.md says of times that nobody means, beside a real Redis.

import { beforeEach, expect, it } from 'vitest';
import { RedisOfFile } from './redis-of-file.ts';
import { TimedShop } from './timed-shop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CATALOG = `
catalog: shop
features: { last: { last: Visited } }
segments: { away: since(last) >= duration('10d') }
triggers:
  open: { on: Filed, per: properties.ticket, after: 1h, decide: app }
  left: { enter: away, decide: app }
offers: { o: { treatments: { app: { title: "{{ firing.key }}" } } } }
placements: { app: {} }
`;

const redis = new RedisOfFile();
let shop: TimedShop;
beforeEach(() => {
  shop = new TimedShop(redis.connection, CATALOG);
});

const file = (ticket: string) => shop.send('u1', 'Filed', { properties: { ticket } });
const statuses = async () => (await shop.rows('firings')).map(({ key, status }) => [key, status]);

it('of 300 timers the 256 that are due first stay, and each event is taken', async () => {
  for (let i = 0; i < 300; i++) {
    await file(`t${i}`);
    shop.nowMs += 10;
  }
  const { timers, records } = await shop.state('u1');
  expect([timers.length, records]).toEqual([256, 300]);
  expect(timers.map(({ key }) => key)).toEqual(Array.from({ length: 256 }, (_, i) => `t${i}`));
  await shop.pass(HOUR);
  expect(await shop.rows('firings')).toHaveLength(256);
  expect((await shop.state('u1')).waiting).toHaveLength(64);
});

it('a clock that is set forth by a day misses what was due in it, and back, waits for its time', async () => {
  await file('before');
  await shop.pass(DAY);
  expect(await statuses()).toEqual([['before', 'missed']]);
  // Of who is new since then nothing is known of another time.
  shop.nowMs -= DAY;
  await shop.send('u2', 'Filed', { properties: { ticket: 'new' } });
  await shop.pass(HOUR);
  expect(await statuses()).toContainEqual(['new', 'fired']);
  // The customer's own time does not go back.
  await file('after');
  await shop.pass(HOUR);
  expect(await statuses()).toContainEqual(['after', 'missed']);
});

it('a clock that is set back by a day lets everything come a day later', async () => {
  await file('t1');
  shop.nowMs -= DAY;
  await shop.work();
  expect(await shop.rows('firings')).toEqual([]);
  await shop.pass(DAY + HOUR);
  expect(await statuses()).toEqual([['t1', 'fired']]);
});

it('a catalog that is published every second visits customers for what is new in it', async () => {
  for (let i = 0; i < 5; i++) await shop.send(`u${i}`, 'Visited');
  await shop.visit();
  for (let n = 0; n < 10; n++) {
    shop.publish(`${CATALOG}# ${n}\n`);
    shop.nowMs += 1_000;
    await shop.visit();
    await shop.work();
  }
  await shop.pass(10 * DAY);
  const fired = (await shop.rows('firings')).filter(({ trigger }) => trigger === 'left');
  expect(fired.map(({ customer_id, status }) => [customer_id, status]).sort()).toEqual(
    [0, 1, 2, 3, 4].map((i) => [`u${i}`, 'fired']),
  );
});
