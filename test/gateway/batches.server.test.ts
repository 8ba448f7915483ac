import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/errors.ts';
import { batchAnswerSchema } from '../../src/gateway/openapi/response-schemas.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import {
  admin,
  done,
  type RunningGateway,
  startTestGateway,
  WRITE_KEY,
  write,
} from './running-gateway.ts';

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

describe('a batch', () => {
  const track = (i: number, more: object = {}) => ({
    type: 'track',
    event: 'E',
    userId: 'u',
    messageId: `m${i}`,
    ...more,
  });

  it('answers for each event in its place, and keeps the order of the body', async () => {
    gateway.answer = (submission) =>
      done(submission, submission.messageId === 'm2' ? `[${DECISION}]` : '[]');
    const batch = Array.from({ length: 1_000 }, (_, i) => track(i));
    const answer = await gateway.post('/v1/batch', { batch });
    expect(answer.status).toBe(200);
    batchAnswerSchema.parse(answer.json);
    expect(answer.json.results).toHaveLength(1_000);
    expect(answer.json.results[2]).toEqual({ messageId: 'm2', decisions: [JSON.parse(DECISION)] });
    expect(gateway.submissions.map((s) => s.messageId)).toEqual(batch.map((e) => e.messageId));
  });

  it('tells which events can never be accepted, and accepts the others', async () => {
    gateway.answer = (submission) =>
      submission.messageId === 'm4'
        ? { kind: 'refused', code: 'unknown_decision', message: 'unknown', path: null }
        : done(submission);
    const answer = await gateway.post('/v1/b', {
      batch: [
        track(0),
        { type: 'track', userId: 'u' },
        5,
        { type: 'pay', userId: 'u' },
        track(4),
        track(5, { properties: { blob: 'x'.repeat(33_000) } }),
        track(6),
      ],
    });
    expect(answer.status).toBe(200);
    batchAnswerSchema.parse(answer.json);
    expect(answer.json.results[0]).toEqual({ messageId: 'm0', decisions: [] });
    const errors = answer.json.results.map((r: { error?: { code: string; path: string } }) =>
      r.error === undefined ? null : [r.error.code, r.error.path],
    );
    expect(errors).toEqual([
      null,
      ['invalid_event', 'batch[1].event'],
      ['invalid_event', 'batch[2]'],
      ['invalid_event', 'batch[3].type'],
      ['unknown_decision', 'batch[4]'],
      ['event_too_large', 'batch[5]'],
      null,
    ]);
    expect(gateway.rejections.map((r) => r.path)).toEqual([
      'batch[1].event',
      'batch[2]',
      'batch[3].type',
      'batch[4]',
      'batch[5]',
    ]);
    expect(Buffer.byteLength(gateway.rejections[4]!.body)).toBe(4_096);
  });

  it.each([
    ['store_unavailable', 503],
    ['rate_limited', 429],
    ['internal', 503],
  ] as const)('is %s as a whole when one event is', async (code, status) => {
    gateway.answer = (submission) =>
      submission.messageId === 'm1'
        ? { kind: 'unavailable', code, retryAfterS: 7 }
        : done(submission);
    const answer = await gateway.post('/v1/batch', { batch: [track(0), track(1), {}] });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(answer.json.error.code).toBe(code);
    // It comes again, and with it its faults.
    expect(gateway.rejections).toHaveLength(0);
  });

  it('puts its context under that of its events, and its sentAt over theirs', async () => {
    await gateway.post('/v1/batch', {
      context: { channel: 'web', ip: '1' },
      sentAt: '2020-01-01T00:00:10Z',
      batch: [
        track(0, { context: { channel: 'app' }, timestamp: '2020-01-01T00:00:00Z' }),
        track(1, { sentAt: '2021-01-01T00:00:00Z', timestamp: '2020-01-01T00:00:00Z' }),
      ],
    });
    const sent = gateway.submissions;
    const events = sent.map((s) => (s.stimulus as { event: CustomerEvent }).event);
    expect(events.map((e) => e.context)).toEqual([
      { channel: 'app', ip: '1' },
      { channel: 'web', ip: '1' },
    ]);
    expect(events.map((e, i) => sent[i]!.receivedAtMs - e.timestampMs)).toEqual([10_000, 10_000]);
  });

  it('finds a path that only both contexts together spell in two ways', async () => {
    const answer = await gateway.post('/v1/batch', {
      context: { 'a.b': 1 },
      batch: [track(0, { context: { a: { b: 2 } } }), track(1)],
    });
    expect(answer.json.results[0].error.path).toBe('batch[0].context.a.b');
    expect(answer.json.results[1].messageId).toBe('m1');
  });

  it('counts its context in the size of each event, since each is stored with it', async () => {
    const batch = [track(0), track(1, { properties: { a: 'x'.repeat(20_000) } }), track(2)];
    const answer = await gateway.post('/v1/batch', { context: { a: 'x'.repeat(20_000) }, batch });
    expect(answer.json.results.map((r: { error?: object }) => r.error ?? null)).toEqual([
      null,
      { code: 'event_too_large', message: ERRORS.event_too_large.message, path: 'batch[1]' },
      null,
    ]);
  });

  it('measures bytes, not characters', async () => {
    // 15,000 characters, 45 KB: as an event, and as an event with its batch's context.
    const han = '\u5317'.repeat(15_000);
    const large = await gateway.post('/v1/batch', { batch: [track(0, { properties: { han } })] });
    expect(large.json.results[0].error.code).toBe('event_too_large');
    const context = await gateway.post('/v1/batch', { context: { han }, batch: [track(0)] });
    expect(context.json.results[0].error.code).toBe('event_too_large');
    expect(gateway.submissions).toHaveLength(0);
  });

  it.each([
    ['/v1/batch', {}, 400, 'batch_too_large'],
    ['/v1/import', admin, 413, 'body_too_large'],
  ])('to %s is refused as a whole when copies of its context would be 4 MB', async (...row) => {
    const [path, headers, status, code] = row;
    const post = (events: number) =>
      gateway.post(
        path,
        {
          ...{ writeKey: WRITE_KEY, context: { a: 'x'.repeat(10_000) } },
          batch: Array.from({ length: events }, (_, i) => track(i)),
        },
        headers,
      );
    expect((await post(400)).status).toBe(200);
    expect(gateway.submissions).toHaveLength(400);
    const answer = await post(410);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatchObject({ code, path: 'context' });
    expect(answer.json.error.message).toContain('4000 KB');
    expect(gateway.submissions).toHaveLength(400);
  });

  it.each([
    ['no list', {}, 'batch'],
    ['a context that is text', { batch: [], context: 'x' }, 'context'],
    ['a garbage sentAt', { batch: [], sentAt: 'x' }, 'sentAt'],
    ['consent that is text', { batch: [], context: { consent: 'x' } }, 'context.consent'],
    [
      'a preference that is text',
      { batch: [], context: { consent: { categoryPreferences: { marketing: 'yes' } } } },
      'context.consent.categoryPreferences.marketing',
    ],
  ])('is unreadable with %s', async (_, body, path) => {
    const answer = await gateway.post('/v1/batch', body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ code: 'invalid_request', path });
    const imported = await gateway.post('/v1/import', body, admin);
    // An import has no use for sentAt.
    expect(imported.status).toBe(path === 'sentAt' ? 200 : 400);
  });

  it('may be empty', async () => {
    const answer = await gateway.post('/v1/batch', { batch: [], writeKey: WRITE_KEY }, {});
    expect([answer.status, answer.json]).toEqual([200, { success: true, results: [] }]);
  });
});

