import { beforeEach, expect, it } from 'vitest';
import { RedisOfFile } from './redis-of-file.ts';
import { TimedShop } from './timed-shop.ts';

const DAY = 86_400_000;

const CATALOG = `
catalog: shop
features:
  gap: { interval: Order Completed, by: "properties.products[].type" }
triggers:
  refill:
    predict: gap
    lead: 3d
    when: firing.key == 'shampoo'
    decide: app
    offers: [conditioner]
offers: { conditioner: { treatments: { app: { title: "More {{ firing.key }}" } } } }
placements: { app: { channel: app } }
`;

const redis = new RedisOfFile();
let shop: TimedShop;
beforeEach(() => {
  shop = new TimedShop(redis.connection, CATALOG);
});

const buy = (...types: string[]) =>
  shop.send('u1', 'Order Completed', { properties: { products: types.map((type) => ({ type })) } });
const timers = async () =>
  (await shop.state('u1')).timers.map(({ key, dueAtMs }) => [key, dueAtMs - shop.nowMs]);

it('fires when the next purchase is due, so long before; each key by itself', async () => {
  await buy('shampoo', 'soap');
  await shop.pass(30 * DAY);
  await buy('shampoo');
  expect(await timers()).toEqual([]);
  await shop.pass(32 * DAY);
  await buy('shampoo', 'soap');
  expect(await timers()).toEqual([['shampoo', 28 * DAY]]);
  await shop.pass(28 * DAY);
  expect(await shop.rows('firings')).toMatchObject([
    { trigger: 'refill', key: 'shampoo', cause: 'predict', status: 'fired' },
  ]);
  expect(await shop.ask('u1', 'app')).toMatchObject([
    { waiting: true, offers: [{ treatment: { title: 'More shampoo' } }] },
  ]);
  // Once, until the next is bought.
  await shop.pass(200 * DAY);
  expect(await shop.rows('firings')).toHaveLength(1);
});

it('is moved by a new event of the key, and goes where the gaps are too different', async () => {
  for (const days of [0, 20, 20]) {
    await shop.pass(days * DAY);
    await buy('shampoo', 'soap');
  }
  await shop.pass(10 * DAY);
  await buy('shampoo');
  expect(await timers()).toEqual([
    ['soap', 7 * DAY],
    ['shampoo', Math.round((50 / 3) * DAY) - 3 * DAY],
  ]);
  await shop.pass(400 * DAY);
  await buy('soap');
  expect(await timers()).toEqual([]);
});

it('is armed for what customers have bought already when it is published', async () => {
  const without = CATALOG.replace(/triggers:[\s\S]*?(?=offers: \{)/, '').replace(
    'firing.key',
    "'x'",
  );
  shop = new TimedShop(redis.connection, without);
  for (const days of [0, 20, 20]) {
    await shop.pass(days * DAY);
    await buy('shampoo');
  }
  shop.publish(CATALOG);
  await shop.visit();
  expect(await timers()).toEqual([['shampoo', 17 * DAY]]);
  shop.publish(`${CATALOG}currency: CNY\n`);
  await shop.send('u1', 'Seen');
  expect(await timers()).toEqual([['shampoo', 17 * DAY]]);
});
