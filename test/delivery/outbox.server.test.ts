// The outbox stays within its bounds: what nobody takes expires, of too many the oldest go, and what was
// given up does not stay for ever. And a stop loses nothing.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { RedisOfFile } from '../timers/redis-of-file.ts';
import { ALL, DeliveryShop, keys } from './delivery-shop.ts';
import { Endpoint, webhook } from './endpoint.ts';

const DAY = 86_400_000;
const redis = new RedisOfFile();
let endpoint: Endpoint;
let shop: DeliveryShop;
beforeEach(async () => {
  endpoint = await Endpoint.open();
});
afterEach(async () => {
  await shop.close();
  endpoint.close();
});

it('a stream that nobody listens to: expired after ten minutes, not before', async () => {
  shop = new DeliveryShop(redis.connection, [{ kind: 'stream', name: 'web' }]);
  await shop.send('u1', 'Viewed');
  await shop.worker().round();
  expect(await shop.rows()).toEqual([]);
  shop.aheadMs = 601_000;
  const row = await shop.work('its row', async () => (await shop.rows())[0]);
  expect(row).toMatchObject({ status: 'expired', reason: '', attempt: 0, channel: 'web' });
  expect(await shop.outbox()).toEqual([]);
});

it('of too many the oldest are given up, with a row and a count', async () => {
  endpoint.answering = () => {};
  const config = { PROFFER_OUTBOX_MAX: '3' };
  shop = new DeliveryShop(redis.connection, [webhook(endpoint.url)], { config, answerMs: 100 });
  const ids: string[] = [];
  // All of one partition: deliveries of one customer.
  for (let n = 0; n < 6; n++) {
    ids.push(...(await shop.send('u1')));
    shop.aheadMs += 10;
  }
  const full = async () => (await shop.rows()).filter(({ reason }) => reason === 'outbox_full');
  await shop.work('their rows', async () => (await full()).length === 3);
  expect((await full()).map((row) => row.delivery_id)).toEqual(ids.slice(0, 3));
  expect((await full())[0]).toMatchObject({ status: 'failed', attempt: 0 });
  expect(await shop.outbox()).toHaveLength(3);
  const text = await shop.worker().text();
  expect(text).toMatch(/delivery_failures_total\{channel="push",reason="outbox_full"\} 3/);
});

it('what was given up is kept for a week', async () => {
  endpoint.answering = (res) => res.writeHead(410).end();
  shop = new DeliveryShop(redis.connection, [webhook(endpoint.url)]);
  await shop.send('u1');
  await shop.work('its row', async () => (await shop.rows()).length === 1);
  shop.aheadMs = 6.9 * DAY;
  await shop.worker().round();
  expect(await shop.outbox()).toHaveLength(1);
  shop.aheadMs = 7.1 * DAY;
  await shop.work('it to go', async () => (await shop.outbox()).length === 0);
  expect(await shop.rows()).toHaveLength(1);
  const failing = await Promise.all(
    ALL.map((p) => redis.connection.call('zcard', [keys.partition(p).failing])),
  );
  expect(failing).toEqual([0, 0, 0, 0]);
});

it('tells how much waits, and for how long the oldest has', async () => {
  shop = new DeliveryShop(redis.connection, [webhook(endpoint.url)]);
  await shop.worker().round();
  await shop.send('u1');
  await shop.send('u2');
  shop.aheadMs = 30_000;
  await shop.worker().round();
  const text = await shop.worker().text();
  expect(text).toMatch(/proffer_outbox_pending 2/);
  expect(text).toMatch(/proffer_outbox_age_seconds 30\./);
  await shop.work('both', async () => (await shop.outbox()).length === 0);
  const after = await shop.worker().text();
  expect(after).toMatch(/proffer_deliveries_total\{channel="push",status="sent"\} 2/);
  expect(after).toMatch(/proffer_delivery_seconds_count 2/);
});

it('sends no more than the rate of a channel says', async () => {
  const rate = { count: 20, perMs: 60_000 };
  shop = new DeliveryShop(redis.connection, [webhook(endpoint.url, { rate })]);
  for (let n = 0; n < 3; n++) await shop.send(`u${n}`);
  await shop.work('one', () => endpoint.got.length === 1);
  for (let n = 0; n < 3; n++) await shop.worker(n % 2).round();
  expect(endpoint.got).toHaveLength(1);
  shop.aheadMs = 3_000;
  await shop.work('the next', () => endpoint.got.length === 2);
});

it('a stop waits for what is under way, and begins nothing', async () => {
  shop = new DeliveryShop(redis.connection, [webhook(endpoint.url)]);
  endpoint.answering = (res) => void setTimeout(() => res.end(), 200);
  await shop.send('u1');
  await shop.work('it to be asked', () => endpoint.got.length === 1);
  await shop.send('u2');
  await shop.worker().round(true);
  expect((await shop.rows()).map(({ status }) => status)).toEqual(['sent']);
  expect(endpoint.got).toHaveLength(1);
});
