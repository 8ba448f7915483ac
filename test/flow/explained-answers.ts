// Of answers.server.test.ts: what `POST /v1/events/explain` answers. The catalog is the one there.

import { expect, it } from 'vitest';
import type { Ask, Json } from '../support/composed-gateways.ts';

/** For two calls that are not at the same instant. */
const withoutTimes = (key: string, value: unknown) => (key === 'expiresAt' ? null : value);

/** Sends, holds the answer against the document, and returns its JSON. */
type Asking = (status: number, method: string, path: string, asked?: Ask) => Promise<Json>;

const viewed = { userId: 'u1', event: 'Viewed', properties: { page: 'p' } };

/** Adds the cases to the suite. */
export function explainedAnswers(ask: Asking): void {
  it('to an event that is only explained', async () => {
    const path = '/v1/events/explain';
    const body = { userId: 'explained', event: 'Viewed', properties: { page: 'p' } };
    const told = await ask(200, 'POST', path, { body, key: 'catalog' });
    expect(told.features).toEqual({
      views: [0, 1],
      by_page: [{}, { p: expect.stringMatching(/^\d{4}-.*Z$/) }],
    });
    expect(told.segments).toEqual({ viewer: [false, true] });
    expect(told.triggers).toEqual([
      { trigger: 'viewed', fired: true },
      {
        ...{ trigger: 'often', fired: false, reason: 'when_false' },
        ...{ clause: 'views >= 9', unknown: ['traits.name'] },
      },
      { trigger: 'paused', fired: true, key: 'p' },
    ]);
    expect(told.decisions[0].candidates).toContainEqual(
      expect.objectContaining({ clause: 'traits.income', unknown: ['traits.income'] }),
    );
    await ask(404, 'GET', '/v1/customers/explained');
    // What was said is what it gets.
    const sent = await ask(200, 'POST', '/v1/track', { body });
    const offersOf = (of: Json) => of.decisions.map((d: Json) => [d.placement, d.offers]);
    const stable = (json: Json) => JSON.parse(JSON.stringify(offersOf(json), withoutTimes));
    expect(stable(sent)).toEqual(stable(told));
    const { features } = await ask(200, 'GET', '/v1/customers/explained');
    expect(features.views).toBe(told.features.views[1]);
    const again = await ask(200, 'POST', path, { body });
    expect(again.features.views).toEqual([1, 2]);
    expect(again.triggers[2]).toMatchObject({ fired: false, reason: 'cooldown', key: 'p' });
    expect(again.triggers[2].until).toBe(
      new Date(Date.parse(features.by_page.p) + 86_400_000).toISOString(),
    );
    for (const type of ['identify', 'page', 'screen', 'group', 'alias']) {
      const more = { groupId: 'g', previousId: 'p' };
      const body = { type, userId: 'explained', ...more };
      expect((await ask(200, 'POST', path, { body })).triggers).toEqual([]);
    }
  });

  it('to an event that cannot be explained', async () => {
    const path = '/v1/events/explain';
    const typed = { userId: 'u4', event: 'Typed', properties: { price: '5' } };
    const { error } = await ask(400, 'POST', path, { body: typed });
    expect([error.code, error.path]).toEqual(['invalid_event', 'properties.price']);
    await ask(400, 'POST', path, { body: { userId: 'u4' } });
    await ask(400, 'POST', path, { body: { event: 'Viewed' } });
    await ask(400, 'POST', path, { body: { ...viewed, type: 'none' } });
    await ask(400, 'POST', path, { body: '{' });
    await ask(400, 'POST', path, { body: { ...viewed, properties: 'x'.repeat(40_000) } });
    const properties = { decisionId: 'none', offerId: 'best' };
    await ask(404, 'POST', path, { body: { userId: 'u4', event: 'Offer Clicked', properties } });
    await ask(403, 'POST', path, { body: viewed, key: 'write' });
    await ask(401, 'POST', path, { body: viewed, key: 'none' });
  });
}
