import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/errors.ts';
import { errorAnswerSchema } from '../../src/gateway/openapi/response-schemas.ts';
import {
  ADMIN_KEY,
  admin,
  done,
  POSTS,
  type RunningGateway,
  startTestGateway,
  WRITE_KEY,
  write,
} from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop(1_000));
beforeEach(() => {
  gateway.submissions.length = 0;
  gateway.rejections.length = 0;
  gateway.faults.length = 0;
  gateway.ready = true;
  gateway.answer = (submission) => done(submission);
});

const basic = (user: string) => ({
  authorization: `Basic ${Buffer.from(user).toString('base64')}`,
});

describe('keys', () => {
  const event = { userId: 'u', event: 'E' };

  it.each([
    ['Basic with the key as user', basic(`${WRITE_KEY}:`), {}],
    ['Basic with a password too', basic(`${WRITE_KEY}:x`), {}],
    ['Bearer', { authorization: `Bearer ${WRITE_KEY}` }, {}],
    ['bearer in lower case', { authorization: `bearer ${WRITE_KEY}` }, {}],
    ['writeKey in the body', {}, { writeKey: WRITE_KEY }],
    ['writeKey beside an empty header', basic(':'), { writeKey: WRITE_KEY }],
    ['writeKey beside another scheme', { authorization: 'Digest x' }, { writeKey: WRITE_KEY }],
    ['an admin key', { authorization: `Bearer ${ADMIN_KEY}` }, {}],
  ])('are taken as %s', async (_, headers, more) => {
    const answer = await gateway.post('/v1/track', { ...event, ...more }, headers);
    expect(answer.status).toBe(200);
  });

  it.each([
    ['missing_key', {}, {}],
    ['missing_key', {}, { writeKey: '' }],
    ['unknown_key', {}, { writeKey: 'nope' }],
    ['unknown_key', {}, { writeKey: 5 }],
    ['unknown_key', { authorization: 'Bearer nope' }, {}],
    ['unknown_key', { authorization: 'Bearer nope' }, { writeKey: WRITE_KEY }],
    ['missing_key', { authorization: 'Digest x' }, {}],
    ['missing_key', { authorization: 'Basic !!!' }, {}],
    ['missing_key', { authorization: 'Basic' }, {}],
    ['missing_key', basic(`:${WRITE_KEY}`), {}],
  ] as const)('that do not fit are %s (%j %j)', async (code, headers, more) => {
    const answer = await gateway.post('/v1/track', { ...event, ...more }, { ...headers });
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({ error: { code, message: ERRORS[code].message } });
    expect(gateway.submissions).toHaveLength(0);
    expect(gateway.rejections).toHaveLength(0);
  });
});

describe('customers', () => {
  it('are shown to the admin key, whatever is in their id', async () => {
    for (const id of ['u1', 'a/b c%', 'anonymous:é', '../x']) {
      const answer = await gateway.get(`/v1/customers/${encodeURIComponent(id)}`, admin);
      expect([answer.status, answer.json]).toEqual([200, { customerId: id }]);
    }
  });

  it.each([
    ['nobody', admin, 404, 'unknown_customer'],
    ['x'.repeat(3_000), admin, 404, 'unknown_customer'],
    ['%zz', admin, 400, 'invalid_request'],
    ['u', write, 403, 'key_not_allowed'],
    ['u', {}, 401, 'missing_key'],
    ['u', { authorization: 'Bearer x' }, 401, 'unknown_key'],
    ['u', { authorization: 'Basic Og==' }, 401, 'missing_key'],
    ['down', admin, 503, 'store_unavailable'],
    ['bug', admin, 500, 'internal'],
  ] as const)('(%s) are refused when %j', async (id, headers, status, code) => {
    const answer = await gateway.get(`/v1/customers/${id}`, { ...headers });
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
    expect(answer.headers.get('retry-after')).toBe(id === 'down' ? '2' : null);
    expect(answer.text).not.toContain('secret');
  });
});

