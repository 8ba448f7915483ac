// Keys that open only what they should, on a whole gateway: pages with and without a token, tills, keys
// that end. What a page without a token can do to a customer who is named is tried in each way.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../support/composed-gateways.ts';
import { type KeyedService, placementsOf, startKeyedService } from './keyed-service.ts';
import { tryEachWay, uncounted } from './page-attempts.ts';
import { expectWarnings } from './unlinked-names.ts';

let service: KeyedService;
let page: string;
beforeAll(async () => {
  service = await startKeyedService();
  page = await service.make('browser', 'page');
});
afterAll(() => service?.stop());

const make: KeyedService['make'] = (...asked) => service.make(...asked);
const send: KeyedService['send'] = (...asked) => service.send(...asked);
const tokenFor: KeyedService['tokenFor'] = (...asked) => service.tokenFor(...asked);
const customer: KeyedService['customer'] = (id) => service.customer(id);
const budgets = async () => (await service.gateway.request('GET', '/v1/budgets')).json;

it('lets a page without a token neither read nor move anything of a customer whom it names', async () => {
  const known = { userId: 'u1', anonymousId: 'a1' };
  const first = { ...known, event: 'Viewed', messageId: 'm1', properties: { page: 'p1' } };
  const told = (await send(null, '/v1/track', first)).json.decisions;
  const context = { consent: { categoryPreferences: { marketing: true } } };
  await send(null, '/v1/identify', { ...known, traits: { name: 'N' }, context });
  const before = await customer('u1');
  const spent = await budgets();

  await tryEachWay((path, sent) => send(page, path, sent), { known, first, decision: told[0] });

  const after = await customer('u1');
  const { features } = after;
  const { features: counted } = before;
  expect(uncounted(after)).toEqual(uncounted(before));
  expect(await budgets()).toEqual(spent);
  // Counted they are; and what the server sends with an id that was guessed is what it would have been.
  expect([features.views > counted.views, features.clicks > counted.clicks]).toEqual([true, true]);
  const later = await send(null, '/v1/track', {
    ...first,
    messageId: 'later',
    properties: { page: 'p2' },
  });
  expect([later.json.duplicate, placementsOf(later)]).toEqual([undefined, ['popup', 'till']]);
  const { decisionId, offers } = told[0];
  const { offerId } = offers[0];
  const report = { userId: 'u1', decisionId, offerId, outcome: 'click' };
  expect((await send(null, '/v1/outcomes', report)).json.duplicate).toBeUndefined();
  expect((await service.gateway.request('GET', '/v1/customers/a9')).status).toBe(404);
});

it('serves a visitor, and what a visitor states is the visitor’s own', async () => {
  const visitor = { anonymousId: 'v1' };
  const seen = await send(page, '/v1/track', {
    ...visitor,
    event: 'Viewed',
    properties: { page: 'p' },
  });
  expect(placementsOf(seen)).toEqual(['popup', 'till']);
  await send(page, '/v1/identify', {
    ...visitor,
    traits: { colour: 'red' },
    context: { consent: { categoryPreferences: { marketing: true } } },
  });
  const asked = await send(page, '/v1/decide', { ...visitor, placements: ['popup'] });
  const { decisionId, offers } = asked.json.decisions[0];
  const report = { ...visitor, decisionId, offerId: offers[0].offerId, outcome: 'impression' };
  expect((await send(page, '/v1/outcomes', report)).status).toBe(200);
  const { traits, consent } = await customer('anonymous:v1');
  expect([traits, consent]).toEqual([
    { colour: 'red' },
    expect.objectContaining({ marketing: true }),
  ]);
});

it('resolves no identifier of a page, and answers a linked visitor as an unknown one', async () => {
  const phone = '+8613912345678';
  const known = { userId: 'u3', anonymousId: 'a3', traits: { phone, name: 'Three' } };
  await send(null, '/v1/identify', known);
  const view = { event: 'Viewed', properties: { page: 'p' } };
  expect(placementsOf(await send(null, '/v1/track', { ...view, userId: 'u3' }))).toHaveLength(2);
  // The visitor of the customer, and somebody else's phone: served as somebody new.
  const externalIds = [{ type: 'phone', id: phone }];
  const before = await customer('u3');
  for (const anonymousId of ['a3', 'b3']) {
    const context = { externalIds };
    const said = { anonymousId, context };
    const seen = await send(page, '/v1/track', { ...said, ...view });
    expect([anonymousId, placementsOf(seen)]).toEqual([anonymousId, ['popup', 'till']]);
    const asked = await send(page, '/v1/decide', { ...said, placements: ['popup'] });
    const { decisionId, offers } = asked.json.decisions[0];
    const report = { ...said, decisionId, offerId: offers[0].offerId, outcome: 'click' };
    expect((await send(page, '/v1/outcomes', report)).status).toBe(200);
    for (const call of [
      ['identify', { traits: { phone } }],
      ['alias', { previousId: 'u3' }],
    ] as const) {
      expect((await send(page, `/v1/${call[0]}`, { ...said, ...call[1] })).status).toBe(200);
    }
  }
  for (const [path, body] of [
    ['/v1/track', view],
    ['/v1/decide', { placements: ['popup'] }],
  ] as const) {
    const { status, json } = await send(page, path, { ...body, context: { externalIds } });
    expect([path, status, json.error.code]).toEqual([path, 403, 'key_not_allowed']);
  }
  const after = await customer('u3');
  expect([after.features, uncounted(after)]).toEqual([before.features, uncounted(before)]);
});

