// examples/moments beside the whole service, as somebody tries it: an event is sent, time passes, and a
// placement is asked for. One service for all.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOfAnswer } from '../support/openapi-check.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

let proffer: ProfferProcess;
beforeAll(async () => {
  proffer = await startProffer({ PROFFER_CATALOG: 'examples/moments' });
});
afterAll(() => proffer?.dispose());

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
type Json = any;

async function call(method: string, path: string, body?: object): Promise<Json> {
  const key = method === 'GET' ? proffer.adminKey : proffer.writeKey;
  const { status, body: json } = await proffer.request(method, path, {
    key,
    ...(body !== undefined && { body }),
  });
  const shown = { status, contentType: 'application/json', json };
  expect(faultsOfAnswer(method, path, shown)).toEqual([]);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(json)}`);
  return json;
}

const send = (userId: string, event: string, properties: object = {}) =>
  call('POST', '/v1/track', { userId, event, properties });

const ask = async (userId: string, placement: string): Promise<Json> => {
  const { decisions } = await call('POST', '/v1/decide', { userId, placements: [placement] });
  return decisions[0];
};

const customer = (userId: string) => call('GET', `/v1/customers/${userId}`);

async function sql(query: string): Promise<string[]> {
  const answer = await fetch(`${proffer.sqlUrl}/`, {
    method: 'POST',
    headers: { 'X-ClickHouse-Key': proffer.adminKey },
    body: query,
  });
  return (await answer.text()).trim().split('\n');
}

const IN_TIME = { timeout: 30_000, interval: 100 };

/** The rows of one customer's firings, once they are there. */
const firings = (userId: string) =>
  sql(
    `SELECT trigger, cause, status FROM firings WHERE customer_id = '${userId}' ORDER BY trigger`,
  );

it('tells what is armed, what waits, and what an answer spent', async () => {
  await send('cart', 'Product Added', { product_id: 'p9', name: 'P9' });
  const armed = await customer('cart');
  expect(armed.timers).toMatchObject([{ trigger: 'cart_abandoned', key: null }]);
  const dueMs = Date.parse(armed.timers[0].dueAt);
  await expect
    .poll(async () => (await customer('cart')).waiting, IN_TIME)
    .toMatchObject([{ trigger: 'cart_abandoned', key: null, placement: 'app_push' }, {}]);
  const { timers, waiting } = await customer('cart');
  expect(timers.map((timer: Json) => timer.trigger)).not.toContain('cart_abandoned');
  expect(Date.parse(waiting[0].firedAt)).toBeGreaterThanOrEqual(dueMs);
  expect(await ask('cart', 'app_push')).toMatchObject({
    ...{ trigger: 'cart_abandoned', waiting: true, placement: 'app_push' },
    offers: [{ offerId: 'cart_reminder', treatment: { title: 'P9 is still in your cart' } }],
  });
  // One of the two placements has answered for both.
  expect((await customer('cart')).waiting).toEqual([]);
  for (const placement of ['app_push', 'sms']) {
    expect(await ask('cart', placement)).toMatchObject({ trigger: null, offers: [] });
  }
  await expect.poll(() => firings('cart'), IN_TIME).toEqual(['cart_abandoned\tabsence\tfired']);
});

it('fires by itself what is waited for, and nothing that was cancelled', async () => {
  await send('buyer', 'Product Added', { product_id: 'p9', name: 'P9' });
  await send('buyer', 'Order Completed', { order_id: 'o1', product_id: 'p9', total: 699 });
  await send('caller', 'Complaint Filed', { ticket_id: 't1' });
  await send('caller', 'Complaint Filed', { ticket_id: 't2' });
  await send('caller', 'Complaint Resolved', { ticket_id: 't1' });
  // Eight seconds of silence: the cart would have been due long before.
  await expect
    .poll(async () => (await ask('buyer', 'sms')).offers, IN_TIME)
    .toMatchObject([{ offerId: 'miss_you' }]);
  await expect.poll(() => firings('buyer'), IN_TIME).toEqual(['win_back\tenter\tfired']);
  expect(await ask('caller', 'staff_task')).toMatchObject({
    ...{ trigger: 'complaint_open', waiting: true },
    offers: [{ offerId: 'call_back', treatment: { ticket: 't2' } }],
  });
  await expect.poll(() => firings('caller'), IN_TIME).toEqual(['complaint_open\tabsence\tfired']);
});

describe('what somebody buys again and again', () => {
  it('is known to run out', async () => {
    const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString();
    for (const ago of [8, 4, 0]) {
      await call('POST', '/v1/track', {
        ...{ userId: 'regular', event: 'Order Completed', timestamp: at(ago) },
        properties: { order_id: `o${ago}`, product_id: 'tea' },
      });
    }
    expect((await customer('regular')).timers).toMatchObject([
      { trigger: 'refill', key: 'tea' },
      {},
    ]);
    await expect
      .poll(async () => (await ask('regular', 'app_push')).offers, IN_TIME)
      .toMatchObject([{ offerId: 'once_more', treatment: { title: 'tea is running out' } }]);
    await expect.poll(() => firings('regular'), IN_TIME).toContain('refill\tpredict\tfired');
  });
});
