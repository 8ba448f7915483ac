// Real answers of a whole gateway against the OpenAPI document that it serves.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Ask,
  type ComposedGateway,
  type ComposedGateways,
  composeGateways,
  type Json,
} from '../support/composed-gateways.ts';
import { documentedPaths, faultsOfAnswer } from '../support/openapi-check.ts';
import { catalogAnswers } from './catalog-answers.ts';
import { explainedAnswers } from './explained-answers.ts';
import { itemAnswers } from './item-answers.ts';
import { shownCustomer } from './shown-customer.ts';

const CATALOG = `
catalog: answers
consent:
  marketing: { default: denied }
events:
  Typed: { properties: { price: number! } }
features:
  views: { count: Viewed }
  by_page: { last: Viewed, by: properties.page }
segments:
  viewer: views >= 1
  depth:
    - deep: views > 9
triggers:
  viewed: { on: Viewed, decide: [slot, push] }
  often: { on: Viewed, when: "views >= 9 && traits.name != ''", decide: slot }
  paused: { on: Viewed, decide: slot, cooldown: 1d, per: properties.page }
offers:
  best: { propensity: 0.5, value: 3, expires: 15m, treatments: { slot: { n: "{{ views }}" } } }
  worse: { propensity: 0.1, budget: { grants: 100, per_day: 9, money: 50.5, each: 0.5 }, treatments: { slot: {}, push: {}, held: {} } }
  unscored: { value: traits.income, treatments: { slot: {} } }
  late: { starts: 2099-01-01, treatments: { slot: {} } }
  always: { treatments: { slot: {}, held: {} } }
placements:
  slot: { channel: web, fallback: always }
  push: { channel: push, consent: marketing }
  held: { channel: web, holdout: 100%, fallback: always }
`;

let all: ComposedGateways;
let gateway: ComposedGateway;
const seen = new Set<string>();
beforeAll(async () => {
  all = await composeGateways(CATALOG);
  gateway = all.gateways[0]!;
});
afterAll(() => all?.stop());

/** Sends, holds the answer against the document, and returns its JSON. */
async function ask(status: number, method: string, path: string, asked: Ask = {}): Promise<Json> {
  const answer = await gateway.request(method, path, asked);
  seen.add(path.replace(/\?.*/, ''));
  expect([method, path, answer.status]).toEqual([method, path, status]);
  expect(faultsOfAnswer(method, path, answer)).toEqual([]);
  return answer.json;
}

const viewed = { userId: 'u1', event: 'Viewed', messageId: 'm1', properties: { page: 'p' } };

