// Streams of two gateways over one Redis: who is sent what, with clients as they are published.

import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KeyKind } from '../../src/gateway/keys/key-kinds.ts';
import { type KeyOptions, NO_OPTIONS } from '../../src/gateway/keys/key-options.ts';
import { type KeyStore, openKeyStore } from '../../src/gateway/keys/key-store.ts';
import { partitionOf } from '../../src/model/hash.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type ComposedGateways, composeGateways, type Json } from '../support/composed-gateways.ts';
import { type Listening, listen, listenBySocket } from './listening.ts';

const CATALOG = `
catalog: streams
consent: { marketing: { default: granted } }
features:
  views: { count: Viewed }
triggers:
  viewed: { on: Viewed, decide: [popup, banner] }
  flooded: { on: Flooded, decide: [long] }
offers:
  gift: { treatments: { popup: { views: "{{ views }}" }, banner: {} } }
  text: { treatments: { long: { text: "${'x'.repeat(40_000)}" } } }
placements:
  popup: { channel: web, consent: marketing }
  banner: { channel: web, when: "views < 1000" }
  long: { channel: web }
channels:
  web: stream
`;

const KEY = 'write-key-of-the-test';
const PARTITIONS = 4;
const keys = new Keys('proffer:', PARTITIONS);
let all: ComposedGateways;
let store: KeyStore;
let redis: RedisConnection;
const listenings: Listening[] = [];
beforeAll(async () => {
  all = await composeGateways(CATALOG, 2, {
    PROFFER_PARTITIONS: String(PARTITIONS),
    PROFFER_STREAMS_MAX: '80',
  });
  store = await openKeyStore({ url: all.redisUrl, prefix: 'proffer:', deadlineMs: 5_000 });
  redis = openConnection({ url: all.redisUrl, deadlineMs: 5_000 });
  await redis.ready();
});
afterAll(async () => {
  for (const one of listenings) one.close();
  redis?.close();
  await store?.close();
  await all?.stop();
});

const open = (gateway: number, asked: Record<string, string>, how = listen) => {
  const one = how(all.gateways[gateway]!.url, { key: KEY, ...asked });
  listenings.push(one);
  return one;
};
/** Open, and with all that there was. */
const opened = async (gateway: number, asked: Record<string, string>, how = listen) => {
  const one = open(gateway, asked, how);
  await expect.poll(() => one.opened).toBe(1);
  return one;
};
const track = async (gateway: number, event: string, who: object): Promise<Json[]> =>
  (await all.gateways[gateway]!.post('/v1/track', { ...who, event })).decisions;
const view = (gateway: number, userId: string) => track(gateway, 'Viewed', { userId });
const ids = (decisions: readonly Json[]) => decisions.map(({ delivery }) => delivery.deliveryId);
const heardIds = ({ heard }: Listening) => heard.map(({ id }) => id);
const make = async (kind: KeyKind, options: Partial<KeyOptions> = {}) =>
  (await store.create('k', kind, Date.now(), { ...NO_OPTIONS, ...options })).secret;

/** The rows of `deliveries` that a customer's partition has, by delivery. */
async function rowsOf(customerId: string): Promise<Json[]> {
  const { ledger } = keys.partition(partitionOf(customerId, PARTITIONS));
  const records = (await redis.call('xrange', [ledger, '-', '+'])) as [Buffer, Buffer[]][];
  return records
    .map(([, fields]) => /\nv(\{.*\})/.exec(fields[1]!.toString())?.[1])
    .filter((row) => row !== undefined)
    .map((row) => JSON.parse(row))
    .filter((row) => row.customer_id === customerId);
}

it('sends what an event decides at one gateway to the streams of another, with one row each', async () => {
  const here = await opened(0, { userId: 'u1' });
  const there = await opened(1, { userId: 'u1' }, listenBySocket);
  const others = await opened(1, { userId: 'u2' });
  const decisions = await view(0, 'u1');
  expect(decisions.length).toBe(2);
  await expect.poll(() => heardIds(here)).toEqual(ids(decisions));
  await expect.poll(() => heardIds(there)).toEqual(ids(decisions));
  expect(here.heard[0]!.decision).toEqual(decisions[0]);
  expect(there.heard[1]!.decision).toEqual(decisions[1]);
  await expect
    .poll(async () => (await rowsOf('u1')).map((row) => [row.delivery_id, row.status, row.attempt]))
    .toEqual(ids(decisions).map((id) => [id, 'sent', 1]));
  const { outbox } = keys.partition(partitionOf('u1', PARTITIONS));
  expect(await redis.call('hlen', [outbox])).toBe(0);
  expect(others.heard).toEqual([]);
});

