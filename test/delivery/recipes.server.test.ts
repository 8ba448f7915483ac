// The recipes of examples/channels, as they are shipped: what the real sender sends is what each provider
// takes, and what a provider says in its own way is understood.

import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { listen } from '../streams/listening.ts';
import { composeGateways } from '../support/composed-gateways.ts';
import { RedisOfFile } from '../timers/redis-of-file.ts';
import { Endpoint } from './endpoint.ts';
import { FCM_PATH, Fcm, TextMessages, WECOM_PATH, WeComRobot } from './providers.ts';
import { RECIPES, RecipeShop } from './recipe-shop.ts';

const redis = new RedisOfFile();
const mails: string[] = [];
const smtp = new SMTPServer({
  ...{ disabledCommands: ['STARTTLS'], allowInsecureAuth: true, closeTimeout: 100 },
  onAuth: ({ username, password }, _session, done) =>
    username === 'shop' && password === 'pass'
      ? done(null, { user: username })
      : done(new Error('no')),
  onData(stream, _session, done) {
    let raw = '';
    stream.on('data', (chunk) => {
      raw += chunk;
    });
    stream.on('end', () => {
      mails.push(raw);
      done();
    });
  },
});
let endpoint: Endpoint;
let shop: RecipeShop;
beforeAll(async () => {
  smtp.on('error', () => {});
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  endpoint = await Endpoint.open();
});
beforeEach(() => {
  const url = (path: string) => `http://127.0.0.1:${endpoint.port}${path}`;
  const { port } = smtp.server.address() as AddressInfo;
  shop = new RecipeShop(redis.connection, {
    ...{ FCM_URL: url(FCM_PATH), FCM_AUTHORIZATION: 'Bearer token-of-fcm' },
    ...{ SMS_URL: url('/messages'), SMS_AUTHORIZATION: 'Bearer token-of-sms' },
    ...{ WECOM_URL: url(WECOM_PATH), SMTP_URL: `smtp://shop:pass@127.0.0.1:${port}` },
  });
  endpoint.got.length = 0;
  mails.length = 0;
});
afterEach(() => shop.close());
afterAll(async () => {
  endpoint?.close();
  await new Promise<void>((resolve) => smtp.close(resolve));
});

const told = async () =>
  (await shop.rows()).map(({ channel, status, reason }) => `${channel} ${status} ${reason}`.trim());
const li = { phone: '+8613800138000', email: 'li@example.com', name: 'Li' };

it('fcm.yaml: FCM takes the push, with all that the app needs in it', async () => {
  const fcm = new Fcm('token-of-fcm');
  endpoint.answering = fcm.answering;
  await shop.identify('li', { push_token: 'a-token' });
  await shop.track('li', 'Order Completed', { order_id: 'o1' });
  await shop.work('the row', async () => (await told()).length === 1);
  expect(await told()).toEqual(['push sent']);
  const id = (await shop.rows())[0]!.delivery_id;
  expect(fcm.messages).toEqual([
    {
      token: 'a-token',
      notification: { title: 'Thank you for your order', body: 'o1 is being packed' },
      data: { delivery_id: id, decision_id: id.slice(4), offer_id: 'order_thanks' },
    },
  ]);
});

it('wecom.yaml: no more than the robot takes, however much is decided', async () => {
  const robot = new WeComRobot(() => shop.nowMs);
  endpoint.answering = robot.answering;
  for (let n = 0; n < 24; n++) {
    await shop.track(`c${n}`, 'Complaint Filed', { ticket_id: `t${n}`, about: 'delivery' });
  }
  await shop.work('all of them', async () => {
    shop.aheadMs += 3_000;
    return (await shop.outbox()).length === 0;
  });
  expect(robot.posted).toHaveLength(24);
  expect(robot.posted).toContain('Call back about t7: delivery');
  expect(new Set(await told())).toEqual(new Set(['service_group sent']));
});

it('wecom.yaml: 200 with 45009, as others use the robot too, is tried again', async () => {
  const robot = new WeComRobot(() => shop.nowMs);
  endpoint.answering = robot.answering;
  robot.others(20);
  await shop.track('li', 'Complaint Filed', { ticket_id: 't1', about: 'delivery' });
  await shop.work('the first', async () => (await told()).length === 1);
  expect(await told()).toEqual(['service_group failed not_accepted']);
  await shop.work('the last', async () => {
    shop.aheadMs += 20_000;
    return robot.posted.length === 1 && (await shop.outbox()).length === 0;
  });
  expect((await told()).at(-1)).toBe('service_group sent');
  expect(new Set(endpoint.ids()).size).toBe(1);
});

