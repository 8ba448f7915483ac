// Every route of the OpenAPI document with a key of every kind. What each may do is written here as the
// documentation's table has it, not as the code has it.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { analystKeys } from '../../../src/gateway/keys/analyst-keys.ts';
import { KEY_KIND_NAMES, type KeyKind } from '../../../src/gateway/keys/key-kinds.ts';
import { NO_OPTIONS } from '../../../src/gateway/keys/key-options.ts';
import { fixedKeyRing } from '../../../src/gateway/keys/key-ring.ts';
import { firstSecrets } from '../../../src/gateway/keys/token-secrets.ts';
import { openapiText } from '../../../src/gateway/openapi/openapi-text.ts';
import { key, type RunningGateway, startTestGateway } from '../running-gateway.ts';

const KINDS = ['write', 'browser', 'device', 'staff', 'analyst', 'catalog', 'admin'] as const;

let gateway: RunningGateway;
beforeAll(async () => {
  const keys = Object.fromEntries(KINDS.map((kind) => [`the-${kind}-key`, key(kind, kind)]));
  gateway = await startTestGateway({ keys: fixedKeyRing(keys, firstSecrets(0)) });
});
afterAll(() => gateway.stop(0));

const EVENTS = ['write', 'browser', 'device', 'admin'];
const CATALOG = ['catalog', 'admin'];

/** Which kinds a route is for; null = it needs no key. */
function allowedOn(method: string, path: string): readonly string[] | null {
  if (/^\/v1\/(?:track|page|screen|identify|group|alias|batch|import|[tpsigab])$/.test(path)) {
    return EVENTS;
  }
  switch (path) {
    case '/v1/outcomes':
    case '/v1/projects/{key}/settings':
    case '/v1/stream':
      return EVENTS;
    case '/v1/decide':
      return [...EVENTS, 'staff'];
    case '/v1/recommend':
      return ['write', 'browser', 'staff', 'admin'];
    case '/v1/items':
    case '/v1/items/{id}':
      return CATALOG;
    case '/v1/tokens':
      return ['write', 'admin'];
    case '/v1/customers/{id}':
    case '/v1/customers/{id}/merge':
    case '/v1/customers/{id}/unlink':
    case '/v1/customers/{id}/unmerge':
      return ['staff', 'admin'];
    case '/v1/events/explain':
      return ['staff', ...CATALOG];
    case '/v1/budgets':
      return CATALOG;
    // For pages, before they have said anything.
    case '/v1/proffer.js':
      return null;
    case '/v1/deliveries':
    case '/v1/deliveries/{id}/retry':
      return ['admin'];
  }
  if (path.startsWith('/v1/catalog')) return CATALOG;
  expect([method, path]).toEqual(['get', expect.stringMatching(/^\/(?!v1)/)]);
  return null;
}

/** A body that the route takes, of a visitor: browser keys may speak of one. */
function bodyFor(path: string): object {
  const event = { anonymousId: 'a', event: 'E', groupId: 'g', previousId: 'p' };
  switch (path) {
    case '/v1/batch':
    case '/v1/b':
    case '/v1/import':
      return { batch: [{ type: 'page', anonymousId: 'a' }] };
    case '/v1/decide':
      return { anonymousId: 'a', placements: ['p'] };
    case '/v1/recommend':
      return { anonymousId: 'a', recommender: 'r' };
    case '/v1/items':
      return { items: [{ itemId: 'p1' }] };
    case '/v1/outcomes':
      return { anonymousId: 'a', decisionId: 'd', offerId: 'o', outcome: 'click' };
    case '/v1/tokens':
      return { userId: 'u' };
    case '/v1/customers/{id}/merge':
      return { from: 'u2' };
    case '/v1/customers/{id}/unlink':
      return { name: 'phone:+8613800138000' };
    case '/v1/customers/{id}/unmerge':
      return { mergeId: 'm1' };
    case '/v1/catalog':
      return { files: [{ path: 'a.yaml', text: 'name: a' }] };
    case '/v1/catalog/rollback':
    case '/v1/deliveries/{id}/retry':
      return {};
    default:
      return event;
  }
}

const { paths } = JSON.parse(openapiText()) as { paths: Record<string, Record<string, unknown>> };
const ROUTES = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => [method, path] as const),
);

const QUERIES: Readonly<Record<string, string>> = {
  '/v1/catalog/diff': '?from=1&to=1',
  '/v1/stream': '?anonymousId=a',
};

