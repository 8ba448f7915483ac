// A channel that has much to send asks for it alone: what is due of the others is looked for as often as
// ever.

import { expect, it } from 'vitest';
import { RedisOfFile } from '../timers/redis-of-file.ts';
import { ALL, DeliveryShop, keys } from './delivery-shop.ts';
import { Endpoint } from './endpoint.ts';

const COUNT = 320;
const LOOK_MS = 100;
const redis = new RedisOfFile();

it('asks for what is due of the channel that has room again, and not of all', async () => {
  const endpoint = await Endpoint.open();
  const idle = new Set(ALL.map((partition) => keys.dueDeliveries(partition, 'idle')));
  let claims = 0;
  const connection = Object.create(redis.connection, {
    call: {
      value(name: string, args: readonly (string | Buffer)[]) {
        // EVALSHA hash number key …: the key that claims name first.
        if (name.startsWith('eval') && idle.has(String(args[2]))) claims++;
        return redis.connection.call(name, args);
      },
    },
  });
  const shop = new DeliveryShop(connection, {
    push: { webhook: { url: endpoint.url } },
    idle: { webhook: { url: endpoint.url } },
  });
  try {
    for (let n = 0; n < COUNT; n++) await shop.send(`u${n}`);
    const startMs = performance.now();
    while (endpoint.got.length < COUNT) await shop.worker().round();
    const looks = (performance.now() - startMs) / LOOK_MS + 2;
    expect(claims).toBeLessThan(looks * ALL.length);
    await shop.work('all to be settled', async () => (await shop.outbox()).length === 0);
  } finally {
    await shop.close();
    endpoint.close();
  }
});