it('sends again what was lost with a connection on which nothing had arrived', async () => {
  const [first] = ids(await view(0, 'u12'));
  const answer = await fetch(`${all.gateways[1]!.url}/v1/stream?userId=u12&key=${KEY}`);
  let text = '';
  const reader = answer.body!.getReader();
  while (!text.includes(first!)) text += Buffer.from((await reader.read()).value!).toString();
  await reader.cancel();
  await expect.poll(async () => (await rowsOf('u12')).length).toBe(2);
  // As if it had lost all but the beginning.
  const mark = /^id: (at_.*)$/m.exec(text)![1]!;
  const again = await opened(0, { userId: 'u12', lastEventId: mark });
  await expect.poll(() => heardIds(again)[0]).toBe(first);
  const late = await opened(0, { userId: 'u12', lastEventId: 'at_999999999999999-0' });
  const [next] = ids(await view(0, 'u12'));
  await expect.poll(() => heardIds(late)[0]).toBe(next);
});

it('keeps what nobody has had, and what came after the last that somebody has had', async () => {
  const [first, second] = ids(await view(0, 'u3'));
  const one = await opened(1, { userId: 'u3' });
  await expect.poll(() => heardIds(one)).toEqual([first, second]);
  await expect.poll(async () => (await rowsOf('u3')).length).toBe(2);
  const resumed = await opened(0, { userId: 'u3', lastEventId: first });
  await expect.poll(() => heardIds(resumed)).toEqual([second]);
  // As without an id: nothing is left that nobody has had.
  const forged = ['dlv_none', 'x'.repeat(300), '*', '0-0', '\u{1f600}'];
  const others = forged.map((lastEventId) => open(0, { userId: 'u3', lastEventId }));
  others.push(open(0, { userId: 'u3' }));
  await expect.poll(() => others.map((other) => other.opened)).toEqual(others.map(() => 1));
  const more = ids(await view(1, 'u3'));
  for (const other of others) await expect.poll(() => heardIds(other)).toEqual(more);
  await expect.poll(() => heardIds(one)).toEqual([first, second, ...more]);
});

it('looks at consent and at the placement again before it sends', async () => {
  const decisions = await view(0, 'u4');
  const context = { consent: { categoryPreferences: { marketing: false } } };
  await all.gateways[0]!.post('/v1/identify', { userId: 'u4', context });
  const one = await opened(1, { userId: 'u4' });
  await expect.poll(() => heardIds(one)).toEqual([ids(decisions)[1]]);
  await expect
    .poll(async () => (await rowsOf('u4')).map((row) => [row.status, row.reason, row.attempt]))
    .toEqual([
      ['suppressed', 'no_consent', 0],
      ['sent', '', 1],
    ]);
});

it('follows a visitor who logs in, with the key of a server', async () => {
  const one = await opened(1, { anonymousId: 'a5' });
  const [first] = ids(await track(0, 'Viewed', { anonymousId: 'a5' }));
  await expect.poll(() => heardIds(one)).toContain(first);
  await all.gateways[0]!.post('/v1/identify', { anonymousId: 'a5', userId: 'u5' });
  const later = ids(await view(0, 'u5'));
  // Within the time of a heartbeat.
  await expect
    .poll(() => heardIds(one), { timeout: 25_000 })
    .toEqual(expect.arrayContaining(later));
});

