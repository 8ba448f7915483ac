// Each way in which a page without a token can speak of a customer whom it names.

import { expect } from 'vitest';
import type { Json } from '../support/composed-gateways.ts';

/** A request with the page's key. */
export type Send = (path: string, body: object) => Promise<{ status: number; json: Json }>;

/** What is known of the customer: an event of a server's, and a decision that answered it. */
export interface Victim {
  readonly known: { readonly userId: string; readonly anonymousId: string };
  readonly first: { readonly messageId: string };
  readonly decision: {
    readonly decisionId: string;
    readonly offers: readonly { offerId: string }[];
  };
}

const lying = {
  traits: { name: 'X' },
  externalIds: [{ type: 'phone', id: '+8613800138000' }],
  consent: { categoryPreferences: { marketing: false } },
};

/** Tries them all; whatever is let in is answered with no decisions. */
export async function tryEachWay(send: Send, { known, first, decision }: Victim): Promise<void> {
  const { decisionId } = decision;
  const { offerId } = decision.offers[0]!;
  for (const who of [{ userId: known.userId }, known, { ...known, anonymousId: 'a9' }]) {
    // An answer that was given, a new one, and ids that a server will use.
    for (const messageId of ['m1', undefined, 'later']) {
      const event = { ...first, ...who, messageId, properties: { page: 'p2' }, context: lying };
      const answer = await send('/v1/track', event);
      expect([answer.status, answer.json.decisions]).toEqual([200, []]);
      if (messageId !== undefined) expect(answer.json.messageId).toBe(messageId);
    }
    const clicked = { event: 'Offer Clicked', properties: { decisionId, offerId } };
    expect((await send('/v1/track', { ...who, ...clicked })).json.decisions).toEqual([]);
    const never = { event: 'Offer Clicked', properties: { decisionId: 'never', offerId } };
    expect((await send('/v1/track', { ...who, ...never })).status).toBe(200);
    for (const [call, more] of [
      ['identify', { traits: { name: 'X', phone: '+8613800138000' } }],
      ['alias', { previousId: 'u2' }],
      ['alias', { previousId: 'a7' }],
      ['group', { groupId: 'g' }],
      ['page', { name: 'P' }],
    ] as const) {
      const answer = await send(`/v1/${call}`, { ...who, ...more, context: lying });
      expect([call, answer.status, answer.json.decisions]).toEqual([call, 200, []]);
    }
    const batch = { batch: [{ ...first, ...who, type: 'track' }], context: lying };
    for (const path of ['/v1/batch', '/v1/import']) {
      expect((await send(path, batch)).json.results[0].decisions).toEqual([]);
    }
    for (const more of [{}, { messageId: 'm1' }, { messageId: 'later' }]) {
      const question = { ...who, placements: ['popup'], context: lying, ...more };
      expect((await send('/v1/decide', question)).status).toBe(403);
    }
    const report = { ...who, decisionId, offerId, outcome: 'click' };
    expect((await send('/v1/outcomes', report)).status).toBe(403);
  }
  // Names of other kinds are no user ids.
  for (const userId of [
    'phone:+8613800138000',
    `anonymous:${known.anonymousId}`,
    'email:a@b.cc',
    'card:8811223344',
    'device:d',
  ]) {
    expect((await send('/v1/track', { ...first, userId })).status).toBe(403);
    const batch = { batch: [{ ...first, userId, type: 'track' }] };
    expect((await send('/v1/batch', batch)).json.results[0].error.code).toBe('key_not_allowed');
  }
}

/** What a customer's view says beside what was counted, and beside how that reads. */
export function uncounted(view: Json): Json {
  const { features: _, described: __, lastEvents: ___, stateBytes: ____, ...rest } = view;
  return rest;
}
