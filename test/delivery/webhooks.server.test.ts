// Decisions leave by webhooks: signed, tried again when they fail, and each with its rows once.

import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { partitionOf } from '../../src/model/hash.ts';
import { waitFor } from '../support/conditions.ts';
import { RedisOfFile } from '../timers/redis-of-file.ts';
import { DeliveryShop, keys, PARTITIONS } from './delivery-shop.ts';
import { Endpoint, webhook } from './endpoint.ts';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes....').toString('base64')}`;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
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

it('sends what any verifier of the specification accepts, and says so once', async () => {
  const channel = webhook(endpoint.url, { secret_env: 'PUSH' });
  shop = new DeliveryShop(redis.connection, channel, { env: { PUSH: SECRET } });
  const [id] = await shop.send('u1');
  const sent = await shop.work('its row', async () => (await shop.rows())[0]);
  expect(sent).toMatchObject({ delivery_id: id, status: 'sent', reason: '', attempt: 1 });
  expect(sent).not.toHaveProperty('next_at');
  const { headers, body } = endpoint.got[0]!;
  expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toMatchObject({
    type: 'proffer.decision',
    data: { deliveryId: id, customerId: 'u1', channel: 'push', trigger: 'cart' },
  });
  expect(headers['webhook-id']).toBe(id);
  expect(headers['user-agent']).toMatch(/^proffer\/\d/);
  expect(await shop.outbox()).toEqual([]);
  expect(await shop.due('push')).toEqual([]);
  expect(endpoint.got).toHaveLength(1);
});

it.each([
  [{ PUSH: 'hunter2!' }, 'PUSH is set, but is not whsec_ and base64'],
  [{}, 'PUSH is not set'],
])('says what is wrong with a secret, and never what it is: %j', async (env, why) => {
  const channel = webhook(endpoint.url, { secret_env: 'PUSH' });
  shop = new DeliveryShop(redis.connection, channel, { env });
  await shop.send('u1');
  await shop.work('its row', async () => (await shop.rows()).length === 1);
  expect((await shop.rows())[0]).toMatchObject({ status: 'failed', reason: 'no_secret' });
  expect(shop.logged.join()).toContain(`channel push cannot send: ${why}`);
  expect(shop.logged.join()).not.toContain('hunter2');
});

it('signs with both secrets while one is changed for another', async () => {
  const newer = `whsec_${Buffer.from('the secret that comes next').toString('base64')}`;
  const channel = webhook(endpoint.url, { secret_env: 'PUSH' });
  shop = new DeliveryShop(redis.connection, channel, { env: { PUSH: `${newer} ${SECRET}` } });
  await shop.send('u1');
  await shop.work('its row', async () => (await shop.rows())[0]);
  const { headers, body } = endpoint.got[0]!;
  for (const secret of [newer, SECRET]) {
    new Webhook(secret).verify(body, headers as Record<string, string>);
  }
});

it('tries again what failed, under the same id, and has a row for each attempt', async () => {
  const failing = ['http_500', 'http_503', 'http_302'].entries();
  endpoint.answering = (res) => {
    const [, reason] = failing.next().value ?? [0, 'http_204'];
    res.writeHead(Number(reason.slice(5)), { location: `${endpoint.url}&redirected` }).end();
  };
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
  const [id] = await shop.send('u1');
  for (const attempt of [1, 2, 3]) {
    await shop.work('the row', async () => (await shop.rows()).length === attempt);
    const [dueMs] = await shop.due('push');
    const [row] = (await shop.rows()).slice(-1);
    expect(row).toMatchObject({ status: 'failed', attempt, next_at: dueMs });
    shop.aheadMs = dueMs! - Date.now() + 1;
  }
  await shop.work('the last', async () => (await shop.rows()).length === 4);
  const rows = await shop.rows();
  expect(rows.map(({ status, reason }) => `${status} ${reason}`)).toEqual([
    ...['failed http_500', 'failed http_503', 'failed http_302', 'sent '],
  ]);
  expect(endpoint.ids()).toEqual([id, id, id, id]);
  expect(await shop.outbox()).toEqual([]);
  // A redirect is not followed, and what the URL says is in no row and no log.
  expect(JSON.stringify(rows) + shop.logged.join()).not.toContain('s3cret');
});

it('gives up as others what is of a customer that cannot be read, and others are sent', async () => {
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
  await shop.send('u1');
  const damaged = keys.customer(partitionOf('u1', PARTITIONS), 'u1');
  const value = (await redis.connection.call('get', [damaged])) as Buffer;
  await redis.connection.call('set', [damaged, value.subarray(0, 12)]);
  const [other] = await shop.send('u2');
  await shop.work('both rows', async () => (await shop.rows()).length === 2);
  const failed = (await shop.rows()).find(({ status }) => status === 'failed')!;
  expect(failed).toMatchObject({ reason: 'fault', attempt: 1 });
  expect(await shop.due('push')).toEqual([failed.next_at]);
  shop.aheadMs = DAY;
  await shop.work('the last', async () => (await shop.rows()).length === 3);
  expect((await shop.rows()).at(-1)).not.toHaveProperty('next_at');
  expect(await shop.due('push')).toEqual([]);
  expect(endpoint.ids()).toEqual([other]);
});

