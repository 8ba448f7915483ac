// Decisions leave by webhooks: signed, tried again when they fail, and each with its rows once.

import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RedisOfFile } from '../timers/redis-of-file.ts';
import { DeliveryShop } from './delivery-shop.ts';
import { Endpoint, webhook } from './endpoint.ts';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes....').toString('base64')}`;
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
  const channel = webhook(endpoint.url, { secretEnv: 'PUSH' });
  shop = new DeliveryShop(redis.connection, [channel], { env: { PUSH: SECRET } });
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
