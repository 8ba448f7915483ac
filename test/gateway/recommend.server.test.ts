// Questions for lists: whose they are, what is refused, and what the answer says.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { NO_OPTIONS } from '../../src/gateway/keys/key-options.ts';
import { fixedKeyRing } from '../../src/gateway/keys/key-ring.ts';
import { firstSecrets } from '../../src/gateway/keys/token-secrets.ts';
import { ITEM_ID_BYTES_MAX } from '../../src/model/item.ts';
import { RECOMMEND_LIMIT_MAX, SEEDS_MAX } from '../../src/model/recommending.ts';
import { faultsOfAnswer } from '../support/openapi-check.ts';
import { type Answer, key, type RunningGateway, startTestGateway } from './running-gateway.ts';

const bound = { ...NO_OPTIONS, placements: new Set(['slot']) };
let gateway: RunningGateway;
beforeAll(async () => {
  const keys = {
    ...{ w: key('w', 'write'), b: key('b', 'browser'), a: key('a', 'admin') },
    bound: { ...key('bound', 'browser'), options: bound },
  };
  gateway = await startTestGateway({ keys: fixedKeyRing(keys, firstSecrets(0)) });
});
afterAll(() => gateway.stop(0));
beforeEach(() => {
  gateway.recommended.length = 0;
});

async function ask(body: object, secret = 'w'): Promise<Answer> {
  const asked = { recommender: 'r', ...body };
  const answer = await gateway.post('/v1/recommend', asked, { authorization: `Bearer ${secret}` });
  const contentType = answer.headers.get('content-type') ?? '';
  expect(faultsOfAnswer('POST', '/v1/recommend', { ...answer, contentType })).toEqual([]);
  return answer;
}

it('asks for whom the call names, as they are named', async () => {
  await ask({ userId: 'u1', seed: 'p9', limit: 3, context: { channel: 'app' } });
  await ask({ userId: 7, seed: ['p9', 12_345], context: [] });
  await ask({ anonymousId: 'a1', seed: Array.from({ length: 600 }, (_, i) => `p${i}`) });
  const [named, number, visitor] = gateway.recommended;
  expect(named).toMatchObject({
    ...{ customerId: 'u1', follows: true, record: true },
    request: {
      ...{ userId: 'u1', anonymousId: null, recommender: 'r', seed: ['p9'], limit: 3 },
      ...{ context: { channel: 'app' }, explain: false },
    },
  });
  expect(number).toMatchObject({
    customerId: '7',
    request: { seed: ['p9', '12345'], context: {} },
  });
  expect(visitor!.customerId).toBe('anonymous:a1');
  const { seed } = visitor!.request;
  expect([seed!.length, seed![0], seed!.at(-1)]).toEqual([
    SEEDS_MAX,
    `p${600 - SEEDS_MAX}`,
    'p599',
  ]);
  const ids = new Set(gateway.recommended.map(({ recommendationId }) => recommendationId));
  expect([ids.size, [...ids][0]]).toEqual([3, expect.stringMatching(/^[\da-f]{8}-.{27}$/)]);
});

it('lets a page ask for its visitor, and with a token for the customer', async () => {
  const made = await gateway.post('/v1/tokens', { userId: 'u1' }, { authorization: 'Bearer w' });
  const { customerToken } = made.json;
  expect((await ask({ anonymousId: 'a1' }, 'b')).status).toBe(200);
  expect((await ask({ customerToken }, 'b')).status).toBe(200);
  expect(gateway.recommended).toMatchObject([
    { customerId: 'anonymous:a1', follows: false },
    { customerId: 'u1', follows: true },
  ]);
  for (const body of [{ userId: 'u1' }, { userId: 'u2', customerToken }]) {
    const { status, json } = await ask(body, 'b');
    expect([status, json.error.path]).toEqual([403, 'userId']);
  }
  expect((await ask({ anonymousId: 'a1', customerToken: 'x' }, 'b')).status).toBe(401);
  // A key for placements gets those alone.
  expect((await ask({ anonymousId: 'a1' }, 'bound')).status).toBe(403);
});

it.each([
  [{}, null],
  [{ userId: 'u1', recommender: '' }, 'recommender'],
  [{ userId: 'u1', recommender: 5 }, 'recommender'],
  [{ userId: 'u1', seed: '' }, 'seed'],
  [{ userId: 'u1', seed: { a: 1 } }, 'seed'],
  [{ userId: 'u1', seed: ['a', null] }, 'seed[1]'],
  [{ userId: 'u1', seed: ['a', 'x'.repeat(ITEM_ID_BYTES_MAX + 1)] }, 'seed[1]'],
  [{ userId: 'u1', limit: 0 }, 'limit'],
  [{ userId: 'u1', limit: 1.5 }, 'limit'],
  [{ userId: 'u1', limit: '5' }, 'limit'],
  [{ userId: 'u1', limit: RECOMMEND_LIMIT_MAX + 1 }, 'limit'],
  [{ userId: 'u1', explain: 'yes' }, 'explain'],
] as [object, string | null][])('refuses %j', async (body, path) => {
  const { status, json } = await ask(body);
  expect([status, json.error.code]).toEqual([400, 'invalid_request']);
  if (path !== null) expect(json.error.path).toBe(path);
  expect(gateway.recommended).toEqual([]);
});

it('names the recommenders that there are to who asks for another', async () => {
  const { list } = gateway;
  gateway.list = () => ({ kind: 'unknown', known: ['home', 'cart'] });
  const { status, json } = await ask({ userId: 'u1', recommender: 'nope' });
  gateway.list = list;
  expect([status, json.error.code, json.error.path]).toEqual([
    ...[400, 'unknown_recommender', 'recommender'],
  ]);
  expect(json.error.message).toContain('home, cart');
});

it('says why with explain, and else no more than what is recommended', async () => {
  const { list } = gateway;
  const source = 'similar' as const;
  gateway.list = ({ recommendationId }) => ({
    kind: 'list',
    list: {
      ...{ recommendationId, recommender: 'r', placement: null, seeds: ['p0'] },
      items: [
        { ...{ itemId: 'p1', source, score: 0.5, sources: [{ source, score: 0.5 }], item: null } },
        { ...{ itemId: 'p2', source, score: 0.25, sources: [], item: { name: 'Tee' } } },
      ],
      removed: [{ itemId: 'p3', source, score: 0.75, reason: 'bought' }],
      ...{ modelVersion: 'm', recommendedAtMs: 0 },
    },
  });
  const plain = await ask({ userId: 'u1' });
  const explained = await ask({ userId: 'u1', explain: true }, 'a');
  gateway.list = list;
  expect(plain.json).toEqual({
    recommendationId: expect.any(String),
    items: [
      { itemId: 'p1', source },
      { itemId: 'p2', source, item: { name: 'Tee' } },
    ],
  });
  expect(explained.json.items).toEqual([
    { itemId: 'p1', source, score: 0.5, sources: [{ source, score: 0.5 }] },
    { itemId: 'p2', source, item: { name: 'Tee' }, score: 0.25, sources: [] },
  ]);
  expect(explained.json.removed).toEqual([
    { itemId: 'p3', source, score: 0.75, reason: 'bought', why: expect.any(String) },
  ]);
});
