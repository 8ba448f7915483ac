import { describe, expect, it } from 'vitest';
import { cap, DAY, HOUR, type Parts } from './support/catalog-builder.ts';
import { Customer, offersOf, only } from './support/customer.ts';

const withFeatures = (...names: string[]): Parts => ({
  features: Object.fromEntries(names.map((name) => [name, { kind: 'count', on: 'X' }])),
});

describe('when the catalog changes', () => {
  it('carries values of unknown definitions along, so that a rollback brings them back', () => {
    const customer = new Customer(withFeatures('a', 'b'));
    customer.track('X');
    customer.publish(withFeatures('b', 'c'));
    customer.track('X');
    expect(customer.view().features).toEqual({ b: 2, c: 1 });
    expect([...customer.state.orphans.keys()]).toEqual(['a-id']);
    customer.publish(withFeatures('a', 'b'));
    customer.wait(29 * DAY).track('X');
    expect(customer.view().features).toEqual({ a: 2, b: 3 });
    expect([...customer.state.orphans.keys()]).toEqual(['c-id']);
  });

  it('drops them 30 days after it was first noticed', () => {
    const customer = new Customer(withFeatures('a'));
    customer.track('X');
    customer.publish(withFeatures('b'));
    customer.wait(9 * DAY).track('X');
    customer.wait(30 * DAY - 1).track('Other');
    expect(customer.state.features.has('a-id')).toBe(true);
    customer.wait(1).track('Other');
    expect([...customer.state.features.keys()]).toEqual(['b-id']);
    expect(customer.state.orphans.size).toBe(0);
    expect(customer.program.counters.orphansDropped).toBe(1);
  });

  it('starts a changed definition afresh and keeps all others', () => {
    const customer = new Customer(withFeatures('a', 'b'));
    customer.track('X');
    const changed = withFeatures('a', 'b');
    customer.publish({ features: { ...changed.features, a: { kind: 'count', id: 'a-2' } } });
    expect(customer.view().features).toEqual({ a: 0, b: 1 });
  });

  it('updates a value that two features share once', () => {
    const same = { kind: 'count', on: 'X', id: 'same' } as const;
    const customer = new Customer({
      features: { a: same, b: same },
      segments: { fan: { condition: (s) => s.feature(1) === 1, featureSlots: [1] } },
    });
    expect(customer.track('X').customerChanged).toBe(true);
    expect(customer.view().features).toEqual({ a: 1, b: 1 });
    expect(customer.view().segments).toEqual({ fan: true });
  });

  it('keeps caps and cooldowns over a publication without them', () => {
    const full: Parts = {
      placements: { home: {} },
      offers: { deal: { in: ['home'], caps: [cap(1)] } },
      triggers: { t: { on: 'X', decide: ['home'], cooldownMs: 90 * DAY } },
    };
    const customer = new Customer(full);
    expect(offersOf(only(customer.track('X')))).toEqual(['deal']);
    customer.publish({});
    customer.wait(DAY).track('X');
    customer.publish(full);
    customer.wait(DAY);
    expect(customer.track('X').firings).toEqual([]);
    expect(offersOf(only(customer.decide(['home'])))).toEqual([]);
  });

  it('forgets caps, cooldowns and contacts that nothing names any more', () => {
    const customer = new Customer({
      placements: { home: { channel: 'app' } },
      offers: { deal: { in: ['home'], caps: [cap(9)] } },
      triggers: { t: { on: 'X', decide: ['home'], cooldownMs: HOUR } },
      contactPolicy: [{ max: 9, windowMs: null, channels: ['app'] }],
    });
    customer.track('X');
    const sizes = () => {
      const { caps, cooldowns, contacts } = customer.state;
      return [caps.size, cooldowns.size, contacts.size];
    };
    customer.publish({});
    customer.wait(29 * DAY).track('Y');
    expect(sizes()).toEqual([1, 1, 1]);
    customer.publish({});
    customer.wait(DAY).track('Y');
    expect(sizes()).toEqual([0, 0, 0]);
  });
});