it('joins a visitor to the customer of a token, and nobody else', async () => {
  const other = { userId: 'u4b', traits: { phone: '+8613987654321' } };
  await send(null, '/v1/identify', other);
  const view = (n: number) => ({ event: 'Viewed', properties: { page: `p${n}` } });
  await send(page, '/v1/track', { anonymousId: 'a4', ...view(1) });
  const customerToken = await tokenFor('u4');
  const login = { customerToken, anonymousId: 'a4' };
  await send(page, '/v1/identify', { ...login, traits: { phone: '+8613987654321' } });
  await send(page, '/v1/alias', { ...login, previousId: 'u4b' });
  await send(page, '/v1/track', { ...login, ...view(2) });
  expect((await customer('u4')).features.views).toBe(2);
  expect(await customer('anonymous:a4')).toMatchObject({ customerId: 'u4' });
  expect(await customer('phone:+8613987654321')).toMatchObject({ customerId: 'u4b' });
  expect(await customer('u4b')).toMatchObject({ customerId: 'u4b' });
});

it('acts for the customer of a token, wherever the token is, and for no other', async () => {
  const token = await tokenFor('u5');
  const event = { event: 'Viewed', anonymousId: 'a5' };
  const at = (n: number) => ({ ...event, properties: { page: `p${n}` } });
  const header = { 'X-Customer-Token': token };
  const answers = [
    await send(page, '/v1/track', { ...at(1), customerToken: token }),
    await send(page, '/v1/track', at(2), header),
    await send(page, `/v1/track?customerToken=${token}`, at(3)),
    await send(page, '/v1/track', { ...at(4), userId: 'u5' }, header),
  ];
  expect(answers.map(placementsOf)).toEqual(Array(4).fill(['popup', 'till']));
  const batch = [{ ...at(5), type: 'track' }];
  const ofBatch = await send(page, '/v1/batch', { batch, customerToken: token });
  expect(placementsOf({ json: ofBatch.json.results[0] })).toEqual(['popup', 'till']);
  const each = await send(page, '/v1/batch', {
    batch: [
      { ...at(6), type: 'track', customerToken: token },
      { type: 'page', userId: 'u5' },
      { type: 'page', userId: 'u5', customerToken: `${token}x` },
      { type: 'page', userId: 'u6', customerToken: token },
    ],
  });
  const codes = each.json.results.map(
    ({ error, decisions }: Json) => error?.code ?? decisions.length,
  );
  expect(codes).toEqual([2, 0, 'invalid_token', 'key_not_allowed']);
  const question = await send(page, '/v1/decide', { placements: ['popup'] }, header);
  const { decisionId, offers } = question.json.decisions[0];
  const report = { decisionId, offerId: offers[0].offerId, outcome: 'click' };
  expect((await send(page, '/v1/outcomes', report, header)).status).toBe(200);
  await send(page, '/v1/identify', { traits: { name: 'Five' } }, header);
  const { features, traits } = await customer('u5');
  expect([features.views, traits]).toEqual([6, { name: 'Five' }]);
  for (const [path, body] of [
    ['/v1/track', { ...event, userId: 'u6' }],
    ['/v1/decide', { userId: 'u6', placements: ['popup'] }],
    ['/v1/outcomes', { userId: 'u6', ...report }],
    ['/v1/identify', { userId: 'phone:+8613800138000' }],
  ] as const) {
    const { status, json } = await send(page, path, body, header);
    expect([path, status, json.error.code]).toEqual([path, 403, 'key_not_allowed']);
  }
});

it('takes no token that is forged, over, changed, foreign or no token', async () => {
  const token = await tokenFor('u7', '1s');
  const [version, id, end, , mac] = token.split('.') as [string, string, string, string, string];
  const other = Buffer.from('u8').toString('base64url');
  const forged = [
    `${version}.${id}.${end}.${other}.${mac}`,
    `${version}.${id}.zzzzzzz.${Buffer.from('u7').toString('base64url')}.${mac}`,
    `${version}.AAAAAAAA${token.slice(version.length + 1 + id.length)}`,
    `${token.slice(0, -1)}`,
    `${token}.`,
    token.replace('c1', 'c2'),
    ...['x', '....', 'c1....', 'null', 'x'.repeat(100_000 / 4)],
  ];
  for (const customerToken of forged) {
    for (const [path, body] of [
      ['/v1/track', { anonymousId: 'a7', event: 'Viewed' }],
      ['/v1/decide', { anonymousId: 'a7', placements: ['popup'] }],
      ['/v1/outcomes', { anonymousId: 'a7', decisionId: 'd', offerId: 'o', outcome: 'click' }],
      ['/v1/batch', { batch: [{ type: 'page', anonymousId: 'a7' }] }],
    ] as const) {
      const { status, json } = await send(page, path, { ...body, customerToken });
      expect([path, customerToken, status, json.error.code]).toEqual([
        ...[path, customerToken, 401, 'invalid_token'],
      ]);
    }
  }
  const after = async () =>
    (await send(page, '/v1/track', { event: 'Viewed', customerToken: token })).status;
  await expect.poll(after).toBe(401);
  for (const [body, path] of [
    [{}, 'userId'],
    [{ userId: 'u', ttl: '25h' }, 'ttl'],
    [{ userId: 'u', ttl: '999ms' }, 'ttl'],
    [{ userId: 'u', ttl: 'soon' }, 'ttl'],
    [{ userId: 'anonymous:a' }, 'userId'],
    [{ userId: 'phone:+8613800138000' }, 'userId'],
  ] as const) {
    const { status, json } = await send(null, '/v1/tokens', body);
    expect([status, json.error.path]).toEqual([400, path]);
  }
});

