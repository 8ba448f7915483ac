import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/model/value.ts';
import { DAY, type Parts } from './support/catalog-builder.ts';
import { Customer } from './support/customer.ts';

let evaluations = 0;

const orders = (s: Scope) => Number(s.feature(0));

const parts: Parts = {
  features: { orders: { kind: 'count', on: 'Order' }, views: { kind: 'count', on: 'View' } },
  segments: {
    keen: {
      condition: (s) => {
        evaluations++;
        return orders(s) >= 2;
      },
      featureSlots: [0],
    },
    life: {
      members: [
        { name: 'new', condition: (s) => orders(s) === 1 },
        { name: 'any', condition: (s) => (orders(s) >= 1 ? true : undefined) },
        { name: 'loyal', condition: (s) => orders(s) >= 1 },
      ],
      featureSlots: [0],
    },
    local: { condition: (s) => s.trait('city') === 'BJ', readsTraits: true },
    unsure: { condition: () => undefined },
  },
};

describe('segments', () => {
  it('are in or out, a group the first of its members that matches', () => {
    const customer = new Customer(parts);
    expect(customer.view().segments).toEqual({
      keen: false,
      life: null,
      local: false,
      unsure: false,
    });
    customer.track('Order');
    expect(customer.view().segments).toMatchObject({ keen: false, life: 'new' });
    customer.track('Order');
    expect(customer.view().segments).toMatchObject({ keen: true, life: 'any' });
  });

  it('report a change of membership, as text for the customers table', () => {
    const customer = new Customer(parts);
    expect(customer.track('View').customerChanged).toBe(false);
    expect(customer.track('Order').customerChanged).toBe(true);
    expect(customer.state.memberships).toBe('life=new');
    expect(customer.track('Order').customerChanged).toBe(true);
    expect(customer.state.memberships).toBe('keen=true\nlife=any');
    expect(customer.track('Order').customerChanged).toBe(false);
    customer.identify({ city: 'BJ' });
    expect(customer.state.memberships).toBe('keen=true\nlife=any\nlocal=true');
  });

  it('are evaluated again only when something they read has changed', () => {
    const customer = new Customer(parts);
    customer.track('Order');
    evaluations = 0;
    customer.track('View');
    customer.identify({ city: 'SH' });
    customer.wait(DAY).track('Other');
    expect(evaluations).toBe(0);
    customer.track('Order');
    expect(evaluations).toBe(1);
  });

  it('are all evaluated at the first step under another catalog', () => {
    const customer = new Customer(parts);
    customer.track('Order');
    customer.publish({ ...parts, segments: { all: { condition: () => true } } });
    expect(customer.track('Other').customerChanged).toBe(true);
    expect(customer.state.memberships).toBe('all=true');
  });

  it('are evaluated once per step, and a circle ends', () => {
    let count = 0;
    const customer = new Customer({
      segments: {
        a: (s) => {
          count++;
          return s.segment(1) === false;
        },
        b: (s) => s.segment(0) === true,
      },
      triggers: { t: { on: 'X', when: (s) => s.segment(0) === true && s.segment(0) === true } },
    });
    customer.track('X');
    expect(count).toBe(1);
  });
});

describe('formulas', () => {
  it('are derived when read, once per step, and follow time', () => {
    let count = 0;
    const customer = new Customer({
      features: {
        total: {
          kind: 'formula',
          formula: (s) => {
            count++;
            return Number(s.feature(1)) * 2;
          },
        },
        views: { kind: 'count', on: 'View', windowMs: DAY },
      },
      triggers: { t: { on: 'View', when: (s) => s.feature(0) === 2 && s.feature(0) !== 3 } },
    });
    expect(customer.track('View').firings).toHaveLength(1);
    expect(count).toBe(1);
    expect(customer.view().features).toEqual({ total: 2, views: 1 });
    expect(customer.state.features.size).toBe(1);
    expect(customer.wait(2 * DAY).view().features).toEqual({ total: 0, views: 0 });
  });
});

describe('a `where`', () => {
  it('reads the features before the event and the traits with it', () => {
    const customer = new Customer({
      features: {
        views: { kind: 'count', on: 'View' },
        later: { kind: 'count', on: 'View', where: (s) => s.feature(0) === 1 },
        moved: { kind: 'count', on: '$identify', where: (s) => s.trait('city') === 'BJ' },
      },
    });
    for (let i = 0; i < 3; i++) customer.track('View');
    customer.identify({ city: 'BJ' });
    expect(customer.view().features).toEqual({ views: 3, later: 1, moved: 1 });
  });
});
