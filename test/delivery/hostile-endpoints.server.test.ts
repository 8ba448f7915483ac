// Endpoints that never answer, say too much, lead elsewhere, or are not what they were: each costs its own
// channel something, and no other anything.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { RedisOfFile } from '../timers/redis-of-file.ts';
import { DeliveryShop, type ShopOptions } from './delivery-shop.ts';
import { Endpoint, webhook } from './endpoint.ts';

const redis = new RedisOfFile();
let endpoint: Endpoint;
let other: Endpoint;
let shop: DeliveryShop;
beforeEach(async () => {
  endpoint = await Endpoint.open();
  other = await Endpoint.open();
});
afterEach(async () => {
  await shop.close();
  endpoint.close();
  other.close();
});

/** What is said of one delivery's first attempt. */
async function firstReason(url: string, options: ShopOptions = {}, over = {}): Promise<string> {
  shop = new DeliveryShop(redis.connection, webhook(url, over), options);
  await shop.send('u1');
  const row = await shop.work('its row', async () => (await shop.rows())[0]);
  return row.status === 'sent' ? 'sent' : row.reason;
}
const REFUSING = { config: { PROFFER_WEBHOOK_PRIVATE: 'refuse' } };
const accepting = 'true';

it('one that never answers is a timeout', async () => {
  endpoint.answering = () => {};
  expect(await firstReason(endpoint.url, { answerMs: 200 })).toBe('timeout');
});

it('one that sends without end is not read to the end', async () => {
  let closed = false;
  endpoint.answering = (res) => {
    const more = () => {
      while (!closed && res.write(Buffer.alloc(65_536, 32)));
    };
    res.on('close', () => {
      closed = true;
    });
    res.on('drain', more);
    more();
  };
  expect(await firstReason(endpoint.url)).toBe('sent');
  await expect.poll(() => closed).toBe(true);
});

it('one that sends 10 MB where its answer matters is refused', async () => {
  endpoint.answering = (res) => res.end(Buffer.alloc(10 * 1024 * 1024, 32));
  expect(await firstReason(endpoint.url, {}, { success: accepting })).toBe('answer_too_large');
});

it('one that never ends its answer has taken it all the same', async () => {
  endpoint.answering = (res) => void res.write('{');
  expect(await firstReason(endpoint.url, { answerMs: 200 })).toBe('sent');
});

it('a redirect to somewhere private is not followed', async () => {
  endpoint.answering = (res) => res.writeHead(307, { location: other.url }).end();
  expect(await firstReason(endpoint.url)).toBe('http_307');
  expect(other.got).toEqual([]);
});

