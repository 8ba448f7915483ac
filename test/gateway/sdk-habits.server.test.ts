// What published SDKs send beside the letter of Segment's specification.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CustomerEvent } from '../../src/model/event.ts';
import { admin, type RunningGateway, startTestGateway, write } from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop(1_000));
beforeEach(() => {
  gateway.submissions.length = 0;
});

const lastEvent = (): CustomerEvent => {
  const { stimulus } = gateway.submissions.at(-1)!;
  if (stimulus.kind !== 'event') throw new Error('not an event');
  return stimulus.event;
};

describe('what SDKs send', () => {
  const ming = { name: 'Ming' };
  it.each([
    ['none of its own', {}, ming, ming],
    ['null', { traits: null }, ming, ming],
    ['an empty object', { traits: {} }, ming, ming],
    ["PHP's empty map", { traits: [] }, ming, ming],
    ['some of its own, which alone count', { traits: { a: 1 } }, ming, { a: 1 }],
    ['none, and none there', {}, undefined, {}],
    ['none, and an empty list there', {}, [], {}],
    ['none, and a text there', {}, 'x', {}],
    ['none, and a list there', {}, [ming], {}],
    ['none, and null there', {}, null, {}],
  ])('takes the traits of an identify from its context when it has %s', async (...row) => {
    const [, own, inContext, traits] = row;
    const context = { channel: 'web', traits: inContext };
    const body = { type: 'identify', userId: 'u', ...own };
    expect((await gateway.post('/v1/identify', { ...body, context })).status).toBe(200);
    expect((await gateway.post('/v1/batch', { batch: [{ ...body, context }] })).status).toBe(200);
    expect((await gateway.post('/v1/batch', { batch: [body], context })).status).toBe(200);
    const events = gateway.submissions.map((s) => (s.stimulus as { event: CustomerEvent }).event);
    expect(events.map((event) => event.traits)).toEqual([traits, traits, traits]);
    // What the caller stated is kept where it stood, too.
    expect(lastEvent().context.channel).toBe('web');
    // Of a group they are the customer's, not the group's.
    await gateway.post('/v1/group', { ...body, groupId: 'g', context });
    expect(lastEvent().traits).toEqual('a' in traits ? traits : {});
  });

  it('reads an empty list as an empty object wherever an object is expected', async () => {
    const empty = { properties: [], traits: [], context: [] };
    const calls = { track: { event: 'E' }, page: {}, screen: {}, identify: {} };
    for (const [type, body] of Object.entries(calls)) {
      const event = { userId: 'u', ...body, ...empty };
      expect((await gateway.post(`/v1/${type}`, event)).status).toBe(200);
      expect(lastEvent()).toMatchObject({ properties: {}, traits: {}, context: {} });
      const batch = { batch: [{ type, ...event }], context: [] };
      for (const path of ['/v1/batch', '/v1/import']) {
        const answer = await gateway.post(path, batch, path === '/v1/import' ? admin : write);
        expect([answer.status, answer.json.results[0].error]).toEqual([200, undefined]);
        expect(lastEvent()).toMatchObject({ properties: {}, traits: {}, context: {} });
      }
    }
    const asked = { userId: 'u', placements: ['web_popup'], context: [] };
    expect((await gateway.post('/v1/decide', asked)).status).toBe(200);
    expect(gateway.submissions.at(-1)!.stimulus).toMatchObject({ request: { context: {} } });
    const outcome = { userId: 'u', decisionId: 'd', offerId: 'o', outcome: 'click', context: [] };
    expect((await gateway.post('/v1/outcomes', outcome)).status).toBe(200);
  });
});