it('sms.yaml: what is refused, or whose answer is lost, is sent again, and arrives once', async () => {
  const provider = new TextMessages('token-of-sms');
  const lost = new Set<string>();
  endpoint.answering = (res, got, n) => {
    const { reference } = JSON.parse(got.body);
    if (lost.has(reference)) return provider.answering(res, got, n);
    lost.add(reference);
    provider.answering(Object.assign(Object.create(res), silent(res)), got, n);
  };
  provider.busy.add(li.phone);
  shop.becomes('10:00');
  await shop.identify('li', li, true);
  await shop.track('li', 'Product Added', { product_id: 'p9', name: 'P9' });
  await shop.pass(5_000);
  await shop.work('the first', async () => (await told()).length === 1);
  shop.aheadMs += 2_000;
  await shop.work('the second', async () => (await told()).length === 2);
  provider.busy.clear();
  shop.aheadMs += 10_000;
  await shop.work('the third', async () => (await told()).length === 3);
  expect(await told()).toEqual([
    ...['sms failed connection_lost', 'sms failed not_accepted', 'sms sent'],
  ]);
  expect([...provider.sent.values()]).toEqual([{ to: li.phone, text: 'P9 is still in your cart' }]);
});

/** What answers a request by cutting its connection. */
const silent = (res: { destroy(): void }) => ({
  writeHead: () => ({ end: () => res.destroy() }),
});

it('sms.yaml: what night comes over waits for the morning, and for who still agrees', async () => {
  const provider = new TextMessages('token-of-sms');
  endpoint.answering = provider.answering;
  shop.becomes('21:59:50');
  for (const [user, phone] of [
    ['li', '+8613800138000'],
    ['wu', '+8613800138001'],
  ] as const) {
    await shop.identify(user, { phone }, true);
    await shop.track(user, 'Product Added', { product_id: 'p9', name: 'P9' });
  }
  await shop.pass(5_000);
  shop.becomes('22:00:10');
  await shop.work('both to be put off', async () => {
    return (await shop.due('sms')).every((atMs) => atMs > shop.nowMs + 9 * 3_600_000);
  });
  expect(endpoint.got).toEqual([]);
  await shop.identify('wu', {}, false);
  shop.becomes('08:00:01');
  await shop.work('both to end', async () => (await shop.outbox()).length === 0);
  expect((await told()).sort()).toEqual(['sms sent', 'sms suppressed no_consent']);
  expect([...provider.sent.values()]).toEqual([{ to: li.phone, text: 'P9 is still in your cart' }]);
});

it('email.yaml: a mail at night, where no text message may ring', async () => {
  shop.becomes('23:00');
  await shop.identify('li', li, true);
  await shop.track('li', 'Product Added', { product_id: 'p9', name: 'Tea & <Milk>' });
  await shop.pass(5_000);
  await shop.work('the row', async () => (await told()).length === 1);
  expect(await told()).toEqual(['email sent']);
  expect(endpoint.got).toEqual([]);
  const [mail] = mails;
  expect(mail).toMatch(/^From: Shop <shop@example.com>/m);
  expect(mail).toMatch(/^To: li@example.com/m);
  expect(mail).toContain('Subject: Still in your cart: Tea & <Milk>');
  expect(mail).toContain('Hello Li, Tea & <Milk> is still in your cart.');
  expect(mail).toContain('<p>Hello Li, Tea &#38; &#60;Milk&#62; is still in your cart.</p>');
});

it('stream.yaml: the page and the screen of who serves get each their own', async () => {
  const all = await composeGateways('', 1, { PROFFER_CATALOG: RECIPES, PROFFER_PARTITIONS: '4' });
  const [gateway] = all.gateways;
  const page = listen(gateway!.url, { key: 'write-key-of-the-test', userId: 'li' });
  try {
    await expect.poll(() => page.opened).toBe(1);
    await gateway!.post('/v1/identify', { userId: 'li', traits: { name: 'Li' } });
    await gateway!.post('/v1/track', { userId: 'li', event: 'Card Scanned' });
    await expect.poll(() => page.heard.length).toBe(2);
    const shown = page.heard.map(({ decision }) => [
      ...[decision.placement, decision.delivery.channel, decision.offers[0].treatment],
    ]);
    expect(shown).toEqual([
      ['web_popup', 'page', { title: '5 % back in points, today' }],
      ['staff_screen', 'screen', { line: 'Li, 0 orders' }],
    ]);
  } finally {
    page.close();
    await all.stop();
  }
});