async function statusOf(method: string, path: string, secret: string): Promise<number> {
  const headers: Record<string, string> =
    secret === '' ? {} : { authorization: `Bearer ${secret}` };
  const at = path
    .replace('{id}', 'u1')
    .replace('{n}', '1')
    .replace('{key}', secret || 'none');
  const query = QUERIES[path] ?? '';
  if (method === 'post') return (await gateway.post(at, bodyFor(path), headers)).status;
  if (method === 'put') return (await gateway.put(at, bodyFor(path), headers)).status;
  return (await gateway.get(at + query, headers, method.toUpperCase())).status;
}

it('has a table of every kind', () => {
  expect([...KEY_KIND_NAMES].sort()).toEqual([...KINDS].sort());
});

it.each(ROUTES)('%s %s', async (method, path) => {
  const allowed = allowedOn(method, path);
  const expected = KINDS.map((kind) => [kind, allowed?.includes(kind) === false ? 403 : 'let in']);
  const found = await Promise.all(
    KINDS.map(async (kind) => {
      const status = await statusOf(method, path, `the-${kind}-key`);
      return [kind, status === 401 || status === 403 ? status : 'let in'];
    }),
  );
  expect(found).toEqual(expected);
  for (const secret of ['', 'no-key-of-ours']) {
    const status = await statusOf(method, path, secret);
    expect([secret, status === 401]).toEqual([secret, allowed !== null]);
  }
});

it('opens the analysts’ door to analysts and admin, while their key is in force', async () => {
  const known = Object.fromEntries(KINDS.map((kind) => [kind, key(kind, kind)]));
  const over = { ...NO_OPTIONS, expiresAtMs: 1_000 };
  const ring = fixedKeyRing({ ...known, over: { ...key('over', 'analyst'), options: over } });
  const asked = [...KINDS, 'over', 'no-key', ''];
  const open = async (nowMs: number) => {
    const opens = analystKeys(ring, () => nowMs);
    const found = await Promise.all(asked.map(opens));
    return asked.filter((_, i) => found[i]);
  };
  expect(await open(999)).toEqual(['analyst', 'admin', 'over']);
  expect(await open(1_000)).toEqual(['analyst', 'admin']);
});

it('counts nothing that staff ask, and lets nobody else but admin ask so', async () => {
  const ask = (kind: KeyKind, more: object) =>
    gateway.post(
      '/v1/decide',
      { anonymousId: 'a', placements: ['p'], ...more },
      { authorization: `Bearer the-${kind}-key` },
    );
  for (const kind of ['write', 'browser', 'device'] as const) {
    for (const more of [{ explain: true }, { record: false }]) {
      expect([kind, (await ask(kind, more)).status]).toEqual([kind, 403]);
    }
  }
  gateway.submissions.length = 0;
  for (const more of [{}, { record: true }, { explain: true }]) await ask('staff', more);
  await ask('admin', {});
  expect(gateway.submissions.map(({ record }) => record)).toEqual([false, false, false, true]);
});

it('records no list that staff ask for, and says why to nobody else but admin', async () => {
  const ask = (kind: KeyKind, more: object) =>
    gateway.post(
      '/v1/recommend',
      { anonymousId: 'a', recommender: 'r', ...more },
      { authorization: `Bearer the-${kind}-key` },
    );
  for (const kind of ['write', 'browser'] as const) {
    for (const more of [{ explain: true }, { record: false }]) {
      expect([kind, (await ask(kind, more)).status]).toEqual([kind, 403]);
    }
  }
  gateway.recommended.length = 0;
  for (const more of [{}, { record: true }, { explain: true }]) await ask('staff', more);
  for (const more of [{}, { explain: true }, { record: false }]) await ask('admin', more);
  await ask('write', {});
  expect(gateway.recommended.map(({ record }) => record)).toEqual([
    ...[false, false, false, true, true, false, true],
  ]);
});

