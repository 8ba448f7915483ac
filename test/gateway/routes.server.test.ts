import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERRORS, Unavailable } from '../../src/errors.ts';
import {
  decideAnswerSchema,
  errorAnswerSchema,
  outcomeAnswerSchema,
} from '../../src/gateway/openapi/response-schemas.ts';
import type { Decision } from '../../src/model/decision.ts';
import {
  ADMIN_KEY,
  admin,
  done,
  type RunningGateway,
  startTestGateway,
  WRITE_KEY,
  write,
} from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    customers: {
      async view(customerId) {
        if (customerId === 'down') throw new Unavailable('store_unavailable', 2);
        if (customerId === 'bug') throw new Error('secret');
        return customerId === 'nobody' ? null : { customerId };
      },
    },
  });
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
    ['unknown_key', { authorization: 'Digest x' }, {}],
    ['unknown_key', { authorization: 'Basic !!!' }, {}],
    ['unknown_key', { authorization: 'Basic' }, {}],
    ['unknown_key', basic(`:${WRITE_KEY}`), {}],
  ] as const)('that do not fit are %s (%j %j)', async (code, headers, more) => {
    const answer = await gateway.post('/v1/track', { ...event, ...more }, { ...headers });
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({ error: { code, message: ERRORS[code].message } });
    expect(gateway.submissions).toHaveLength(0);
    expect(gateway.rejections).toHaveLength(0);
  });
});

describe('decide', () => {
  const decision: Decision = {
    decisionId: 'd1',
    customerId: 'u',
    messageId: 'm',
    placement: 'web_popup',
    trigger: null,
    catalog: 'h',
    fallback: false,
    holdout: false,
    offers: [{ offerId: 'o', treatment: { title: 'T' }, expiresAtMs: null }],
    candidates: [
      {
        offerId: 'o',
        stage: 'limit',
        reason: 'chosen',
        score: 2.4,
        terms: { propensity: 0.08, value: 30, context: 1, lever: 1 },
      },
      { offerId: 'p', stage: 'caps', reason: 'capped', score: null, terms: null },
    ],
    decidedAtMs: 0,
    loggingPropensity: 1,
    inputs: {},
  };
  const text =
    '[{"decisionId":"d1","placement":"web_popup","trigger":null,"catalog":"h","fallback":false,' +
    '"holdout":false,"offers":[{"offerId":"o","treatment":{"title":"T"},"expiresAt":null}]}]';

  beforeEach(() => {
    gateway.answer = ({ messageId }) => ({
      kind: 'done',
      messageId,
      duplicate: messageId === 'again',
      answer: text,
      decisions: messageId === 'again' ? [] : [decision],
    });
  });

  it('answers with decisions, without candidates', async () => {
    const answer = await gateway.post('/v1/decide', {
      anonymousId: 'a',
      placements: ['app_home', 'web_popup', 'app_home'],
      context: { channel: 'app' },
      limit: 2,
      messageId: 'm',
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ decisions: JSON.parse(text) });
    decideAnswerSchema.parse(answer.json);
    expect(gateway.submissions[0]).toMatchObject({
      customerId: 'anonymous:a',
      messageId: 'm',
      record: true,
      live: true,
      decide: true,
      stimulus: {
        kind: 'decide',
        request: { placements: ['app_home', 'web_popup'], limit: 2, context: { channel: 'app' } },
      },
    });
  });

  it('explains to the admin key', async () => {
    const body = { userId: 'u', placements: ['web_popup'], explain: true, record: false };
    const answer = await gateway.post('/v1/decide', body, admin);
    expect(answer.status).toBe(200);
    decideAnswerSchema.parse(answer.json);
    expect(answer.json.decisions[0]).toEqual({
      ...JSON.parse(text)[0],
      candidates: decision.candidates,
    });
    expect(gateway.submissions[0]!.record).toBe(false);
  });

  it('says when it was asked before', async () => {
    const body = { userId: 'u', placements: ['web_popup'], messageId: 'again', explain: true };
    const answer = await gateway.post('/v1/decide', body, admin);
    expect(answer.json.duplicate).toBe(true);
    decideAnswerSchema.parse(answer.json);
  });

  it.each([{ explain: true }, { record: false }])('needs the admin key for %j', async (more) => {
    const body = { userId: 'u', placements: ['web_popup'], ...more };
    const answer = await gateway.post('/v1/decide', body);
    expect([answer.status, answer.json.error.code]).toEqual([403, 'key_not_allowed']);
    expect(gateway.submissions).toHaveLength(0);
  });

  it('names the placements that there are when one is unknown', async () => {
    const body = { userId: 'u', placements: ['web_popup', 'moon'] };
    const { status, json } = await gateway.post('/v1/decide', body);
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ code: 'unknown_placement', path: 'placements[1]' });
    expect(json.error.message).toContain('web_popup, app_home');
  });

  it.each([
    ['userId', { placements: ['web_popup'] }],
    ['placements', { userId: 'u' }],
    ['placements', { userId: 'u', placements: [] }],
    ['placements', { userId: 'u', placements: 'web_popup' }],
    ['placements[0]', { userId: 'u', placements: [5] }],
    ['limit', { userId: 'u', placements: ['web_popup'], limit: 0 }],
    ['limit', { userId: 'u', placements: ['web_popup'], limit: 1.5 }],
    ['limit', { userId: 'u', placements: ['web_popup'], limit: '2' }],
    ['context', { userId: 'u', placements: ['web_popup'], context: [] }],
    ['explain', { userId: 'u', placements: ['web_popup'], explain: 'yes' }],
    ['userId', { userId: 'u'.repeat(257), placements: ['web_popup'] }],
    ['context.a.b', { userId: 'u', placements: ['app_home'], context: { a: { b: 1 }, 'a.b': 2 } }],
  ])('refuses a wrong %s', async (path, body) => {
    const answer = await gateway.post('/v1/decide', body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ code: 'invalid_request', path });
  });
});

