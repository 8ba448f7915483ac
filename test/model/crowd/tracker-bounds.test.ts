// What the tracker forgets, and that nothing is wrong afterwards.

import { describe, expect, it } from 'vitest';
import { learnedCrowd } from './learned-crowd.ts';

const NOW = 1_700_000_000_000;

describe('the tracker’s bounds', () => {
  it('the least seen items leave, with all that was counted of them', () => {
    const crowd = learnedCrowd({ itemsMax: 3 });
    crowd.buys('u1', ['a', 'b'], NOW);
    crowd.views('u2', ['a'], NOW);
    crowd.views('u3', ['b', 'c'], NOW);
    crowd.views('u4', ['d'], NOW);
    const { tables } = crowd;
    expect(crowd.number('c')).toBe(-1);
    expect(tables.items.count).toBe(3);
    expect(crowd.partners(tables.interestedInBoth(crowd.number('b')))).not.toHaveProperty('d');
    expect(crowd.sessions()).toContainEqual(['b']);
    crowd.views('u3', ['d'], NOW + 1);
    expect(crowd.partners(tables.customersWithBoth(crowd.number('d')))).toEqual({ b: 1 });
    expect(crowd.sessions()).toContainEqual(['b', 'd']);
  });

  it('an event of more items than there is room for counts for those that are left', () => {
    const crowd = learnedCrowd({ itemsMax: 5 });
    const many = Array.from({ length: 600 }, (_, i) => `p${i}`);
    crowd.buys('u1', many, NOW);
    const { tables } = crowd;
    expect(tables.items.count).toBe(5);
    expect(many.filter((id) => tables.basketsWith(crowd.number(id)) > 0)).toHaveLength(5);
  });

  it('who was away longest is somebody new afterwards', () => {
    const crowd = learnedCrowd({ customersMax: 2 });
    for (const customer of ['u1', 'u2', 'u1', 'u3', 'u1', 'u2']) crowd.views(customer, ['a'], NOW);
    expect(crowd.tracker.customers).toBe(2);
    expect(crowd.sessions()).toHaveLength(4);
  });

  it('what leaves the cart, and what names no item, teaches nothing', () => {
    const { tracker } = learnedCrowd();
    const event = { customerId: 'u1', sightings: [], weight: 1, atMs: NOW };
    expect(tracker.learn({ ...event, kind: 'remove', itemIds: ['a'] })).toEqual([]);
    expect(tracker.learn({ ...event, kind: 'purchase', itemIds: [] })).toEqual([]);
  });

  it('a purchase that came late is a basket, and follows nothing', () => {
    const crowd = learnedCrowd();
    crowd.buys('u1', ['b'], NOW);
    crowd.buys('u1', ['a'], NOW - 1);
    crowd.buys('u1', ['c'], NOW + 1);
    const { tables } = crowd;
    expect(tables.baskets).toBe(3);
    expect(crowd.partners(tables.boughtAfter(crowd.number('b')))).toEqual({ c: 1 });
    expect(tables.purchasesFollowed(crowd.number('a'))).toBe(0);
  });

  it('tells what events say of an item when it is something new', () => {
    const { tracker } = learnedCrowd();
    const told = (name: string) =>
      tracker
        .learn({
          ...{ customerId: 'u1', kind: 'view', itemIds: ['a'], weight: 1, atMs: NOW },
          sightings: [{ name }],
        })
        .filter(({ kind }) => kind === 'seen');
    expect([told('x'), told('x'), told('y')].map(({ length }) => length)).toEqual([1, 0, 1]);
  });
});
