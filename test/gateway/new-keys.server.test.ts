// A key that was made a moment ago, at gateways that have not read it yet: two of them, whose rings
// read by themselves as good as never.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { followKeys, type StoredKeyRing } from '../../src/gateway/keys/key-ring.ts';
import { type KeyStore, openKeyStore } from '../../src/gateway/keys/key-store.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type RunningGateway, startTestGateway } from './running-gateway.ts';

const NEVER_MS = 3_600_000;
const EVENT = { userId: 'u', event: 'E' };

let redis: PrivateRedis;
let store: KeyStore;
let rings: StoredKeyRing[] = [];
let gateways: RunningGateway[] = [];
beforeAll(async () => {
  redis = await startPrivateRedis();
  store = await openKeyStore({ url: redis.socket, prefix: 'p:', deadlineMs: 1_000 });
});
afterAll(async () => {
  await store.close();
  await redis.stop();
});
beforeEach(async () => {
  rings = await Promise.all([followKeys(store, NEVER_MS), followKeys(store, NEVER_MS)]);
  gateways = await Promise.all(rings.map((keys) => startTestGateway({ keys })));
  return async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop(0)));
    for (const ring of rings) ring.stop();
  };
});

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

it.each<readonly [string, (gateway: RunningGateway, key: string) => Promise<{ status: number }>]>([
  ['in the head', (g, key) => g.post('/v1/track', EVENT, bearer(key))],
  ['in the body', (g, key) => g.post('/v1/track', { ...EVENT, writeKey: key }, {})],
  [
    'with a body of many chunks',
    (g, key) => {
      const filler = Array.from({ length: 2_000 }, (_, i) => `${'x'.repeat(20)}${i}`);
      const event = { ...EVENT, properties: { filler: filler.slice(0, 900) } };
      return g.post(
        '/v1/batch',
        { batch: Array(12).fill({ type: 'track', ...event }) },
        bearer(key),
      );
    },
  ],
  [
    'with a body that is gzipped',
    (g, key) => {
      const headers = { ...bearer(key), 'content-encoding': 'gzip' };
      return g.post('/v1/track', gzipSync(JSON.stringify(EVENT)), headers);
    },
  ],
  [
    'of a question',
    (g, key) => g.post('/v1/decide', { userId: 'u', placements: ['web_popup'] }, bearer(key)),
  ],
  ['in the path', (g, key) => g.get(`/v1/projects/${key}/settings`)],
])('a new key works at once on every gateway: %s', async (_, ask) => {
  const { secret } = await store.create('new', 'write', 0);
  const answers = await Promise.all(gateways.map((gateway) => ask(gateway, secret)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  // From then on it is known.
  expect(rings.map((ring) => ring.find(secret)?.name)).toEqual(['new', 'new']);
});

it('a new key may do what its kind may, and no more', async () => {
  const [first, second] = gateways as [RunningGateway, RunningGateway];
  const { secret } = await store.create('new', 'write', 0);
  expect((await first.get('/v1/customers/u', bearer(secret))).status).toBe(403);
  const admin = await store.create('new admin', 'admin', 0);
  expect((await first.get('/v1/customers/u', bearer(admin.secret))).status).toBe(200);
  expect((await second.post('/v1/track', EVENT, bearer(admin.secret))).status).toBe(200);
  const catalog = await store.create('new catalog', 'catalog', 0);
  expect((await first.get('/v1/customers/u', bearer(catalog.secret))).status).toBe(403);
  const question = { userId: 'u', placements: ['web_popup'] };
  const writes = [
    await second.post('/v1/track', EVENT, bearer(catalog.secret)),
    await second.post(
      '/v1/import',
      { batch: [{ type: 'track', ...EVENT }] },
      bearer(catalog.secret),
    ),
    await second.post('/v1/decide', { ...question, writeKey: catalog.secret }, {}),
    await second.get(`/v1/projects/${catalog.secret}/settings`),
  ];
  expect(writes.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
});

it('what is wrong beside the key is told to keys only', async () => {
  const [gateway] = gateways as [RunningGateway];
  const large = { ...EVENT, properties: { text: 'x'.repeat(600_000) } };
  const brotli = { 'content-encoding': 'br' };
  const statuses = async (secret: string) => [
    (await gateway.post('/v1/batch', { batch: [large] }, bearer(secret))).status,
    (await gateway.post('/v1/track', EVENT, { ...bearer(secret), ...brotli })).status,
    (await gateway.post('/v1/track', 'no JSON', bearer(secret))).status,
    (await gateway.post('/v1/track', EVENT, bearer(secret))).status,
  ];
  expect(await statuses('garbage')).toEqual([401, 401, 401, 401]);
  expect(gateway.rejections).toEqual([]);
  const { secret } = await store.create('new', 'write', 0);
  expect(await statuses(secret)).toEqual([400, 415, 400, 200]);
});

it('a key that was revoked before it was ever met is none', async () => {
  const { secret, key } = await store.create('gone', 'write', 0);
  await store.revoke(key.id, 1);
  for (const gateway of gateways) {
    const answer = await gateway.post('/v1/track', EVENT, bearer(secret));
    expect([answer.status, answer.json.error.code]).toEqual([401, 'unknown_key']);
  }
});

it('while Redis is away a key that may be one is told to come again, not that it is none', async () => {
  const [gateway] = gateways as [RunningGateway];
  await redis.kill();
  try {
    const answers = [
      await gateway.post('/v1/track', EVENT, bearer('may-be-a-key')),
      await gateway.post('/v1/track', { ...EVENT, writeKey: 'may-be-another' }, {}),
      await gateway.get('/v1/customers/u', bearer('may-be-a-third')),
    ];
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(gateway.faults).toEqual([]);
  } finally {
    await redis.restart();
  }
});
