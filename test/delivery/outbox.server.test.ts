// The outbox stays within its bounds: what nobody takes expires, of too many the oldest go, and what was
// given up does not stay for ever. And a stop loses nothing.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryDesk } from '../../src/delivery/delivery-desk.ts';
import { DeliveryScripts } from '../../src/redis/delivery-scripts.ts';
import { OutboxReads } from '../../src/redis/outbox-reads.ts';
import { RedisOfFile } from '../timers/redis-of-file.ts';
import { ALL, DeliveryShop, keys, PARTITIONS } from './delivery-shop.ts';
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
  shop = new DeliveryShop(redis.connection, { web: 'stream' });
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
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url), { config, answerMs: 100 });
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
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
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
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
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
  const rate = '20/m';
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url, { rate }));
  for (let n = 0; n < 3; n++) await shop.send(`u${n}`);
  await shop.work('one', () => endpoint.got.length === 1);
  for (let n = 0; n < 3; n++) await shop.worker(n % 2).round();
  expect(endpoint.got).toHaveLength(1);
  shop.aheadMs = 3_000;
  await shop.work('the next', () => endpoint.got.length === 2);
});

it('a stop waits for what is under way, and begins nothing', async () => {
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
  endpoint.answering = (res) => void setTimeout(() => res.end(), 200);
  await shop.send('u1');
  await shop.work('it to be asked', () => endpoint.got.length === 1);
  await shop.send('u2');
  await shop.worker().round(true);
  expect((await shop.rows()).map(({ status }) => status)).toEqual(['sent']);
  expect(endpoint.got).toHaveLength(1);
});

describe('by hand', () => {
  const desk = () =>
    new DeliveryDesk({
      reads: new OutboxReads(redis.connection, keys),
      scripts: new DeliveryScripts(redis.connection, keys, 1e6),
      partitions: PARTITIONS,
      channels: () => shop.version.deliveries.channels,
      nowMs: () => shop.nowMs,
    });

  it('what failed is listed, and tried again at once, its attempts kept', async () => {
    let status = 410;
    endpoint.answering = (res) => res.writeHead(status).end();
    shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
    const [id] = await shop.send('u1');
    await shop.work('its row', async () => (await shop.rows()).length === 1);
    const [listed] = await desk().list('failed', 10);
    expect(listed).toEqual({
      ...{ deliveryId: id, decisionId: id!.slice(4), customerId: 'u1', placement: 'push' },
      ...{ channel: 'push', trigger: 'cart', attempts: 1, reason: 'http_410' },
      decidedAt: expect.stringMatching(/^2.*Z$/),
      failedAt: new Date((await shop.rows())[0]!.at).toISOString(),
      ...{ nextAttemptAt: null, expiresAt: null },
    });
    // Days later, when the endpoint works again.
    shop.aheadMs = 3 * DAY;
    expect(await desk().retry(id!)).toBe(true);
    const nextAtMs = Date.parse((await desk().list('failed', 10))[0]!.nextAttemptAt!);
    expect(Math.abs(nextAtMs - shop.nowMs)).toBeLessThan(60_000);
    status = 204;
    await shop.work('its second row', async () => (await shop.rows()).length === 2);
    expect((await shop.rows())[1]).toMatchObject({ status: 'sent', attempt: 2 });
    expect(await desk().retry(id!)).toBe(false);
    expect(await desk().list('failed', 10)).toEqual([]);
  });

  it('what failed of a channel that is gone ends, though no worker knows of it any more', async () => {
    endpoint.answering = (res) => res.writeHead(410).end();
    shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
    const [id] = await shop.send('u1');
    await shop.work('its row', async () => (await shop.rows()).length === 1);
    shop.publish(webhook(endpoint.url, {}, 'other'));
    await shop.worker().round();
    shop.aheadMs = 2 * 600_000;
    await shop.worker().round();
    expect(await desk().retry(id!)).toBe(true);
    await shop.worker().round();
    expect(await shop.outbox()).toEqual([]);
    expect(await desk().list('failed', 10)).toEqual([]);
    const rows = (await shop.rows()).map(({ status, reason }) => `${status} ${reason}`);
    expect(rows).toEqual(['failed http_410', 'suppressed channel_gone']);
    expect(await desk().retry(id!)).toBe(false);
  });

  it('a retry while it is being sent changes nothing of its rows', async () => {
    endpoint.answering = (res, _, n) =>
      n === 1 ? res.writeHead(500).end() : void setTimeout(() => res.end(), 200);
    shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
    const [id] = await shop.send('u1');
    await shop.work('its row', async () => (await shop.rows()).length === 1);
    await desk().retry(id!);
    await shop.work('it to be asked', () => endpoint.got.length === 2);
    await desk().retry(id!);
    await shop.worker(1).round();
    await shop.work('the end', async () => (await shop.outbox()).length === 0);
    await shop.worker(1).round(true);
    expect((await shop.rows()).map(({ status }) => status)).toEqual(['failed', 'sent']);
  });

  it('lists what waits, the newest first, and leaves it as it is', async () => {
    shop = new DeliveryShop(redis.connection, { ...webhook(endpoint.url), web: 'stream' });
    const ids: string[] = [];
    for (const event of ['Added', 'Viewed', 'Added']) {
      ids.push(...(await shop.send(`u${ids.length}`, event)));
      shop.aheadMs += 10;
    }
    const pending = await desk().list('pending', 2);
    expect(pending.map(({ deliveryId }) => deliveryId)).toEqual([ids[2], ids[1]]);
    expect(pending[0]).toMatchObject({ attempts: 0, reason: null, failedAt: null });
    // Nobody tries a stream: what it waits for is that somebody connects.
    const [dueMs] = await shop.due('web');
    expect(pending[1]).toMatchObject({
      ...{ channel: 'web', nextAttemptAt: null, expiresAt: new Date(dueMs!).toISOString() },
    });
    expect(pending[0]).toMatchObject({ expiresAt: null, nextAttemptAt: expect.any(String) });
    expect(await desk().list('failed', 2)).toEqual([]);
    const due = await shop.due('web');
    expect(await desk().retry(ids[1]!)).toBe(true);
    expect(await shop.due('web')).toEqual(due);
    expect(await desk().retry('dlv_none')).toBe(false);
  });
});