it('leaves a row of each use that shows or changes what is not the caller’s own', async () => {
  gateway.audits.length = 0;
  const as = (kind: KeyKind) => ({ authorization: `Bearer the-${kind}-key` });
  await gateway.get('/v1/customers/u1', as('staff'));
  await gateway.get('/v1/customers/u1', as('admin'));
  await gateway.post('/v1/decide', { userId: 'u1', placements: ['p'] }, as('staff'));
  await gateway.post('/v1/decide', { userId: 'u1', placements: ['p'], explain: true }, as('admin'));
  await gateway.post('/v1/events/explain', { userId: 'u1', event: 'E' }, as('catalog'));
  await gateway.post('/v1/import', bodyFor('/v1/import'), as('admin'));
  await gateway.post('/v1/catalog', bodyFor('/v1/catalog'), as('catalog'));
  await gateway.post('/v1/catalog/rollback', {}, as('admin'));
  const list = { userId: 'u1', recommender: 'r' };
  await gateway.post('/v1/recommend', list, as('staff'));
  await gateway.post('/v1/recommend', { ...list, record: false }, as('admin'));
  await gateway.put('/v1/items', bodyFor('/v1/items'), as('catalog'));
  await gateway.get('/v1/items/p1', as('admin'), 'DELETE');
  // What is no such use, or was refused, leaves none.
  await gateway.post('/v1/track', { userId: 'u1', event: 'E' }, as('admin'));
  await gateway.post('/v1/recommend', list, as('admin'));
  await gateway.get('/v1/items/p1', as('admin'));
  await gateway.post('/v1/import', bodyFor('/v1/import'), as('write'));
  await gateway.get('/v1/customers/u1', as('write'));
  const rows = gateway.audits.map(({ keyName, kind, action }) => [keyName === kind, kind, action]);
  expect(rows).toEqual([
    [true, 'staff', 'customers.read'],
    [true, 'admin', 'customers.read'],
    [true, 'staff', 'decide'],
    [true, 'admin', 'decide'],
    [true, 'catalog', 'events.explain'],
    [true, 'admin', 'import'],
    [true, 'catalog', 'catalog.publish'],
    [true, 'admin', 'catalog.rollback'],
    [true, 'staff', 'recommend'],
    [true, 'admin', 'recommend'],
    [true, 'catalog', 'items.put'],
    [true, 'admin', 'items.delete'],
  ]);
  const customers = gateway.audits.slice(0, 5).map(({ target }) => target);
  expect(new Set(customers)).toEqual(new Set([expect.stringMatching(/^[\w-]{22}$/)]));
  expect(JSON.stringify(gateway.audits)).not.toContain('u1');
});

it('calls a customer the same by every name, and says which merge it was and who is in it', async () => {
  gateway.audits.length = 0;
  const staff = { authorization: 'Bearer the-staff-key' };
  for (const name of ['u1', 'u1-too', 'u2']) await gateway.get(`/v1/customers/${name}`, staff);
  await gateway.post('/v1/customers/u1-too/merge', { from: 'u2' }, staff);
  await gateway.post('/v1/customers/u1/unmerge', { mergeId: 'm1' }, staff);
  await expect.poll(() => gateway.audits.length).toBe(5);
  const [one, other] = [gateway.audits[0]!.target, gateway.audits[2]!.target];
  expect(gateway.audits.map(({ target }) => target)).toEqual([one, one, other, one, one]);
  const details = gateway.audits.map(({ detail }) => detail).slice(3);
  expect(details[0]).toBe(`merged m1 of ${other}`);
  expect(details[1]).toMatch(/^unmerged m1 of [\w-]{22}$/);
});

it('says of which kind a key must be', async () => {
  const told = async (path: string, body: object, kind: KeyKind) =>
    (await gateway.post(path, body, { authorization: `Bearer the-${kind}-key` })).json.error
      .message;
  const look = { ...bodyFor('/v1/decide'), explain: true };
  expect(await told('/v1/decide', look, 'write')).toBe(
    'A key of kind write may not do that; needed is one of kind staff or admin.',
  );
  expect(await told('/v1/tokens', bodyFor('/v1/tokens'), 'staff')).toContain('write or admin.');
  const { json } = await gateway.get('/v1/budgets', { authorization: 'Bearer the-write-key' });
  expect(json.error.message).toContain('of kind catalog or admin.');
});

it.each([
  [{ userId: 'undefined' }, 'userId', 'stands for nobody'],
  [{ userId: 'phone:+8613800138000' }, 'userId', 'no identifier'],
  [{ userId: 'u1', ttl: 3600 }, 'ttl', "like '1h'"],
  [{ userId: 'u1', ttl: '25h' }, 'ttl', "like '1h'"],
])('makes no token of %j', async (body, path, why) => {
  const write = { authorization: 'Bearer the-write-key' };
  const { status, json } = await gateway.post('/v1/tokens', body, write);
  expect([status, json.error.path]).toEqual([400, path]);
  expect(json.error.message).toContain(why);
});
