// What customers prefer: counted by channel, decayed, and read by triggers that choose.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valid } from '../catalog/compile.ts';
import { fold } from './fold/folded-customers.ts';
import { DAY, START } from './support/catalog-builder.ts';
import { added, CATALOG, catalog, customerOf } from './support/choosing-shop.ts';
import { Customer, only } from './support/customer.ts';

const SEED = Number(process.env.PROFFER_TEST_SEED ?? Date.now() % 2 ** 31);

describe('a channel', () => {
  it('is preferred where more was accepted, which is forgotten in time', () => {
    const customer = customerOf();
    const asked = only(customer.decide(['sms']));
    customer.outcome(asked, 'deal', 'accept');
    expect(customer.state.preferred).toEqual(
      new Map([['sms', { accepted: 1, decisions: 1, asOfMs: START }]]),
    );
    // 1.25 / 6 beside 0.5 / 5.
    const decision = only(added(customer));
    expect(decision.placement).toBe('sms');
    // Each that is not accepted makes it less: (1 + 0.25) / (n + 5) down to 0.5 / 5.
    for (let i = 0; i < 6; i++) expect(only(added(customer)).placement).toBe('sms');
    expect(only(added(customer)).placement).toBe('push');
    // What is left after 60 days of 1 and 8 is 0.5 and 4: 0.75 / 9 beside 0.5 / 5.5.
    customer.wait(60 * DAY);
    expect(only(added(customer)).placement).toBe('push');
    const { accepted, decisions } = customer.state.preferred.get('sms')!;
    expect([accepted, decisions]).toEqual([1, 8]);
    customer.outcome(decision, 'deal', 'click');
    expect(customer.state.preferred.get('push')).toEqual({
      ...{ accepted: 0, decisions: 1.5, asOfMs: START + 60 * DAY },
    });
  });

  it('has a decision accepted once, by `accept` or by `redeem`', () => {
    for (const kinds of [
      ['accept', 'redeem'],
      ['redeem', 'accept'],
      ['impression', 'click', 'redeem', 'redeem'],
    ] as const) {
      const customer = customerOf();
      const decision = only(customer.decide(['mail']));
      for (const kind of kinds) customer.outcome(decision, 'deal', kind);
      expect(customer.state.preferred.get('mail')).toMatchObject({ accepted: 1, decisions: 1 });
    }
  });

  it('is counted only where a catalog has such a trigger', () => {
    const customer = new Customer(valid(CATALOG.replaceAll(/\{ one_of: (\[.*?\]) \}/g, '$1')));
    expect(added(customer).decisions).toHaveLength(3);
    customer.outcome(only(customer.decide(['push'])), 'deal', 'accept');
    expect(customer.state.preferred.size).toBe(0);
  });
});

describe('any customer', () => {
  it('is given what a plain reckoning of the formula says', () => {
    console.log(`PROFFER_TEST_SEED=${SEED}`);
    const act = fc.record({
      waitMs: fc.integer({ min: 1, max: 40 * DAY }),
      does: fc.constantFrom('added', 'added', 'push', 'sms', 'mail', 'no sms', 'no push', 'all'),
      outcome: fc.constantFrom(null, 'accept', 'redeem', 'click'),
    } as const);
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
        const customer = customerOf();
        const made: { channel: string; atMs: number }[] = [];
        const accepted: typeof made = [];
        for (const { waitMs, does, outcome } of acts) {
          customer.wait(waitMs);
          if (does === 'no sms' || does === 'all') {
            const context = { consent: { categoryPreferences: { sms: does === 'all' } } };
            customer.identify({ push: 'on' }, { context });
            continue;
          }
          if (does === 'no push') {
            customer.identify({ push: 'off' });
            continue;
          }
          const expected = reckoned(customer, made, accepted);
          const decision = only(does === 'added' ? added(customer) : customer.decide([does]));
          if (does === 'added') expect(decision.placement).toBe(expected);
          if (decision.offers.length === 0) continue;
          const one = { channel: decision.placement, atMs: customer.nowMs };
          made.push(one);
          if (outcome === null) continue;
          customer.outcome(decision, 'deal', outcome);
          if (outcome !== 'click') accepted.push(one);
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

/** The first by the formula, of those that would have something. */
function reckoned(
  customer: Customer,
  made: readonly { channel: string; atMs: number }[],
  accepted: typeof made,
): string {
  const { nowMs } = customer;
  const sum = (list: typeof made, channel: string) =>
    list
      .filter((one) => one.channel === channel)
      .reduce((total, { atMs }) => total + 0.5 ** ((nowMs - atMs) / (60 * DAY)), 0);
  const scores = ['push', 'sms', 'mail']
    .filter((name) => only(customer.decide([name], { record: false })).offers.length > 0)
    .map((name) => {
      const rank = ['push', 'sms', 'mail'].indexOf(name) + 1;
      return [name, (sum(accepted, name) + 0.5 / rank) / (sum(made, name) + 5)] as const;
    });
  return scores.reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

describe('customers who turn out to be one', () => {
  it('prefer what both preferred, each decayed to now', () => {
    const customer = customerOf();
    customer.outcome(only(customer.decide(['sms'])), 'deal', 'accept');
    const other = new Customer(catalog, 'u2');
    other.wait(60 * DAY).decide(['sms']);
    other.decide(['mail']);
    customer.nowMs = other.nowMs;
    fold(customer, other.state);
    expect(customer.state.preferred).toEqual(
      new Map([
        ['sms', { accepted: 0.5, decisions: 1.5, asOfMs: START + 60 * DAY }],
        ['mail', { accepted: 0, decisions: 1, asOfMs: START + 60 * DAY }],
      ]),
    );
  });
});
