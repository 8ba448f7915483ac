import { describe, expect, it } from 'vitest';
import { bucket, decisionId, heldOut } from '../../src/model/hash.ts';
import type { Condition } from '../../src/model/value.ts';
import type { Parts } from './support/catalog-builder.ts';
import { Customer, offersOf, only } from './support/customer.ts';

const SHARE = 5_000;
const offers = Object.fromEntries(
  Array.from({ length: 8 }, (_, i) => [`offer-${i}`, { in: ['home', 'held'] }]),
);

describe('a customer who was known by another id first', () => {
  /** What expressions were told. */
  const told: unknown[] = [];
  const when: Condition = (scope) => {
    told.push(bucket('salt', scope.drawnAs, 1_000), scope.inHoldout('held'), scope.event);
    return true;
  };
  const parts: Parts = {
    placements: { home: { limit: 8, when }, held: { holdout: SHARE } },
    offers,
    triggers: { t: { on: 'X', decide: ['home'] } },
  };

  function drawn(id: string, drawnAs: string) {
    const customer = new Customer(parts, id);
    customer.state = { ...customer.state, drawnAs };
    return customer;
  }

  it('draws like that id: buckets, the holdout, and ties', () => {
    const sides = new Set<boolean>();
    for (let i = 0; i < 20; i++) {
      const first = `anonymous:a${i}`;
      const visitor = new Customer(parts, first);
      const known = drawn('u1', first);
      told.length = 0;
      const [before, after] = [visitor, known].map((one) => only(one.decide(['home'])));
      expect(offersOf(after!)).toEqual(offersOf(before!));
      expect(told.slice(0, 2)).toEqual([
        bucket('salt', first, 1_000),
        heldOut('held', first, SHARE),
      ]);
      expect(told.slice(3, 5)).toEqual(told.slice(0, 2));
      const { holdout } = only(known.decide(['held']));
      expect(holdout).toBe(heldOut('held', first, SHARE));
      sides.add(holdout);
    }
    expect(sides.size).toBe(2);
  });

  it('is called by the id of today everywhere else', () => {
    const customer = drawn('u1', 'anonymous:a1');
    told.length = 0;
    const decision = only(customer.track('X', {}, { messageId: 'm' }));
    expect(told[2]).toMatchObject({ customerId: 'u1' });
    expect(decision.decisionId).toBe(decisionId('u1', 'm', 'home', customer.nowMs));
  });
});
