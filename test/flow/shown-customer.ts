// Of answers.server.test.ts: a customer as shop and service staff see one. The catalog is the one
// there.

import { expect, it } from 'vitest';
import type { Ask, Json } from '../support/composed-gateways.ts';

/** Sends, holds the answer against the document, and returns its JSON. */
type Asking = (status: number, method: string, path: string, asked?: Ask) => Promise<Json>;

/** What is another at each asking. */
const withoutTheMoment = (key: string, value: unknown) =>
  key === 'decisionId' || key === 'expiresAt' ? null : value;
const stable = (json: Json) => JSON.parse(JSON.stringify(json, withoutTheMoment));

/** Adds the cases to the suite. */
export function shownCustomer(ask: Asking): void {
  it('about a customer, in words', async () => {
    const context = { consent: { categoryPreferences: { marketing: true } } };
    const event = { userId: 'shown', event: 'Viewed', properties: { page: 'p' }, context };
    await ask(200, 'POST', '/v1/track', { body: event });
    const shown = await ask(200, 'GET', '/v1/customers/shown');
    expect(shown).toMatchObject({
      ...{ customerId: 'shown', aliases: [], merged: [], lastEvents: null },
      described: {
        views: 'How often Viewed so far: once',
        by_page: expect.stringMatching(
          /^Last Viewed, by page: p = just now \(20\d\d-[-\d]+ \d\d:\d\d\)$/,
        ),
      },
      consent: { marketing: true },
      consentStated: { marketing: { granted: true, at: expect.stringMatching(/Z$/) } },
    });
    expect(shown).not.toHaveProperty('offersNow');
    expect(Object.keys(await ask(200, 'GET', '/v1/customers/shown?offers=false'))).toEqual(
      Object.keys(shown),
    );
  });

  it('about a customer, with what would be offered at each placement and why', async () => {
    const path = '/v1/customers/shown?offers=true';
    const before = await ask(200, 'GET', '/v1/customers/shown');
    const spent = await ask(200, 'GET', '/v1/budgets');
    const { offersNow, placementsLeftOut, ...rest } = await ask(200, 'GET', path);
    expect(placementsLeftOut).toBe(0);
    const placements = ['slot', 'push', 'held'];
    expect(offersNow.map(({ placement }: Json) => placement)).toEqual(placements);
    for (const [i, { placement, decision }] of offersNow.entries()) {
      const question = { placements: [placement], explain: true, record: false };
      const body = { userId: 'shown', ...question };
      // A budget that a partition has to draw from may not be there yet at the first asking.
      await expect
        .poll(async () => stable((await ask(200, 'GET', path)).offersNow[i].decision))
        .toEqual(stable((await ask(200, 'POST', '/v1/decide', { body })).decisions[0]));
      expect(decision.candidates.length).toBeGreaterThan(0);
    }
    expect(rest.recentDecisions).toEqual(before.recentDecisions);
    const { recentDecisions } = await ask(200, 'GET', '/v1/customers/shown');
    expect(recentDecisions).toEqual(before.recentDecisions);
    expect(await ask(200, 'GET', '/v1/budgets')).toEqual(spent);
  });

  it('about a customer, by any name', async () => {
    const visitor = { anonymousId: 'before-login', event: 'Viewed' };
    await ask(200, 'POST', '/v1/track', { body: visitor });
    const traits = { phone: '+86 138 0013 8000' };
    const login = { userId: 'named', anonymousId: 'before-login', traits };
    await ask(200, 'POST', '/v1/identify', { body: login });
    const phone = '/v1/customers/phone:%2B8613800138000?offers=true';
    for (const path of ['/v1/customers/named', '/v1/customers/anonymous:before-login', phone]) {
      const shown = await ask(200, 'GET', path);
      expect(shown.customerId).toBe('named');
      expect(shown.aliases.toSorted()).toEqual(['anonymous:before-login', 'phone:+8613800138000']);
      expect(shown.merged).toMatchObject([{ from: 'anonymous:before-login' }]);
      expect(shown.described.views).toBe('How often Viewed so far: once');
    }
  });

  it('about no customer, and to no question', async () => {
    await ask(404, 'GET', '/v1/customers/never-seen?offers=true');
    const { error } = await ask(400, 'GET', '/v1/customers/shown?offers=maybe');
    expect(error.path).toBe('offers');
    expect((await ask(400, 'GET', '/v1/customers/shown?events=1')).error.path).toBe('events');
    await ask(403, 'GET', '/v1/customers/shown?offers=true', { key: 'write' });
  });
}