it('gives a page what is its visitor’s, and with a token what is the customer’s', async () => {
  const key = await make('browser');
  const tokenFor = async (userId: string) =>
    (await all.gateways[0]!.post('/v1/tokens', { userId, ttl: '1h' })).customerToken;
  await all.gateways[0]!.post('/v1/identify', { anonymousId: 'a6', userId: 'u6' });
  const visitor = await opened(0, { key, anonymousId: 'a6' });
  const other = await opened(0, { key, anonymousId: 'a7' });
  const customer = await opened(0, { key, customerToken: await tokenFor('u6') });
  const decisions = await track(1, 'Viewed', { userId: 'u6', anonymousId: 'a6' });
  await expect.poll(() => heardIds(customer)).toEqual(ids(decisions));
  const others = await track(1, 'Viewed', { anonymousId: 'a7' });
  await expect.poll(() => heardIds(other)).toEqual(ids(others));
  expect(visitor.heard).toEqual([]);

  const token = await tokenFor('u6');
  const refused = async (asked: Record<string, string>) => {
    const url = `${all.gateways[0]!.url}/v1/stream?${new URLSearchParams({ key, ...asked })}`;
    const answer = await fetch(url, { headers: { origin: 'https://shop.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    const { error } = (await answer.json()) as Json;
    return [answer.status, error.code];
  };
  expect(await refused({ userId: 'u6' })).toEqual([403, 'key_not_allowed']);
  expect(await refused({ userId: 'u7', customerToken: token })).toEqual([403, 'key_not_allowed']);
  expect(await refused({ customerToken: `${token}x` })).toEqual([401, 'invalid_token']);
  expect(await refused({ customerToken: 'c1.1.1.1.1' })).toEqual([401, 'invalid_token']);
  expect(await refused({})).toEqual([400, 'invalid_request']);
  expect(await refused({ anonymousId: 'x'.repeat(600) })).toEqual([400, 'invalid_request']);
  for (const kind of ['staff', 'analyst', 'catalog'] as const) {
    const asked = { key: await make(kind), userId: 'u6' };
    expect([kind, ...(await refused(asked))]).toEqual([kind, 403, 'key_not_allowed']);
  }
  expect(await refused({ key: 'no-such-key', userId: 'u6' })).toEqual([401, 'unknown_key']);
  expect(await refused({ key: '', userId: 'u6' })).toEqual([401, 'missing_key']);
  const socket = open(0, { key, userId: 'u6' }, listenBySocket);
  await expect.poll(() => socket.refused).toBe(403);
});

it('gives a device what is decided for its placements', async () => {
  const key = await make('device', { placements: new Set(['banner']) });
  const till = await opened(0, { key, userId: 'u8' });
  const [, banner] = ids(await view(1, 'u8'));
  await expect.poll(() => heardIds(till)).toEqual([banner]);
  // The other waits for somebody whom it is for.
  await expect.poll(async () => (await rowsOf('u8')).length).toBe(1);
  const page = await opened(1, { userId: 'u8' });
  await expect.poll(() => page.heard.map(({ decision }) => decision.placement)).toEqual(['popup']);
});

it('goes on when its connection to Redis was cut', async () => {
  const one = await opened(0, { userId: 'u14' });
  const before = ids(await view(1, 'u14'));
  await expect.poll(() => heardIds(one)).toEqual(before);
  for (const node of redis.masters()) await node.call('client', ['kill', 'type', 'normal']);
  const after: string[] = [];
  const tell = async () => {
    after.push(...ids((await view(1, 'u14')) ?? []));
    return after.length;
  };
  await expect.poll(tell).toBe(2);
  await expect.poll(() => heardIds(one)).toEqual([...before, ...after]);
  await expect
    .poll(async () => (await rowsOf('u14')).map(({ status }) => status))
    .toEqual(Array.from({ length: 4 }, () => 'sent'));
});

it('tells who does not read that something was left out, and goes on with the latest', async () => {
  const port = Number(new URL(all.gateways[0]!.url).port);
  const slow = connect(port, '127.0.0.1');
  slow.pause();
  let text = '';
  slow.on('data', (data) => {
    text += data;
  });
  slow.write(`GET /v1/stream?userId=u9&key=${KEY} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const socket = await opened(0, { userId: 'u10' }, listenBySocket);
  const { outbox } = keys.partition(partitionOf('u9', PARTITIONS));
  const waiting = async () => Number(await redis.call('hlen', [outbox]));
  // Until kernel and gateway hold all that they may: what is not taken stays in the outbox.
  const others = await waiting();
  let last = '';
  for (let isTaken = true; isTaken; ) {
    const events = Array.from({ length: 16 }, () => track(0, 'Flooded', { userId: 'u9' }));
    for (const decisions of await Promise.all(events)) last = ids(decisions)[0];
    isTaken = await expect
      .poll(waiting, { timeout: 8_000 })
      .toBe(others)
      .then(() => true)
      .catch(() => false);
  }
  await view(0, 'u10');
  await expect.poll(() => socket.heard.length).toBe(2);
  slow.resume();
  await expect.poll(() => text).toContain('event: gap\ndata: {}\n\n');
  await expect.poll(() => text).toContain(`id: ${last}`);
  const told = text.match(/^id: .*$/gm)!;
  expect(new Set(told).size).toBe(told.length);
  slow.destroy();
});

it('has room for so many of one customer, and for so many in all', async () => {
  const url = `${all.gateways[1]!.url}/v1/stream?key=${KEY}&userId=`;
  const ends: AbortController[] = [];
  // An answer that nobody holds is collected, and its stream ends with it.
  const held: Response[] = [];
  const begin = async (userId: string) => {
    const end = new AbortController();
    ends.push(end);
    const answer = await fetch(url + userId, { signal: end.signal });
    held.push(answer);
    return answer;
  };
  const first = await begin('u11');
  for (let i = 0; i < 31; i++) expect((await begin('u11')).status).toBe(200);
  const reader = first.body!.getReader();
  expect(String(Buffer.from((await reader.read()).value!))).toMatch(/^retry: 2000\n\n/);
  expect((await begin('u11')).status).toBe(200);
  // After what it was still sent: its mark, a heartbeat.
  while (!(await reader.read()).done);
  let refused: Response | null = null;
  for (let i = 0; refused === null && i < 80; i++) {
    const answer = await begin(`u12-${i}`);
    if (answer.status !== 200) refused = answer;
  }
  expect([refused!.status, refused!.headers.get('retry-after')]).toEqual([503, '5']);
  for (const end of ends) end.abort();
  await expect.poll(async () => (await begin('u13')).status).toBe(200);
  ends.at(-1)!.abort();
});