describe('an import', () => {
  it('processes each event at its own time', async () => {
    const at = '2020-01-01T00:00:00.000Z';
    const event = { type: 'track', event: 'E', userId: 'u' };
    const answer = await gateway.post(
      '/v1/import?decide=false',
      {
        sentAt: '2020-06-01T00:00:00Z',
        batch: [
          { ...event, timestamp: at },
          { ...event, timestamp: '9999-01-01T00:00:00Z' },
          event,
        ],
      },
      admin,
    );
    expect(answer.status).toBe(200);
    const [past, future, untimed] = gateway.submissions;
    expect(past).toMatchObject({ nowMs: Date.parse(at), live: false, decide: false });
    expect(past!.receivedAtMs).toBeGreaterThan(Date.parse('2026-01-01'));
    expect(future!.nowMs).toBe(future!.receivedAtMs);
    expect(untimed!.nowMs).toBe(untimed!.receivedAtMs);
  });

  it('decides unless told otherwise, and takes no other word', async () => {
    const body = { batch: [{ type: 'track', event: 'E', userId: 'u' }] };
    await gateway.post('/v1/import', body, admin);
    expect(gateway.submissions[0]!.decide).toBe(true);
    expect((await gateway.post('/v1/import?decide=maybe', body, admin)).status).toBe(400);
  });

  const basic = { authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}` };
  it.each([
    ['Bearer', write, {}],
    ['Basic, without a password', basic, {}],
    ['the body', {}, { writeKey: WRITE_KEY }],
  ])('with a write key in %s is a batch: live, with its limits', async (_, headers, more) => {
    const at = '2020-01-01T00:00:00.000Z';
    const event = { type: 'track', event: 'E', userId: 'u', messageId: 'm', timestamp: at };
    const send = async (path: string, body: object) => {
      const answer = await gateway.post(path, { ...body, ...more }, { ...headers });
      return [answer.status, answer.text, answer.headers.get('x-ratelimit-limit')];
    };
    for (const body of [
      { batch: [event, { ...event, messageId: 'n' }], sentAt: '2020-06-01T00:00:00Z' },
      { batch: [event, 5] },
      { batch: [], sentAt: 'x' },
      { batch: [], context: 'x' },
      { batch: [event, event], context: { a: 'x'.repeat(33_000) } },
      { batch: Array(410).fill(event), context: { a: 'x'.repeat(10_000) } },
      { batch: 5 },
    ]) {
      const asBatch = await send('/v1/batch', body);
      for (const path of ['/v1/import', '/v1/import?decide=false', '/v1/import?decide=x']) {
        expect(await send(path, body)).toEqual(asBatch);
      }
    }
    for (const { live, decide, nowMs } of gateway.submissions) {
      expect([live, decide, nowMs > Date.parse('2026-01-01')]).toEqual([true, true, true]);
    }
    // The key is not known by then where only the body has it.
    if (more === undefined || 'writeKey' in more) return;
    const blob = 'x'.repeat(600_000);
    expect(await send('/v1/import', { blob })).toEqual(await send('/v1/batch', { blob }));
  });
});
