// What events leave among a customer's own items.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CustomerItem,
  ITEMS_BOUGHT_MAX,
  ITEMS_VIEWED_MAX,
  isOwned,
} from '../../../src/model/customer-items.ts';
import type { CustomerState } from '../../../src/model/state.ts';
import { fold } from '../fold/folded-customers.ts';
import { HOUR, START } from '../support/catalog-builder.ts';
import { Customer } from '../support/customer.ts';
import { recommendingCatalog } from './shop-crowd.ts';

const CATALOG = recommendingCatalog({});
const at = (hours: number) => START + hours * HOUR;

type Told = readonly [name: string, ids: readonly string[], hours: number];

function told(events: readonly Told[], id = 'u1'): Customer {
  const customer = new Customer(CATALOG, id);
  customer.nowMs = at(1_000);
  for (const [name, ids, hours] of events) {
    const products = ids.map((product_id) => ({ product_id }));
    customer.track(name, { products }, { at: at(hours), live: false });
  }
  return customer;
}

const itemOf = (state: CustomerState, id: string) => state.items.find((one) => one.itemId === id);
const ids = (items: readonly CustomerItem[]) => items.map(({ itemId }) => itemId);
const cart = ({ state }: Customer) => ids(state.items.filter(({ inCart }) => inCart));

describe('an event', () => {
  it('leaves its items, longest untouched first, with the latest of everything', () => {
    const { state } = told([
      ['Product Viewed', ['a'], 1],
      ['Product Viewed', ['b'], 2],
      ['Product Added', ['b'], 3],
      ['Order Completed', ['b', 'c'], 4],
      ['Product Viewed', ['a'], 5],
      ['Order Completed', ['c'], 9],
    ]);
    const none = { viewedAtMs: 0, boughtAtMs: 0, firstBoughtAtMs: 0, purchases: 0, cartAtMs: 0 };
    expect(state.items).toEqual([
      {
        ...{ ...none, itemId: 'b', atMs: at(4), viewedAtMs: at(2), boughtAtMs: at(4) },
        ...{ firstBoughtAtMs: at(4), purchases: 1, inCart: false },
      },
      { ...none, itemId: 'a', atMs: at(5), viewedAtMs: at(5), inCart: false },
      {
        ...{ ...none, itemId: 'c', atMs: at(9), boughtAtMs: at(9), firstBoughtAtMs: at(4) },
        ...{ purchases: 2, inCart: false },
      },
    ]);
  });

  it('that is no interaction, or names no item, leaves nothing', () => {
    const customer = told([['Song Played', ['a'], 1]]);
    customer.track('Product Viewed', { product_id: { of: 1 } });
    customer.track('Product Viewed', { product_id: 'x'.repeat(257) });
    expect(customer.state.items).toEqual([]);
    customer.track('Product Viewed', { product_id: '__proto__' });
    customer.track('Product Viewed', { product_id: 17 });
    expect(ids(customer.state.items)).toEqual(['__proto__', '17']);
  });

  it('of a catalog that recommends nothing leaves nothing', () => {
    const customer = new Customer({});
    customer.track('Product Viewed', { product_id: 'a' });
    expect(customer.state.items).toEqual([]);
  });

  it('that tells of the same purchase once more counts once', () => {
    const { state } = told([
      ['Order Completed', ['a'], 1],
      ['Order Completed', ['a'], 1],
      ['Order Completed', ['a'], 2],
    ]);
    expect(itemOf(state, 'a')).toMatchObject({ purchases: 2, firstBoughtAtMs: at(1) });
  });
});