describe('about the service', () => {
  it('tells the browser SDK where to send', async () => {
    const answer = await gateway.get(`/v1/projects/${WRITE_KEY}/settings`);
    expect(answer.status).toBe(200);
    expect(answer.json.integrations['Segment.io']).toMatchObject({
      apiKey: WRITE_KEY,
      apiHost: `127.0.0.1:${gateway.port}/v1`,
      protocol: 'http',
    });
    expect((await gateway.get('/v1/projects/nope/settings')).status).toBe(401);
  });

  it('answers health, readiness, metrics, OpenAPI and docs', async () => {
    expect((await gateway.get('/healthz')).json).toEqual({ status: 'ok' });
    expect((await gateway.get('/readyz')).json).toEqual({ status: 'ready' });
    gateway.unwritable = 21;
    const partly = { status: 'ready', partitionsUnwritable: 21 };
    expect(await gateway.get('/readyz')).toMatchObject({ status: 200, json: partly });
    gateway.unwritable = 0;
    expect((await gateway.get('/openapi.json')).json.openapi).toBe('3.1.0');
    const metrics = await gateway.get('/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(metrics.text).toMatch(/proffer_gateway_requests_total\{route="\/healthz"\} \d+/);
    const docs = await gateway.get('/docs');
    expect(docs.headers.get('content-security-policy')).toContain("default-src 'none'");
    const script = docs.text.match(/src="([^"]+)"/)![1]!;
    expect(docs.text).not.toMatch(/https?:\/\//);
    expect((await gateway.get(script)).text.length).toBeGreaterThan(100_000);
  });

  it('is not ready, and serves nothing, while the service is not', async () => {
    gateway.ready = false;
    const ready = await gateway.get('/readyz');
    expect([ready.status, ready.json.error.code]).toEqual([503, 'not_ready']);
    expect(ready.headers.get('retry-after')).toBe('1');
    const { expect: waitUntil } = await import('vitest');
    await waitUntil
      .poll(async () => (await gateway.post('/v1/track', { userId: 'u', event: 'E' })).status)
      .toBe(503);
    expect((await gateway.get('/healthz')).status).toBe(200);
    gateway.ready = true;
    expect((await gateway.post('/v1/track', { userId: 'u', event: 'E' })).status).toBe(200);
  });

  it('answers HEAD like GET, without the body', async () => {
    const answer = await gateway.get('/healthz', {}, 'HEAD');
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers.get('content-length')).toBe('15');
  });

  it('says no length that is not the true one, of HEAD and of what is the same still', async () => {
    const stream = await gateway.get('/v1/stream?userId=u1', write, 'HEAD');
    expect([stream.status, stream.headers.get('content-length')]).toEqual([200, null]);
    for (const path of ['/v1/proffer.js', '/openapi.json']) {
      const { headers } = await gateway.get(path, {}, 'HEAD');
      const known = { 'If-None-Match': headers.get('etag') ?? '' };
      const again = await gateway.get(path, known);
      const length = again.headers.get('content-length');
      expect([path, again.status === 304 ? null : headers.get('content-length')]).toEqual([
        path,
        length,
      ]);
    }
  });
});

describe('what there is not', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['POST', '/v1/unknown'],
    ['GET', '/v1/customers/'],
    ['GET', '/v1/customers/a/b'],
    ['DELETE', '/%00%ff'],
    ['POST', '/v1/track//'],
    ['GET', '/healthz/x'],
  ])('%s %s is 404', async (method, path) => {
    const answer = await gateway.get(path, write, method);
    expect(answer.status).toBe(404);
    errorAnswerSchema.parse(answer.json);
    expect(answer.json.error.code).toMatch(/^(not_found|unknown_customer)$/);
  });

  it.each([
    ['GET', '/v1/track', 'POST, OPTIONS'],
    ['PUT', '/v1/b', 'POST, OPTIONS'],
    ['DELETE', '/v1/decide', 'POST, OPTIONS'],
    ['POST', '/v1/customers/u', 'GET, HEAD, OPTIONS'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/openapi.json', 'GET, HEAD, OPTIONS'],
  ])('%s %s is 405', async (method, path, allow) => {
    const answer = await gateway.get(path, write, method);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.json.error.code).toBe('method_not_allowed');
  });
});