describe('outcomes', () => {
  const body = { userId: 'u', decisionId: 'd', offerId: 'o', outcome: 'redeem', messageId: 'm' };

  it('are handed on', async () => {
    const answer = await gateway.post('/v1/outcomes', { ...body, timestamp: '2020-01-01' });
    expect(answer.json).toEqual({ success: true, messageId: 'm' });
    outcomeAnswerSchema.parse(answer.json);
    expect(gateway.submissions[0]!.stimulus).toMatchObject({
      kind: 'outcome',
      outcome: {
        decisionId: 'd',
        offerId: 'o',
        outcome: 'redeem',
        customerId: 'u',
        timestampMs: Date.UTC(2020, 0, 1),
      },
    });
  });

  it('of an unknown decision are 404, with a row in `rejected`', async () => {
    gateway.answer = () => ({
      kind: 'refused',
      code: 'unknown_decision',
      message: 'unknown',
      path: null,
    });
    const answer = await gateway.post('/v1/outcomes', body);
    expect([answer.status, answer.json.error.code]).toEqual([404, 'unknown_decision']);
    expect(gateway.rejections).toMatchObject([{ code: 'unknown_decision', messageId: 'm' }]);
  });

  it.each([
    ['outcome', { ...body, outcome: 'bought' }],
    ['offerId', { ...body, offerId: undefined }],
    ['decisionId', { ...body, decisionId: 5 }],
    ['userId', { ...body, userId: undefined }],
    ['timestamp', { ...body, timestamp: '0001-01-01' }],
  ])('with a wrong %s are refused', async (path, wrong) => {
    const answer = await gateway.post('/v1/outcomes', wrong);
    expect(answer.status).toBe(400);
    expect(answer.json.error.path).toBe(path);
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
});

describe('what there is not', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['POST', '/v1/unknown'],
    ['GET', '/v1/customers/'],
    ['GET', '/v1/customers/a/b'],
    ['DELETE', '/%00%ff'],
    ['POST', '/v1/track/'],
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
    for (const path of ['/v1/t', '/v1/batch', '/v1/decide', '/nowhere']) {
      const answer = await gateway.get(path, headers, 'OPTIONS');
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
      const allowed = answer.headers.get('access-control-allow-headers')!.toLowerCase();
      for (const name of ['authorization', 'content-type', 'x-retry-count']) {
        expect(allowed).toContain(name);
      }
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

describe('limits', () => {
  it('holds a key to its rate', async () => {
    const limited = await startTestGateway({
      limits: {
        inFlightMax: 100,
        bodyDeadlineMs: 5_000,
        bodyBytesInFlightMax: 1e6,
        keyRateMax: 3,
      },
    });
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const answer = await limited.post('/v1/track', { userId: 'u', event: 'E' });
      if (answer.status === 429) expect(answer.headers.get('retry-after')).toBe('1');
      statuses.push(answer.status);
    }
    expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
    expect(statuses).toContain(429);
    expect((await limited.post('/v1/track', { userId: 'u', event: 'E' }, admin)).status).toBe(200);
    await limited.stop(100);
  });

  it('answers 503 past the submissions it may have in flight, and recovers', async () => {
    const small = await startTestGateway({
      limits: {
        inFlightMax: 2,
        bodyDeadlineMs: 5_000,
        bodyBytesInFlightMax: 1e6,
        keyRateMax: 0,
      },
    });
    const release: (() => void)[] = [];
    small.answer = (s) => new Promise((resolve) => release.push(() => resolve(done(s))));
    const first = [1, 2].map(() => small.post('/v1/track', { userId: 'u', event: 'E' }));
    await expect.poll(() => release.length).toBe(2);
    const third = await small.post('/v1/track', { userId: 'u', event: 'E' });
    expect([third.status, third.json.error.code]).toEqual([503, 'overloaded']);
    for (const open of release) open();
    expect((await Promise.all(first)).map((a) => a.status)).toEqual([200, 200]);
    small.answer = (s) => done(s);
    // More events than may be in flight still pass, a window at a time.
    const batch = Array.from({ length: 7 }, () => ({ type: 'page', userId: 'u' }));
    expect((await small.post('/v1/batch', { batch })).json.results).toHaveLength(7);
    await small.stop(100);
  });

  it('rate-limits rows of rejected events, not their answers', async () => {
    const batch = Array.from({ length: 3_000 }, () => ({}));
    const answer = await gateway.post('/v1/batch', { batch });
    expect(answer.json.results).toHaveLength(3_000);
    expect(gateway.rejections.length).toBeLessThan(1_500);
    expect(gateway.rejections.length).toBeGreaterThan(100);
  });
});

describe('stopping', () => {
  it('answers what is in flight, then closes everything', async () => {
    const stopping = await startTestGateway();
    let open: () => void = () => {};
    stopping.answer = (s) =>
      new Promise((resolve) => {
        open = () => resolve(done(s));
      });
    const inFlight = stopping.post('/v1/track', { userId: 'u', event: 'E' });
    await expect.poll(() => stopping.submissions.length).toBe(1);
    const stopped = stopping.stop(5_000);
    await expect(stopping.get('/healthz')).rejects.toThrow();
    open();
    expect((await inFlight).status).toBe(200);
    await stopped;
  });

  it('does not wait longer than it was told', async () => {
    const stopping = await startTestGateway();
    stopping.answer = () => new Promise(() => {});
    const inFlight = stopping.post('/v1/track', { userId: 'u', event: 'E' });
    inFlight.catch(() => {});
    await expect.poll(() => stopping.submissions.length).toBe(1);
    await stopping.stop(50);
    await expect(inFlight).rejects.toThrow();
  });

  it('says in one line when it cannot listen', async () => {
    await expect(startTestGateway({ host: '203.0.113.1' })).rejects.toThrow(/cannot listen on/);
  });
});
