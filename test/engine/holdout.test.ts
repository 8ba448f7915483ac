import { describe, expect, it } from 'vitest';
import { heldOut } from '../../src/model/hash.ts';
import type { Condition } from '../../src/model/value.ts';
import { cap, DAY, type Parts } from './support/catalog-builder.ts';
import { Customer, fateOf, offersOf, only } from './support/customer.ts';

/** 5 % in parts of 10,000. */
const SHARE = 500;
const ids = Array.from({ length: 2_000 }, (_, i) => `customer-${i}`);
const heldId = ids.find((id) => heldOut('home', id, SHARE))!;
const freeId = ids.find((id) => !heldOut('home', id, SHARE))!;

const parts = (placement: object = {}): Parts => ({
  placements: { home: { channel: 'app', holdout: SHARE, ...placement } },
  offers: {
    deal: { in: ['home'], value: 2, caps: [cap(1)] },
    gift: { in: ['home'], value: 1 },
    hello: { in: ['home'] },
  },
  triggers: {
    gifts: { on: 'X', decide: ['home'], offers: ['gift'] },
    deals: { on: 'X', decide: ['home'], offers: ['deal'] },
  },
  contactPolicy: [{ max: 9, windowMs: DAY, channels: ['app'] }],
});

describe('the holdout', () => {
  it('withholds the winners and counts them nowhere', () => {
    const customer = new Customer(parts(), heldId);
    const decision = only(customer.decide(['home']));
    expect(decision).toMatchObject({ holdout: true, fallback: false, offers: [] });
    expect(fateOf(decision, 'deal')).toBe('holdout/holdout');
    expect(fateOf(decision, 'gift')).toBe('limit/outranked');
    const { caps, contacts, decisions } = customer.state;
    expect([caps.size, contacts.size, decisions.length]).toEqual([0, 0, 0]);
  });

  it('answers with the fallback, which is a contact', () => {
    const customer = new Customer(parts({ fallback: 'hello' }), heldId);
    const decision = only(customer.decide(['home']));
    expect(decision).toMatchObject({ holdout: true, fallback: true });
    expect(offersOf(decision)).toEqual(['hello']);
    expect(customer.state.contacts.get('app')).toHaveLength(1);
    expect(customer.state.caps.size).toBe(0);
  });

  it('names the trigger that would have won', () => {
    expect(only(new Customer(parts(), heldId).track('X')).trigger).toBe('deals');
  });

  it('leaves other customers alone, and the same ones every time', () => {
    for (let i = 0; i < 3; i++) {
      expect(only(new Customer(parts(), freeId).decide(['home'])).holdout).toBe(false);
      expect(only(new Customer(parts(), heldId).decide(['home'])).holdout).toBe(true);
    }
  });

  it('holds out the declared share, the same customers that in_holdout names', () => {
    const seen: (boolean | undefined)[] = [];
    const when: Condition = (scope) => {
      seen.push(scope.inHoldout('home'));
      return true;
    };
    const catalog = parts({ when });
    const held = ids.map((id) => only(new Customer(catalog, id).decide(['home'])).holdout);
    expect(seen).toEqual(held);
    const share = held.filter(Boolean).length / ids.length;
    expect(share).toBeGreaterThan(0.04);
    expect(share).toBeLessThan(0.06);
  });

  it('does not flag a decision that had no winners', () => {
    const catalog = { ...parts({ fallback: 'hello' }), offers: { hello: { in: ['home'] } } };
    const decision = only(new Customer(catalog, heldId).decide(['home']));
    expect(decision).toMatchObject({ holdout: false, fallback: true });
  });
});