it('private addresses are refused, however they are written', async () => {
  for (const host of ['127.0.0.1', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
    await redis.flush();
    const url = `http://${host}:${endpoint.port}/`;
    expect([host, await firstReason(url, REFUSING)]).toEqual([host, 'refused_address']);
    await shop.close();
  }
  expect(endpoint.got).toEqual([]);
});

it('a name that leads to a private address at any look-up is refused then', async () => {
  const answers = ['93.184.216.34', '127.0.0.1'];
  let asked = 0;
  const resolve = async () => [{ address: answers[Math.min(asked++, 1)]!, family: 4 }];
  const url = `http://rebinding.example:${endpoint.port}/`;
  // The first goes to an address that nobody answers at here.
  const first = await firstReason(url, { ...REFUSING, resolve, answerMs: 200 });
  expect(first).toMatch(/timeout|connect_failed/);
  expect(asked).toBe(1);
  shop.aheadMs = 7_000;
  await shop.work('the second', async () => (await shop.rows()).length === 2);
  expect((await shop.rows())[1]).toMatchObject({ reason: 'refused_address' });
  expect(asked).toBe(2);
  expect(endpoint.got).toEqual([]);
});

it.each([
  ['nobody listens', () => `http://127.0.0.1:1/`, 'connect_failed'],
  ['there is no TLS', () => `https://127.0.0.1:${endpoint.port}/`, 'tls_failed'],
  ['there is no such name', () => 'http://nowhere.invalid/', 'dns_failed'],
  ['the connection is cut', () => endpoint.url, 'connection_lost'],
])('says in a word that %s', async (_, url, reason) => {
  endpoint.answering = (res) => res.destroy();
  expect(await firstReason(url())).toBe(reason);
});

it('an answer that is no HTTP is said so', async () => {
  endpoint.answering = (res) => res.socket!.end('HTTP/9.9 nonsense\r\n\r\n');
  expect(await firstReason(endpoint.url)).toBe('bad_answer');
});

it('nor is one that goes over to another protocol waited for', async () => {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: x', '', ''];
  endpoint.answering = (res) => res.socket!.write(lines.join('\r\n'));
  expect(await firstReason(endpoint.url)).toBe('bad_answer');
});

it('what is not set is told once, by its name', async () => {
  const over = { secret_env: 'PUSH_SECRET' };
  expect(await firstReason(endpoint.url, { env: { OTHER: 'x' } }, over)).toBe('no_secret');
  shop.aheadMs = 7_000;
  await shop.work('the second', async () => (await shop.rows()).length === 2);
  const told = shop.logged.filter((line) => line.includes('PUSH_SECRET'));
  expect(told).toHaveLength(1);
  expect(endpoint.got).toEqual([]);
});

it.each([
  ['no_url', { url: undefined, url_env: 'URL' }, {}],
  ['no_url', { url: undefined, url_env: 'URL' }, { URL: 'file:///etc/passwd' }],
  ['no_header', { headers_env: { authorization: 'KEY' } }, {}],
  ['bad_request', { url: undefined, url_env: 'URL' }, { URL: 'http://a:%ff@127.0.0.1/' }],
  ['no_header', { headers_env: { x: 'KEY' } }, { KEY: 'a\r\nHost: b' }],
  ['no_secret', { secret_env: 'SECRET' }, { SECRET: 'whsec_%%%' }],
])('%s where %j has %j', async (reason, over, env) => {
  expect(await firstReason(endpoint.url, { env }, over)).toBe(reason);
  expect(shop.logged.join()).not.toContain('passwd');
  expect(endpoint.got).toEqual([]);
});

it('a dead endpoint is left alone but for a probe, and others go on', async () => {
  shop = new DeliveryShop(redis.connection, {
    ...webhook(endpoint.url),
    ...webhook(other.url, {}, 'web'),
  });
  endpoint.answering = (res) => res.writeHead(500).end();
  for (let n = 0; n < 80; n++) await shop.send(`u${n}`);
  const open = async () => (await shop.worker().text()).match(/breaker_open\{channel="push"\} 1/);
  await shop.work('the breaker to open', open);
  await shop.work(
    'what was under way',
    async () => (await shop.rows()).length === endpoint.got.length,
  );
  const before = endpoint.got.length;
  // So many are under way at once, others begin until 20 have failed, and a probe or two.
  expect(before).toBeLessThanOrEqual(32 + 19 + 2);
  await shop.send('u1', 'Viewed');
  await shop.work('the other channel', () => other.got.length === 1);
  // A probe each second, one attempt each; then it takes them again.
  shop.aheadMs = 1_100;
  await shop.work('a probe', () => endpoint.got.length > before);
  expect(endpoint.got.length - before).toBeLessThanOrEqual(2);
  endpoint.answering = (res) => res.end();
  shop.aheadMs = 20_000;
  await shop.work('all of them', async () => (await shop.outbox()).length === 0);
  expect(new Set(endpoint.ids()).size).toBe(80);
});

it('a name that is looked up without end is so once, and other names are meanwhile', async () => {
  const asked: string[] = [];
  const resolve = async (hostname: string) => {
    asked.push(hostname);
    if (hostname === 'dead.example') await new Promise(() => {});
    return [{ address: '127.0.0.1', family: 4 }];
  };
  const dead = webhook(`http://dead.example:${endpoint.port}/`);
  const alive = webhook(`http://shop.example:${other.port}/`, {}, 'web');
  shop = new DeliveryShop(redis.connection, { ...dead, ...alive }, { resolve, answerMs: 200 });
  for (let n = 0; n < 10; n++) await shop.send(`u${n}`);
  await shop.send('u0', 'Viewed');
  await shop.work('all of it', async () => (await shop.rows()).length >= 11);
  expect(other.got).toHaveLength(1);
  expect(asked.sort()).toEqual(['dead.example', 'shop.example']);
});
