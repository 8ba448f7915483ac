import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  decideAnswerSchema,
  outcomeAnswerSchema,
} from '../../src/gateway/openapi/response-schemas.ts';
import type { Decision } from '../../src/model/decision.ts';
import { NO_INPUTS } from '../../src/model/inputs.ts';
import { admin, done, type RunningGateway, startTestGateway } from './running-gateway.ts';

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

describe('decide', () => {
  const decision: Decision = {
    decisionId: 'd1',
    placement: 'web_popup',
    trigger: null,
    catalog: 'h',
    fallback: false,
    holdout: false,
    waiting: false,
    delivery: null,
    list: null,
    offers: [{ offerId: 'o', treatment: { title: 'T' }, expiresAtMs: null }],
    candidates: [
      {
        offerId: 'o',
        stage: 'limit',
        reason: 'chosen',
        score: 2.4,
        terms: { propensity: 0.08, value: 30, context: 1, lever: 1 },
        clause: null,
        unknown: [],
      },
      {
        ...{ offerId: 'p', stage: 'caps', reason: 'capped', score: null, terms: null },
        ...{ clause: '2 in 7d', unknown: [] },
      },
    ],
    grants: [],
    decidedAtMs: 0,
    loggingPropensity: 1,
    inputs: NO_INPUTS,
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
        request: {
          placements: ['app_home', 'web_popup', 'app_home'],
          limit: 2,
          context: { channel: 'app' },
        },
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

  it('says where a placement is unknown, as the catalog that was asked says it', async () => {
    const message = 'The catalog has no such placement; it has: web_popup.';
    gateway.answer = () => ({
      ...{ kind: 'refused', code: 'unknown_placement', message, path: 'placements[1]' },
    });
    const body = { userId: 'u', placements: ['web_popup', 'moon'] };
    const { status, json } = await gateway.post('/v1/decide', body);
    expect(status).toBe(400);
    expect(json.error).toEqual({ code: 'unknown_placement', message, path: 'placements[1]' });
    expect(gateway.rejections).toEqual([]);
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
    ['context', { userId: 'u', placements: ['web_popup'], context: ['x'] }],
    ['explain', { userId: 'u', placements: ['web_popup'], explain: 'yes' }],
    ['userId', { userId: 'u'.repeat(257), placements: ['web_popup'] }],
    ['userId', { userId: 1e300, placements: ['web_popup'] }],
    ['messageId', { userId: 'u', messageId: 1e21, placements: ['web_popup'] }],
    ['context.a.b', { userId: 'u', placements: ['app_home'], context: { a: { b: 1 }, 'a.b': 2 } }],
    ['context.consent', { userId: 'u', placements: ['app_home'], context: { consent: 'x' } }],
    ['context.consent', { userId: 'u', placements: ['app_home'], context: { consent: ['x'] } }],
    [
      'context.consent.categoryPreferences',
      {
        ...{ userId: 'u', placements: ['app_home'] },
        context: { consent: { categoryPreferences: ['marketing'] } },
      },
    ],
    [
      'context.consent.categoryPreferences.marketing',
      {
        ...{ userId: 'u', placements: ['app_home'] },
        context: { consent: { categoryPreferences: { marketing: 'yes' } } },
      },
    ],
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
    expect(gateway.submissions[0]).toMatchObject({
      customerId: 'u',
      messageId: 'm',
      stimulus: {
        kind: 'outcome',
        outcome: {
          decisionId: 'd',
          offerId: 'o',
          outcome: 'redeem',
          timestampMs: Date.UTC(2020, 0, 1),
        },
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
    ['userId', { ...body, userId: 1e21 }],
    ['anonymousId', { ...body, anonymousId: -1e21 }],
    ['timestamp', { ...body, timestamp: '0001-01-01' }],
    ['sentAt', { ...body, sentAt: 'x' }],
    ['context', { ...body, context: 'x' }],
    ['context.consent', { ...body, context: { consent: 'x' } }],
    ['sentAt', { ...body, sentAt: 'x', timestamp: '2020-01-01' }],
  ])('with a wrong %s are refused', async (path, wrong) => {
    const answer = await gateway.post('/v1/outcomes', wrong);
    expect(answer.status).toBe(400);
    expect(answer.json.error.path).toBe(path);
  });
});