describe('answers as the OpenAPI document has them', () => {
  it('to events, new and duplicate', async () => {
    const first = await ask(200, 'POST', '/v1/track', { body: viewed, key: 'write' });
    expect(first.decisions.map((d: Json) => d.placement)).toEqual(['slot', 'push']);
    const again = await ask(200, 'POST', '/v1/t', { body: viewed });
    expect(again).toEqual({ ...first, duplicate: true });
    for (const [path, more] of [
      ['identify', { traits: { name: 'N' } }],
      ['page', {}],
      ['screen', { name: 'S' }],
      ['group', { groupId: 'g' }],
      ['alias', { previousId: 'p' }],
    ] as const) {
      await ask(200, 'POST', `/v1/${path}`, { body: { userId: 'u1', ...more } });
      await ask(200, 'POST', `/v1/${path.charAt(0)}`, { body: { userId: 'u1', ...more } });
    }
  });

  it('to batches and imports, with a place for every event', async () => {
    const batch = [{ type: 'track', ...viewed }, { type: 'track', userId: 'u1' }, 5];
    for (const path of ['/v1/batch', '/v1/b', '/v1/import', '/v1/import?decide=false']) {
      const { results } = await ask(200, 'POST', path, { body: { batch } });
      expect(results[0].duplicate).toBe(true);
      expect(results[1].error.path).toBe('batch[1].event');
      expect(results[2].error.path).toBe('batch[2]');
    }
  });

  it('to questions, with every kind of candidate', async () => {
    const body = { userId: 'u2', placements: ['slot', 'push', 'held'], explain: true };
    const { decisions } = await ask(200, 'POST', '/v1/decide', { body });
    const reasons = decisions.flatMap((d: Json) => d.candidates.map((c: Json) => c.reason));
    expect(new Set(reasons)).toEqual(
      new Set([
        ...['chosen', 'outranked', 'score_unknown', 'not_started', 'no_consent'],
        ...['holdout', 'fallback'],
      ]),
    );
    await ask(200, 'POST', '/v1/decide', { body: { ...body, explain: false, messageId: 'q' } });
    await ask(200, 'POST', '/v1/decide', { body: { ...body, messageId: 'q' } });
  });

  explainedAnswers((...asked) => ask(...asked));
  shownCustomer((...asked) => ask(...asked));

  it('to a question for more offers than any placement has', async () => {
    const body = { userId: 'u2', placements: ['slot'], limit: 1_000_000 };
    const { decisions } = await ask(200, 'POST', '/v1/decide', { body });
    expect(decisions[0].offers).toHaveLength(1);
  });

  it('to outcomes and about customers', async () => {
    const question = { userId: 'u3', placements: ['slot'] };
    const { decisions } = await ask(200, 'POST', '/v1/decide', { body: question });
    const { decisionId } = decisions[0];
    const report = { userId: 'u3', decisionId, offerId: 'best', outcome: 'click' };
    await ask(200, 'POST', '/v1/outcomes', { body: report });
    const again = await ask(200, 'POST', '/v1/outcomes', { body: report });
    expect(again.duplicate).toBe(true);
    await ask(404, 'POST', '/v1/outcomes', { body: { ...report, offerId: 'late' } });
    const properties = { decisionId: 'none', offerId: 'best' };
    const event = { userId: 'u3', event: 'Offer Clicked', properties };
    await ask(404, 'POST', '/v1/track', { body: event });
    const customer = await ask(200, 'GET', '/v1/customers/u3');
    expect(customer.recentDecisions[0].offers).toEqual([{ offerId: 'best', outcomes: ['click'] }]);
    expect(customer.features).toEqual({ views: 0, by_page: {} });
    expect(customer.segments).toEqual({ viewer: false, depth: null });
    await ask(404, 'GET', '/v1/customers/nobody');
    expect((await ask(200, 'GET', '/v1/budgets')).budgets).toHaveLength(1);
  });

  it('to what is refused', async () => {
    const typed = { userId: 'u4', event: 'Typed', properties: { price: '5' } };
    const { error } = await ask(400, 'POST', '/v1/track', { body: typed });
    expect([error.code, error.path]).toEqual(['invalid_event', 'properties.price']);
    await ask(400, 'POST', '/v1/track', { body: '{' });
    await ask(400, 'POST', '/v1/track', { body: { ...viewed, properties: 'x'.repeat(40_000) } });
    await ask(400, 'POST', '/v1/batch', { body: {} });
    await ask(400, 'POST', '/v1/decide', { body: { userId: 'u4', placements: ['nowhere'] } });
    await ask(413, 'POST', '/v1/decide', { body: 'x'.repeat(40_000) });
    await ask(413, 'POST', '/v1/import', { body: 'x'.repeat(600_000) });
    await ask(404, 'GET', '/v1/nowhere');
    await ask(405, 'DELETE', '/v1/track');
    for (const path of ['track', 'batch', 'import', 'decide', 'outcomes']) {
      await ask(401, 'POST', `/v1/${path}`, { body: {}, key: 'none' });
      await ask(401, 'POST', `/v1/${path}`, { body: {}, key: 'unknown' });
    }
    await ask(200, 'POST', '/v1/tokens', { body: { userId: 'u1', ttl: '2h' }, key: 'write' });
    await ask(401, 'GET', '/v1/customers/u1', { key: 'none' });
    await ask(403, 'GET', '/v1/customers/u1', { key: 'write' });
    await ask(401, 'GET', '/v1/budgets', { key: 'none' });
    await ask(403, 'GET', '/v1/budgets', { key: 'write' });
    await ask(400, 'POST', '/v1/import', { body: 'x'.repeat(600_000), key: 'write' });
    for (const asked of [{ explain: true }, { record: false }]) {
      const body = { userId: 'u1', placements: ['slot'], ...asked };
      await ask(403, 'POST', '/v1/decide', { body, key: 'write' });
    }
  });

  catalogAnswers(ask, CATALOG);
  itemAnswers(ask);

  it('on every other page', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs']) {
      await ask(200, 'GET', path, { key: 'none' });
    }
    await ask(200, 'GET', '/docs/rapidoc-min.js', { key: 'none' });
    await ask(200, 'GET', '/v1/proffer.js', { key: 'none' });
    await ask(401, 'GET', '/v1/stream', { key: 'none' });
    for (const status of ['failed', 'pending']) {
      const { deliveries } = await ask(200, 'GET', `/v1/deliveries?status=${status}`);
      expect(deliveries).toEqual([]);
    }
    await ask(400, 'GET', '/v1/deliveries?status=sent');
    await ask(403, 'GET', '/v1/deliveries?status=failed', { key: 'write' });
    await ask(404, 'POST', '/v1/deliveries/dlv_none/retry', { body: {} });
    await ask(200, 'GET', '/v1/projects/write-key-of-the-test/settings', { key: 'none' });
  });

  it('to merging, and to taking it back', async () => {
    for (const userId of ['m1', 'm2']) await ask(200, 'POST', '/v1/page', { body: { userId } });
    const { mergeId } = await ask(200, 'POST', '/v1/customers/m1/merge', { body: { from: 'm2' } });
    // Again, as after an answer that was lost; and with itself.
    await ask(200, 'POST', '/v1/customers/m1/merge', { body: { from: 'm2' } });
    await ask(400, 'POST', '/v1/customers/m1/merge', { body: { from: 'm1' } });
    await ask(404, 'POST', '/v1/customers/m1/merge', { body: { from: 'nobody' } });
    await ask(404, 'POST', '/v1/customers/m1/unmerge', { body: { mergeId: `${mergeId}x` } });
    await ask(403, 'POST', '/v1/customers/m1/unmerge', { body: { mergeId }, key: 'write' });
    await ask(404, 'POST', '/v1/customers/m1/unlink', { body: { name: 'phone:12' } });
    await ask(400, 'POST', '/v1/customers/m1/unlink', { body: { name: 'm1' } });
    await ask(200, 'POST', '/v1/customers/m1/unlink', { body: { name: 'm2' } });
  });

  it('and no documented path was left out here', () => {
    const asked = (path: string) =>
      [...seen].some((s) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(s));
    expect(documentedPaths.filter((path) => !asked(path))).toEqual([]);
  });
});
