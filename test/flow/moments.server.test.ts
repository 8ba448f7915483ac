// examples/moments beside the whole service, as somebody tries it: an event is sent, time passes, and a
// placement is asked for. One service for all, and all of them wait at the same time.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
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

/** What waits for somebody, as `<trigger> <key>`, once something does: it is not asked for before. */
async function whatWaits(userId: string): Promise<Json[]> {
  const { waiting } = await vi.waitFor(async () => {
    const shown = await customer(userId);
    expect(shown.waiting).not.toEqual([]);
    return shown;
  }, IN_TIME);
  return waiting;
}

/** The rows of one customer's firings, once there are so many. */
async function firings(userId: string, count: number): Promise<readonly string[]> {
  const rows = `SELECT trigger, cause, status FROM firings WHERE customer_id = '${userId}'`;
  return vi.waitFor(async () => {
    const found = await sql(`${rows} ORDER BY trigger`);
    expect(found.filter((row) => row !== '')).toHaveLength(count);
    return found;
  }, IN_TIME);
}

it.concurrent('tells what is armed, what waits, and what an answer spent', async () => {
  await send('cart', 'Product Added', { product_id: 'p9', name: 'P9' });
  // The turn of the year is waited for, too.
  const [armed] = (await customer('cart')).timers;
  expect(armed).toMatchObject({ trigger: 'cart_abandoned', key: null });
  const waiting = await whatWaits('cart');
  expect(waiting.map(({ placement, trigger }: Json) => [placement, trigger])).toEqual([
    ['app_push', 'cart_abandoned'],
    ['sms', 'cart_abandoned'],
  ]);
  expect(Date.parse(waiting[0].firedAt)).toBeGreaterThanOrEqual(Date.parse(armed.dueAt));
  expect((await customer('cart')).timers).toMatchObject([{ trigger: 'new_year' }]);
  expect(await ask('cart', 'app_push')).toMatchObject({
    ...{ trigger: 'cart_abandoned', waiting: true, placement: 'app_push' },
    offers: [{ offerId: 'cart_reminder', treatment: { title: 'P9 is still in your cart' } }],
  });
  // One of the two placements has answered for both.
  expect((await customer('cart')).waiting).toEqual([]);
  for (const placement of ['app_push', 'sms']) {
    expect(await ask('cart', placement)).toMatchObject({ trigger: null, offers: [] });
  }
  expect(await firings('cart', 1)).toEqual(['cart_abandoned\tabsence\tfired']);
});

it.concurrent('fires by time alone, and nothing that was cancelled', async () => {
  await send('buyer', 'Product Added', { product_id: 'p9', name: 'P9' });
  await send('buyer', 'Order Completed', { order_id: 'o1', product_id: 'p9', total: 699 });
  await send('caller', 'Complaint Filed', { ticket_id: 't1' });
  await send('caller', 'Complaint Filed', { ticket_id: 't2' });
  await send('caller', 'Complaint Resolved', { ticket_id: 't1' });
  expect(await whatWaits('caller')).toMatchObject([{ trigger: 'complaint_open', key: 't2' }]);
  expect(await ask('caller', 'staff_task')).toMatchObject({
    ...{ trigger: 'complaint_open', waiting: true },
    offers: [{ offerId: 'call_back', treatment: { ticket: 't2' } }],
  });
  // After eight seconds of silence; the cart would have been due long before.
  expect(await whatWaits('buyer')).toMatchObject([{ trigger: 'win_back' }, {}]);
  expect((await ask('buyer', 'sms')).offers).toMatchObject([{ offerId: 'miss_you' }]);
  expect(await firings('buyer', 1)).toEqual(['win_back\tenter\tfired']);
  expect(await firings('caller', 1)).toEqual(['complaint_open\tabsence\tfired']);
});

it.concurrent('knows what is about to run out', async () => {
  for (const secondsAgo of [6, 3, 0]) {
    const timestamp = new Date(Date.now() - secondsAgo * 1_000).toISOString();
    const properties = { order_id: `o${secondsAgo}`, product_id: 'tea' };
    const order = { userId: 'regular', event: 'Order Completed', timestamp, properties };
    await call('POST', '/v1/track', order);
  }
  expect((await customer('regular')).timers[0]).toMatchObject({ trigger: 'refill', key: 'tea' });
  expect(await whatWaits('regular')).toMatchObject([{ trigger: 'refill', key: 'tea' }]);
  expect((await ask('regular', 'app_push')).offers).toMatchObject([
    { offerId: 'once_more', treatment: { title: 'tea is running out' } },
  ]);
  expect(await firings('regular', 1)).toEqual(['refill\tpredict\tfired']);
});

it.concurrent('does what the README says of it', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, expected, script] = /```sh\n# with examples\/moments → (.+)\n([\s\S]*?)```/.exec(
    readme,
  )!;
  const here = script!.replaceAll(':8080', `:${new URL(proffer.url).port}`);
  const env = { ...process.env, KEY: proffer.writeKey };
  const told = await promisify(execFile)('bash', ['-ec', here], { env, timeout: 30_000 });
  expect(told.stdout).toContain(expected);
});