it('keeps tokens valid through a rotation of their secret, and not through two', async () => {
  const token = await tokenFor('u9');
  const status = async () =>
    (await send(page, '/v1/decide', { placements: ['popup'], customerToken: token })).status;
  await service.store.rotateTokens(Date.now());
  const again = await tokenFor('u9');
  expect(await status()).toBe(200);
  await service.store.rotateTokens(Date.now());
  await expect.poll(status).toBe(401);
  expect(again.split('.')[1]).toBe(token.split('.')[1]);
});

it('keeps a till to its placements, and says where it stands', async () => {
  const till = await make('device', 'till-7', { placements: new Set(['till']), storeId: 's1' });
  const where = { store_id: 's9', device_id: 'liar', page: 'p' };
  const event = { userId: 'd1', event: 'Viewed', messageId: 'm', properties: where };
  expect(placementsOf(await send(till, '/v1/track', event))).toEqual(['till']);
  const { features, recentDecisions } = await customer('d1');
  expect([features.store, features.device]).toEqual(['s1', 'till-7']);
  expect(recentDecisions.map((d: Json) => d.placement)).toEqual(['till']);
  const asks = (placements: string[]) => send(till, '/v1/decide', { userId: 'd1', placements });
  expect((await asks(['till'])).status).toBe(200);
  const refused = await asks(['till', 'popup']);
  expect([refused.status, refused.json.error.path]).toEqual([403, 'placements[1]']);
  // What another key was told, also by the same message, is no till's to know or to report on.
  const other = { userId: 'd2', event: 'Viewed', messageId: 'm', properties: { page: 'p' } };
  const told = await send(null, '/v1/track', other);
  expect(placementsOf(told)).toEqual(['popup', 'till']);
  const again = await send(till, '/v1/track', other);
  expect([again.json.duplicate, placementsOf(again)]).toEqual([true, ['till']]);
  const statuses = await Promise.all(
    told.json.decisions.map(async ({ decisionId, offers }: Json) => {
      const report = { userId: 'd2', decisionId, offerId: offers[0].offerId, outcome: 'click' };
      return (await send(till, '/v1/outcomes', report)).status;
    }),
  );
  expect(statuses).toEqual([404, 200]);
});

it('refuses a key that is over, and one that was rotated when its time is', async () => {
  const event = { userId: 'e1', event: 'Viewed' };
  const short = await make('write', 'short', { expiresAtMs: Date.now() - 1 });
  const refused = await send(short, '/v1/track', event);
  expect([refused.status, refused.json.error.code]).toEqual([401, 'key_expired']);
  const old = await make('staff', 'counter');
  const question = { userId: 'e1', placements: ['popup'] };
  const rotated = await service.store.rotate('counter', 60_000, Date.now());
  expect(rotated.kind).toBe('rotated');
  const { secret } = rotated as { secret: string };
  for (const key of [old, secret]) {
    expect((await send(key, '/v1/decide', question)).status).toBe(200);
  }
  const next = await service.store.rotate(
    rotated.kind === 'rotated' ? rotated.key.id : '',
    1,
    Date.now(),
  );
  expect(next.kind).toBe('rotated');
  const status = async () => (await send(secret, '/v1/decide', question)).status;
  await expect.poll(status).toBe(401);
});

it('gives a key the rate of its own', async () => {
  const slow = await make('browser', 'slow', { ratePerSecond: 2 });
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) {
    statuses.push((await send(slow, '/v1/page', { anonymousId: 'r1' })).status);
  }
  expect(statuses.slice(0, 2)).toEqual([200, 200]);
  expect(statuses.slice(2)).toContain(429);
  const counter = await make('staff', 'slow counter', { ratePerSecond: 1 });
  const look = () => service.gateway.request('GET', '/v1/customers/u1', { secret: counter });
  expect((await Promise.all([look(), look()])).map(({ status }) => status).sort()).toEqual([
    200, 429,
  ]);
});

it('tells of names that were not linked whoever may know whose they are', () =>
  expectWarnings(service, page));