it('is as patient as the receiver asks, and gives up at once when it is gone for good', async () => {
  endpoint.answering = (res, _, n) =>
    n === 1 ? res.writeHead(429, { 'retry-after': '900' }).end() : res.writeHead(410).end();
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
  await shop.send('u1');
  await shop.work('the row', async () => (await shop.rows())[0]);
  const [dueMs] = await shop.due('push');
  expect(dueMs! - shop.nowMs).toBeGreaterThan(880_000);
  shop.aheadMs = 900_000;
  await shop.work('the end', async () => (await shop.rows())[1]);
  const [, last] = await shop.rows();
  expect(last).toMatchObject({ status: 'failed', reason: 'http_410', attempt: 2 });
  expect(last).not.toHaveProperty('next_at');
  // It stays, for somebody to try it again.
  expect(await shop.due('push')).toEqual([]);
  expect(await shop.outbox()).toMatchObject([{ attempts: 2, failure: { nextAtMs: null } }]);
});

it('looks at consent, the placement and the channel again before it sends', async () => {
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
  await shop.send('u1');
  await shop.send('u1', 'Closed');
  await shop.work('one', async () => (await shop.rows()).length === 1);
  await shop.send('u2');
  shop.publish({});
  await shop.work('the other', async () => (await shop.rows()).length === 2);
  expect(
    (await shop.rows()).map(({ status, reason, attempt }) => [status, reason, attempt]),
  ).toEqual(
    expect.arrayContaining([
      ['suppressed', 'placement_closed', 0],
      ['suppressed', 'channel_gone', 0],
    ]),
  );
  expect(endpoint.got).toEqual([]);
  expect(await shop.outbox()).toEqual([]);
});

it('ends what is of a channel that was gone before this worker came', async () => {
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
  await shop.send('u1');
  shop.publish(webhook(endpoint.url, {}, 'other'));
  const row = await shop.work('its row', async () => (await shop.rows())[0]);
  expect(row).toMatchObject({ status: 'suppressed', reason: 'channel_gone' });
});

it('puts off what comes due in quiet hours, and nothing of it is used up', async () => {
  endpoint.answering = (res, _, n) => res.writeHead(n === 1 ? 500 : 204).end();
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
  const night = Math.ceil(shop.nowMs / DAY) * DAY + 22 * HOUR;
  shop.aheadMs = night - 60_000 - Date.now();
  await shop.send('u1', 'Called');
  await shop.work('its row', async () => (await shop.rows()).length === 1);
  shop.aheadMs = night - Date.now();
  const morning = night + 10 * HOUR;
  await shop.work('it to be put off', async () => ((await shop.due('push'))[0] ?? 0) >= morning);
  expect(endpoint.got).toHaveLength(1);
  expect(await shop.outbox()).toMatchObject([{ attempts: 1, failure: { reason: 'http_500' } }]);
  shop.aheadMs = (await shop.due('push'))[0]! - Date.now();
  await shop.work('it to be sent', async () => (await shop.rows()).length === 2);
  expect((await shop.rows())[1]).toMatchObject({ status: 'sent', attempt: 2 });
});

it('goes to who the customer is by now', async () => {
  const body = { to: '{{ traits.token }}', id: '{{ delivery.id }}' };
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url, { body }));
  const [id] = await shop.send({ anonymous: 'a' });
  await shop.identify('u1', { token: 'T' });
  await shop.send({ user: 'u1', anonymous: 'a' }, 'Signed In');
  const row = await shop.work('its row', async () => (await shop.rows())[0]);
  expect(row).toMatchObject({ delivery_id: id, status: 'sent' });
  expect(JSON.parse(endpoint.got[0]!.body)).toEqual({ to: 'T', id });
});

it('judges the answer, where the channel says how', async () => {
  endpoint.answering = (res, _, n) => res.end(['{"errcode":7}', 'ok', '{"errcode":0}'][n - 1]);
  const success = 'response.errcode == 0';
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url, { success }));
  await shop.send('u1');
  for (const n of [1, 2, 3]) {
    await shop.work('the row', async () => (await shop.rows()).length === n);
    shop.aheadMs += 7_000;
  }
  const told = (await shop.rows()).map(({ status, reason }) => `${status} ${reason}`);
  expect(told).toEqual(['failed not_accepted', 'failed not_accepted', 'sent ']);
});

it('two workers with the same deliveries leave each its row once', async () => {
  shop = new DeliveryShop(redis.connection, webhook(endpoint.url));
  // Each is due again while the first still waits for its answer.
  const held: ServerResponse[] = [];
  endpoint.answering = (res, _, n) => (n > 8 ? void res.end() : void held.push(res));
  for (let n = 0; n < 8; n++) await shop.send(`u${n}`);
  await shop.work('the first to be asked', () => endpoint.got.length === 8);
  shop.aheadMs = 61_000;
  await waitFor('the other to have sent them', async () => {
    await shop.worker(1).round();
    return (await shop.outbox()).length === 0;
  });
  for (const res of held) res.end();
  await shop.worker().round(true);
  expect(endpoint.got.length).toBe(16);
  expect(new Set(endpoint.ids()).size).toBe(8);
  const rows = await shop.rows();
  expect(rows).toHaveLength(8);
  expect(new Set(rows.map((row) => row.delivery_id)).size).toBe(8);
});