describe('the cart', () => {
  it('is what was added, less what was removed, since the last purchase', () => {
    const added: Told[] = [
      ['Product Added', ['a', 'b'], 1],
      ['Product Removed', ['b'], 2],
    ];
    expect(cart(told(added))).toEqual(['a']);
    expect(cart(told([...added, ['Order Completed', ['z'], 3]]))).toEqual([]);
    expect(cart(told([...added, ['Order Completed', [], 3]]))).toEqual([]);
    expect(
      cart(told([...added, ['Order Completed', ['a'], 3], ['Product Added', ['b'], 4]])),
    ).toEqual(['b']);
  });

  it('is not touched by looking, and taking out is no looking', () => {
    const customer = told([
      ['Product Added', ['a'], 1],
      ['Product Viewed', ['b'], 2],
      ['Product Removed', ['a'], 3],
      ['Product Removed', ['c'], 3],
    ]);
    expect(customer.state.items.map(({ itemId, atMs }) => [itemId, atMs])).toEqual([
      ['a', at(1)],
      ['b', at(2)],
    ]);
  });

  it('comes out the same in whatever order events arrive', () => {
    const names = ['Product Viewed', 'Product Added', 'Product Removed', 'Order Completed'];
    // Each item is known before: taking out what was never heard of leaves nothing.
    const known: Told[] = [['Product Viewed', ['a', 'b', 'c'], 0]];
    const event = fc.tuple(
      fc.constantFrom(...names),
      fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
    );
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (made, random) => {
          const events = made.map(([name, of], i): Told => [name, of, i + 1]);
          const shuffled = events
            .map((one) => ({ one, by: random.next().value as number }))
            .sort((x, y) => x.by - y.by)
            .map(({ one }) => one);
          const plainItems = (some: readonly Told[]) =>
            [...told([...known, ...some]).state.items]
              .sort((x, y) => (x.itemId < y.itemId ? -1 : 1))
              // When what is not in the cart was taken out matters to later events only.
              .map(({ cartAtMs, ...item }) => (item.inCart ? { ...item, cartAtMs } : item));
          expect(plainItems(shuffled)).toEqual(plainItems(events));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('bounds', () => {
  it('of what was only looked at: the longest untouched leave, and what was bought stays', () => {
    const customer = told([['Order Completed', ['mine'], 0]]);
    for (let i = 0; i < ITEMS_VIEWED_MAX + 3; i++) {
      customer.track('Product Viewed', { product_id: `v${i}` }, { at: at(i + 1) });
    }
    const kept = ids(customer.state.items);
    expect(kept).toHaveLength(ITEMS_VIEWED_MAX + 1);
    expect(kept.slice(0, 2)).toEqual(['mine', 'v3']);
    // What is older than all that is kept does not push any out.
    customer.track('Product Viewed', { product_id: 'late' }, { at: at(0.5) });
    expect(ids(customer.state.items)).toEqual(kept);
  });

  it('of a basket of 600: its last ones stay', () => {
    const basket = Array.from({ length: 600 }, (_, i) => `b${i}`);
    const { state } = told([['Order Completed', basket, 1]]);
    expect(ids(state.items)).toEqual(basket.slice(-ITEMS_BOUGHT_MAX));
  });
});

describe('two customers who are one', () => {
  it('have what both have: latest times, the first purchase, all purchases', () => {
    const user = told([
      ['Order Completed', ['a'], 1],
      ['Product Added', ['b'], 5],
    ]);
    const visitor = told(
      [
        ['Order Completed', ['a'], 3],
        ['Product Viewed', ['b'], 4],
        ['Product Added', ['c'], 2],
        ['Product Added', ['d'], 6],
      ],
      'anonymous:a1',
    );
    fold(user, visitor.state);
    expect(ids(user.state.items)).toEqual(['c', 'a', 'b', 'd']);
    expect(itemOf(user.state, 'a')).toMatchObject({
      ...{ purchases: 2, firstBoughtAtMs: at(1), boughtAtMs: at(3) },
    });
    expect(itemOf(user.state, 'b')).toMatchObject({ viewedAtMs: at(4), atMs: at(5) });
    // The visitor bought after `c` was added.
    expect(cart(user)).toEqual(['b', 'd']);
  });

  it('have what one customer would have, whoever did which', () => {
    const name = fc.constantFrom('Product Viewed', 'Product Added', 'Order Completed');
    const event = fc.tuple(name, fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(event, { maxLength: 10 }), (made) => {
        const events = made.map(([of, items], i): Told => [of, items, i + 1]);
        const user = told(events.filter((_, i) => made[i]![2]));
        const visitor = told(
          events.filter((_, i) => !made[i]![2]),
          'anonymous:a1',
        );
        fold(user, visitor.state);
        const byId = (items: readonly CustomerItem[]) =>
          items.toSorted((x, y) => (x.itemId < y.itemId ? -1 : 1));
        expect(byId(user.state.items)).toEqual(byId(told(events).state.items));
        expect(user.state.items.map(({ atMs }) => atMs)).toEqual(
          user.state.items.map(({ atMs }) => atMs).toSorted((x, y) => x - y),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('keep no more than one may', () => {
    const many = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${prefix}${i}`);
    const user = told([['Order Completed', many('a', ITEMS_BOUGHT_MAX), 1]]);
    const visitor = told([['Order Completed', many('b', 100), 2]], 'anonymous:a1');
    fold(user, visitor.state);
    expect(user.state.items.filter(isOwned)).toHaveLength(ITEMS_BOUGHT_MAX);
    expect(user.state.items.at(-1)?.itemId).toBe('b99');
  });
});
