import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventAnswerSchema } from '../../src/gateway/openapi/response-schemas.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import { done, type RunningGateway, startTestGateway } from './running-gateway.ts';

const DECISION =
  '{"decisionId":"d1","placement":"web_popup","trigger":"t","catalog":"h","fallback":false,' +
  '"holdout":false,"offers":[{"offerId":"o1","treatment":{"title":"Made for “P9”"},"expiresAt":null}]}';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop(1_000));
beforeEach(() => {
  gateway.submissions.length = 0;
  gateway.rejections.length = 0;
  gateway.faults.length = 0;
  gateway.answer = (submission) => done(submission);
});

const lastEvent = (): CustomerEvent => {
  const { stimulus } = gateway.submissions.at(-1)!;
  if (stimulus.kind !== 'event') throw new Error('not an event');
  return stimulus.event;
};

describe('one event', () => {
  it('answers with the decisions that it caused, as the engine wrote them', async () => {
    gateway.answer = (submission) => done(submission, `[${DECISION}]`);
    const answer = await gateway.post('/v1/track', {
      userId: 'u1',
      event: 'Product Viewed',
      messageId: 'm3',
      timestamp: '2026-11-22T08:00:00.000Z',
      properties: { price: 699 },
      context: { channel: 'web' },
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      success: true,
      messageId: 'm3',
      decisions: [JSON.parse(DECISION)],
    });
    eventAnswerSchema.parse(answer.json);
    expect(lastEvent()).toMatchObject({
      type: 'track',
      name: 'Product Viewed',
      userId: 'u1',
      anonymousId: null,
      timestampMs: Date.parse('2026-11-22T08:00:00.000Z'),
      properties: { price: 699 },
      traits: {},
      context: { channel: 'web' },
      label: 'Product Viewed',
    });
    const whole = { live: true, decide: true, record: true };
    expect(gateway.submissions[0]).toMatchObject({ customerId: 'u1', messageId: 'm3', ...whole });
  });

  it('says when it was counted before', async () => {
    gateway.answer = (submission) => ({
      kind: 'done',
      messageId: submission.messageId,
      duplicate: true,
      answer: '[]',
      decisions: [],
    });
    const answer = await gateway.post('/v1/track', { userId: 'u', event: 'E', messageId: 'm' });
    expect(answer.json).toEqual({
      success: true,
      messageId: 'm',
      duplicate: true,
      decisions: [],
    });
  });

  it('makes and returns a messageId where none came', async () => {
    const answer = await gateway.post('/v1/track', { userId: 'u', event: 'E' });
    expect(answer.json.messageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(gateway.submissions[0]!.messageId).toBe(answer.json.messageId);
  });

  it.each([
    ['userId alone', { userId: 'u1' }, 'u1'],
    ['both', { userId: 'u1', anonymousId: 'a1' }, 'u1'],
    ['anonymousId alone', { anonymousId: 'a1' }, 'anonymous:a1'],
    ['an empty userId', { userId: '', anonymousId: 'a1' }, 'anonymous:a1'],
    ['a null userId', { userId: null, anonymousId: 'a1' }, 'anonymous:a1'],
    ['a number', { userId: 42 }, '42'],
  ])('names the customer by %s', async (_, ids, customerId) => {
    expect((await gateway.post('/v1/track', { ...ids, event: 'E' })).status).toBe(200);
    expect(gateway.submissions[0]!.customerId).toBe(customerId);
  });

  it.each([
    ['track', 't', { event: 'E' }, 'E', 'E'],
    ['identify', 'i', { traits: { a: 1 } }, '$identify', null],
    ['page', 'p', { name: 'Home' }, '$page', 'Home'],
    ['screen', 's', { properties: { name: 'Main' } }, '$screen', 'Main'],
    ['group', 'g', { groupId: 'g1' }, '$group', 'g1'],
    ['alias', 'a', { previousId: 'p1' }, '$alias', 'p1'],
  ])('takes %s on its long and its short path', async (type, short, body, name, label) => {
    for (const path of [`/v1/${type}`, `/v1/${short}`]) {
      const answer = await gateway.post(path, { userId: 'u', ...body });
      expect(answer.status).toBe(200);
      expect(lastEvent()).toMatchObject({ type, name, label });
    }
    expect(gateway.submissions).toHaveLength(2);
  });

  it('cuts a long name of a page to what history has of it, too', async () => {
    const name = `${'n'.repeat(255)}😀`;
    expect((await gateway.post('/v1/page', { userId: 'u', properties: { name } })).status).toBe(
      200,
    );
    expect(lastEvent()).toMatchObject({ label: `${'n'.repeat(255)}\ufffd`, properties: { name } });
  });

  it('keeps traits of identify and properties of track apart', async () => {
    await gateway.post('/v1/identify', { userId: 'u', traits: { a: 1 }, properties: { b: 2 } });
    expect(lastEvent()).toMatchObject({ traits: { a: 1 }, properties: {} });
    await gateway.post('/v1/track', { userId: 'u', event: 'E', traits: { a: 1 } });
    expect(lastEvent()).toMatchObject({ traits: {}, properties: {} });
  });

  it.each([
    ['an absent', undefined, (at: number) => at],
    ['a null', null, (at: number) => at],
    ['a later', '9999-12-31T23:59:59.999Z', (at: number) => at],
    ['an earlier', '2020-01-02T03:04:05.678Z', () => Date.parse('2020-01-02T03:04:05.678Z')],
    [
      'a microsecond',
      '2020-01-02T03:04:05.678901+01:00',
      () => Date.parse('2020-01-02T02:04:05.678Z'),
    ],
    ['a zoneless (UTC)', '2020-01-02T03:04:05', () => Date.parse('2020-01-02T03:04:05Z')],
    ['a date', '2020-01-02', () => Date.parse('2020-01-02T00:00:00Z')],
  ])('reads %s timestamp', async (_, timestamp, expected) => {
    const answer = await gateway.post('/v1/track', { userId: 'u', event: 'E', timestamp });
    expect(answer.status).toBe(200);
    expect(lastEvent().timestampMs).toBe(expected(gateway.submissions.at(-1)!.receivedAtMs));
  });

  it('corrects the timestamp by sentAt', async () => {
    await gateway.post('/v1/track', {
      userId: 'u',
      event: 'E',
      timestamp: '2020-01-01T00:00:00Z',
      sentAt: '2020-01-01T00:00:10Z',
    });
    const { timestampMs } = lastEvent();
    const { receivedAtMs } = gateway.submissions.at(-1)!;
    expect(receivedAtMs - timestampMs).toBe(10_000);
  });

  it.each([
    ['Offer Viewed', 'impression'],
    ['Offer Clicked', 'click'],
    ['Offer Accepted', 'accept'],
    ['Offer Redeemed', 'redeem'],
    ['Offer Dismissed', 'dismiss'],
  ])('takes %s with ids as an outcome too', async (event, outcome) => {
    const properties = { decisionId: 'd1', offerId: 'o1' };
    await gateway.post('/v1/track', { userId: 'u', event, properties, messageId: 'm' });
    expect(gateway.submissions[0]!.stimulus).toMatchObject({
      kind: 'event',
      event: { name: event },
      outcome: { decisionId: 'd1', offerId: 'o1', outcome },
    });
    const without = [{ offerId: 'o1' }, { decisionId: null, offerId: 'o1' }, { decisionId: '' }];
    for (const ids of [...without, { ...properties, offerId: '' }]) {
      await gateway.post('/v1/track', { userId: 'u', event, properties: ids });
      expect(gateway.submissions.at(-1)!.stimulus).toMatchObject({ kind: 'event', outcome: null });
    }
    expect(gateway.submissions).toHaveLength(5);
  });

  it.each<[string, string, unknown, string | undefined]>([
    ['no one', '/v1/track', { event: 'E' }, 'userId'],
    ['no event name', '/v1/track', { userId: 'u' }, 'event'],
    ['an empty event name', '/v1/track', { userId: 'u', event: '' }, 'event'],
    ['an event name of ours', '/v1/track', { userId: 'u', event: '$page' }, 'event'],
    ['an event that is a number', '/v1/track', { userId: 'u', event: 5 }, 'event'],
    [
      'a list as properties',
      '/v1/track',
      { userId: 'u', event: 'E', properties: ['x'] },
      'properties',
    ],
    ['text as properties', '/v1/track', { userId: 'u', event: 'E', properties: 'x' }, 'properties'],
    ['text as context', '/v1/page', { userId: 'u', context: 'x' }, 'context'],
    ['a list as traits', '/v1/identify', { userId: 'u', traits: [1] }, 'traits'],
    ['true as userId', '/v1/identify', { userId: true }, 'userId'],
    ['an object as userId', '/v1/identify', { userId: {} }, 'userId'],
    ['a userId beyond 2^53', '/v1/track', { event: 'E', userId: 1e300 }, 'userId'],
    ['a messageId beyond 2^53', '/v1/page', { userId: 'u', messageId: 1e21 }, 'messageId'],
    ['no groupId', '/v1/group', { userId: 'u' }, 'groupId'],
    ['no previousId', '/v1/alias', { userId: 'u' }, 'previousId'],
    ['an id of 10 KB', '/v1/track', { userId: 'u'.repeat(10_240), event: 'E' }, 'userId'],
    [
      'a messageId of 10 KB',
      '/v1/page',
      { userId: 'u', messageId: 'm'.repeat(10_240) },
      'messageId',
    ],
    ['year 1', '/v1/page', { userId: 'u', timestamp: '0001-01-01T00:00:00Z' }, 'timestamp'],
    ['a garbage timestamp', '/v1/page', { userId: 'u', timestamp: 'yesterday' }, 'timestamp'],
    ['a timestamp that is a number', '/v1/page', { userId: 'u', timestamp: 1e12 }, 'timestamp'],
    [
      'the 30th of February',
      '/v1/page',
      { userId: 'u', timestamp: '2026-02-30T00:00:00Z' },
      'timestamp',
    ],
    ['a garbage sentAt', '/v1/page', { userId: 'u', sentAt: 'x' }, 'sentAt'],
    [
      'consent that is text',
      '/v1/page',
      { userId: 'u', context: { consent: { categoryPreferences: { marketing: 'yes' } } } },
      'context.consent.categoryPreferences.marketing',
    ],
    [
      'an outcome without a readable id',
      '/v1/track',
      { userId: 'u', event: 'Offer Viewed', properties: { decisionId: 5, offerId: 'o' } },
      'properties.decisionId',
    ],
    [
      'a path spelled in two ways',
      '/v1/track',
      { userId: 'u', event: 'E', properties: { x: [{ a: { b: 1 }, 'a.b': 2 }] } },
      'properties.x[0].a.b',
    ],
  ])('refuses %s, and says where', async (_, path, body, where) => {
    const answer = await gateway.post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ code: 'invalid_event', path: where });
    expect(gateway.submissions).toHaveLength(0);
    expect(gateway.rejections).toHaveLength(1);
    expect(gateway.rejections[0]).toMatchObject({
      code: 'invalid_event',
      path: where,
      keyId: 'key-write',
    });
    expect(gateway.rejections[0]!.body.length).toBeLessThanOrEqual(4_096);
  });

  it('keeps keys that came in a body out of `rejected`', async () => {
    const start = '{"userId":"u","writeKey" : "admin \\" key","traits":{"a":"x"}';
    await gateway.post('/v1/track', `${start}}`);
    await gateway.post('/v1/track', `${start},`);
    await gateway.post('/v1/track', '{"writeKey":"cut o');
    const kept = '{"userId":"u","writeKey" : "…","traits":{"a":"x"}';
    const bodies = gateway.rejections.map((row) => row.body);
    expect(bodies).toEqual([`${kept}}`, `${kept},`, '{"writeKey":"…"']);
  });

  it('passes on what the pipeline refused, with a row in `rejected`', async () => {
    gateway.answer = () => ({
      kind: 'refused',
      code: 'invalid_event',
      message: 'total is required',
      path: 'properties.total',
    });
    const body = { userId: 'u', event: 'Order Completed', messageId: 'm7' };
    const answer = await gateway.post('/v1/track', body);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({
      error: { code: 'invalid_event', message: 'total is required', path: 'properties.total' },
    });
    expect(gateway.rejections).toMatchObject([
      { messageId: 'm7', customerId: 'u', body: JSON.stringify(body), route: 'track' },
    ]);
  });

  it.each([
    ['store_unavailable', 503],
    ['ledger_full', 503],
    ['overloaded', 503],
    ['rate_limited', 429],
    ['internal', 500],
  ] as const)('answers %s with Retry-After', async (code, status) => {
    gateway.answer = () => ({ kind: 'unavailable', code, retryAfterS: 3 });
    const answer = await gateway.post('/v1/track', { userId: 'u', event: 'E' });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(answer.json.error.code).toBe(code);
    expect(gateway.rejections).toHaveLength(0);
  });

  it('answers 500 without a trace when the pipeline breaks its promise', async () => {
    gateway.answer = () => Promise.reject(new Error('secret detail at /srv/x.ts'));
    const answer = await gateway.post('/v1/track', { userId: 'u', event: 'E' });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
    expect(gateway.faults).toHaveLength(1);
  });
});
