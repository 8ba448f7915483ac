// Offers that have one condition are asked about it once, and nobody can tell.

import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/model/value.ts';
import type { Parts } from './support/catalog-builder.ts';
import { Customer, fateOf, only } from './support/customer.ts';

const offered = (eligibility: (scope: Scope) => boolean | undefined, more: Parts = {}): Parts => ({
  placements: { home: {}, popup: {} },
  offers: {
    a: { in: ['home', 'popup'], eligibility },
    b: { in: ['home', 'popup'], eligibility },
    c: { in: ['home', 'popup'], eligibility: () => true },
  },
  ...more,
});

describe('a condition that several offers have', () => {
  it('is asked once for all of them and all placements of a step', () => {
    let asked = 0;
    const customer = new Customer(
      offered(() => {
        asked++;
        return false;
      }),
    );
    const { decisions } = customer.decide(['home', 'popup']);
    for (const decision of decisions) {
      expect(decision.candidates.map(({ reason }) => reason)).toEqual([
        ...['ineligible', 'ineligible', 'chosen'],
      ]);
    }
    expect(asked).toBe(1);
    customer.decide(['home']);
    expect(asked).toBe(2);
  });

  it('is asked again of another customer, and of the same one later', () => {
    const customer = new Customer(offered((scope) => scope.trait('tier') === 'gold'));
    const fates = () => {
      const decision = only(customer.decide(['home'], { limit: 3 }));
      return decision.candidates.map(({ reason }) => reason === 'ineligible');
    };
    expect(fates()).toEqual([true, true, false]);
    customer.identify({ tier: 'gold' });
    expect(fates()).toEqual([false, false, false]);
    const { state } = customer;
    customer.state = new Customer({}, 'u2').state;
    expect(fates()).toEqual([true, true, false]);
    customer.state = state;
    expect(fates()).toEqual([false, false, false]);
  });

  it('is asked again for the key of another firing', () => {
    const triggers: NonNullable<Parts['triggers']> = {
      one: { on: 'X', decide: ['home'], offers: ['a'], per: 'properties.one' },
      other: { on: 'X', decide: ['home'], offers: ['b', 'c'], per: 'properties.other' },
    };
    const customer = new Customer(offered((scope) => scope.firingKey === 'x', { triggers }));
    const decided = only(customer.track('X', { one: 'x', other: 'y' }));
    expect(['a', 'b'].map((offer) => fateOf(decided, offer))).toEqual([
      ...['limit/chosen', 'eligibility/ineligible'],
    ]);
    const turned = only(customer.track('X', { one: 'y', other: 'x' }));
    expect(['a', 'b'].map((offer) => fateOf(turned, offer))).toEqual([
      ...['eligibility/ineligible', 'limit/chosen'],
    ]);
  });

  it('is counted for each of them where it is unknown', () => {
    const customer = new Customer(offered(() => undefined));
    customer.decide(['home', 'popup']);
    expect(customer.program.counters.conditionsUnknown).toBe(4);
  });
});