describe('browsers', () => {
  it('may ask first from any page', async () => {
    const headers = {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-retry-count',
    };
    for (const path of [...POSTS.keys(), '/v1/batch/', '/v1/customers/u', '/docs', '/nowhere']) {
      const answer = await gateway.get(path, headers, 'OPTIONS');
      expect(answer.status).toBe(204);
      // Events may come with credentials, as a beacon's do; browsers take no `*` for those.
      const isEvents =
        /^\/v1\/([a-z]|track|identify|page|screen|group|alias|batch|import)\/?$/.test(path);
      expect([path, answer.headers.get('access-control-allow-origin')]).toEqual([
        path,
        isEvents ? headers.origin : '*',
      ]);
      const credentials = answer.headers.get('access-control-allow-credentials');
      expect(credentials).toBe(isEvents ? 'true' : null);
      expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
      const allowed = answer.headers.get('access-control-allow-headers')!.toLowerCase();
      for (const name of ['authorization', 'content-type', 'x-retry-count']) {
        expect(allowed).toContain(name);
      }
    }
  });

  it('may send whatever headers they ask for, if they are names', async () => {
    const asked = async (names: string) => {
      const headers = { origin: 'https://a.example', 'access-control-request-headers': names };
      const answer = await gateway.get('/v1/t', headers, 'OPTIONS');
      expect(answer.headers.get('vary')).toBe('Origin, Access-Control-Request-Headers');
      return answer.headers.get('access-control-allow-headers');
    };
    expect(await asked('traceparent,x-own')).toBe('traceparent,x-own');
    for (const strange of ['', 'a;b', '"', '<x>', 'x'.repeat(2_000)]) {
      expect(await asked(strange)).toMatch(/^Authorization, Content-Type, /);
    }
  });

  it('may read with credentials what became of events, and nothing else', async () => {
    const headers = { ...write, origin: 'https://shop.example' };
    const told = async (path: string, body: object, more: object) => {
      const answer = await gateway.post(path, body, { ...headers, ...more });
      const of = (name: string) => answer.headers.get(`access-control-${name}`);
      expect(of('expose-headers')).toContain('Retry-After');
      return [
        answer.status,
        of('allow-origin'),
        of('allow-credentials'),
        answer.headers.get('vary'),
      ];
    };
    const event = { userId: 'u', event: 'E' };
    const echoed = ['https://shop.example', 'true', 'Origin'];
    expect(await told('/v1/track', event, {})).toEqual([200, ...echoed]);
    expect(await told('/v1/t', {}, {})).toEqual([400, ...echoed]);
    expect(await told('/v1/b', {}, { authorization: 'Bearer x' })).toEqual([401, ...echoed]);
    expect((await told('/v1/t', event, { origin: 'null' }))[1]).toBe('null');
    // Nothing that could not be an origin comes back.
    expect((await told('/v1/t', event, { origin: 'a b' }))[1]).toBe('*');
    for (const path of ['/v1/decide', '/v1/outcomes']) {
      expect(await told(path, {}, {})).toEqual([400, '*', null, null]);
    }
  });

  it('may read every answer, errors too', async () => {
    const answers = [
      await gateway.post(
        '/v1/t',
        { userId: 'u', event: 'E' },
        { ...write, 'content-type': 'text/plain' },
      ),
      await gateway.post('/v1/t', '{', write),
      await gateway.post('/v1/t', {}, {}),
      await gateway.get('/nowhere'),
      await gateway.get('/v1/t'),
      await gateway.get(`/v1/projects/${WRITE_KEY}/settings`),
    ];
    expect(answers.map((a) => a.status)).toEqual([200, 400, 401, 404, 405, 200]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });
});
