// What comes into a list, and why something does not.

import { describe, expect, it } from 'vitest';
import { murmur3 } from '../../../src/model/hash.ts';
import type { RecommenderDefinition } from '../../../src/model/recommending.ts';
import type { Value } from '../../../src/model/value.ts';
import { DAY, HOUR, START } from '../support/catalog-builder.ts';
import { Asking, SHOP } from './asking.ts';
import { crowdOf, type Given, item, source } from './shop-crowd.ts';

const exclude = (over: Partial<RecommenderDefinition['exclude']>) => ({
  exclude: { boughtMs: null, viewedMs: null, inCart: false, current: false, ...over },
});
const similar = (...ids: string[]): Given => ({ similar: ids });
const priceOf = (scope: { readonly message: unknown }, of: 'item' | 'seed') =>
  (scope.message as { [name: string]: { [key: string]: Value } })[of]?.price;

describe('a list', () => {
  it('has what is known of each item, the source, its score, and which crowd said so', () => {
    const asking = new Asking({}, similar('case', 'pen')).view('phone');
    expect(asking.list()).toEqual({
      ...{ recommendationId: 'r1', recommender: 'list', placement: null, seeds: ['phone'] },
      items: [
        {
          ...{ itemId: 'case', source: 'similar', score: 2 },
          sources: [{ source: 'similar', score: 2 }],
          item: { name: 'A case', category: 'cases', brand: 'A', price: 10, tags: ['new'] },
        },
        {
          ...{ itemId: 'pen', source: 'similar', score: 1 },
          sources: [{ source: 'similar', score: 1 }],
          item: { category: 'pens', brand: 'B' },
        },
      ],
      ...{ removed: [], modelVersion: 'v1', recommendedAtMs: START },
    });
  });

  it('is as long as the call says, and no longer than the recommender says', () => {
    const asking = new Asking({ limit: 2 }, similar('case', 'cable', 'pen', 'book')).view('phone');
    expect(asking.ids()).toEqual(['case', 'cable']);
    expect(asking.ids({ limit: 3 })).toEqual(['case', 'cable', 'pen']);
    expect(asking.why('book', { limit: 3 })).toBe('outranked');
    expect(asking.list({ explain: false, limit: 1 }).removed).toEqual([]);
  });

  it('of nothing at all is empty, and makes nothing up', () => {
    expect(new Asking({}, similar('case')).ids()).toEqual([]);
    const asking = new Asking({ fallback: [source('trending')] }, similar('case')).view('phone');
    asking.crowd = null;
    expect(asking.list()).toMatchObject({ items: [], modelVersion: '' });
  });

  it('puts what has the same score in an order of the customer’s own', () => {
    const given: Given = { popular: [['case', 'cable', 'pen', 'book']] };
    const popular = new Asking({ sources: [source('popular')] }, given);
    const drawn = (who: string) =>
      ['case', 'cable', 'pen', 'book'].sort(
        (a, b) => murmur3(`${who}:${a}`) - murmur3(`${who}:${b}`),
      );
    expect(popular.ids()).toEqual(drawn('u1'));
    popular.customer.state = { ...popular.customer.state, drawnAs: 'anonymous:a7' };
    expect(popular.ids()).toEqual(drawn('anonymous:a7'));
  });
});

describe('rules', () => {
  it('keep away what the shop does not sell now', () => {
    const all = similar('gone', 'sold', 'early', 'late', 'book', 'nobody knows');
    const asking = new Asking({}, all).view('phone');
    expect(asking.ids()).toEqual(['book']);
    const reasons = ['gone', 'sold', 'early', 'late'].map((id) => asking.why(id));
    expect(reasons).toEqual(['unknown_item', 'out_of_stock', 'not_started', 'ended']);
    asking.customer.wait(HOUR);
    expect(asking.why('early')).toBe('in the list');
  });

  it('keep away what was bought in the event before', () => {
    const asking = new Asking(exclude({ boughtMs: DAY }), similar('case', 'pen')).view('phone');
    expect(asking.ids()).toEqual(['case', 'pen']);
    asking.customer.track('Order Completed', { products: [{ product_id: 'case' }] });
    asking.view('phone');
    expect(asking.ids()).toEqual(['pen']);
    expect(asking.why('case')).toBe('bought');
    asking.customer.wait(DAY);
    expect(asking.why('case')).toBe('in the list');
  });

  it('keep away what is in the cart, what was viewed, and what the customer is at', () => {
    const models = similar('case', 'pen', 'book');
    const cart = new Asking(exclude({ inCart: true }), models);
    cart.customer.track('Product Added', { product_id: 'case' });
    expect(cart.view('phone').why('case')).toBe('in_cart');
    cart.customer.track('Product Removed', { product_id: 'case' });
    expect(cart.why('case')).toBe('in the list');
    const viewed = new Asking(exclude({ viewedMs: HOUR }), models).view('pen', 'phone');
    expect(viewed.why('pen')).toBe('viewed');
    expect(viewed.ids()).toEqual(['case', 'book']);
    const current = new Asking(
      { sources: [source('popular')], ...exclude({ current: true }) },
      { popular: ['case', 'pen'] },
    );
    expect(current.view('pen').why('pen')).toBe('current');
    expect(current.view('book').ids()).toEqual(['case', 'pen']);
  });

  it('keep away what the list is for, which only sessions may say again', () => {
    const given: Given = { popular: ['phone', 'case'], for_you: ['phone', 'pen'] };
    const popular = { sources: [source('popular')], seed: { kind: 'current' } as const };
    expect(new Asking(popular, given).view('phone').why('phone')).toBe('seed');
    const forYou = { sources: [source('for_you')] };
    expect(new Asking(forYou, given).view('phone').ids()).toEqual(['phone', 'pen']);
    const without = { ...forYou, ...exclude({ current: true }) };
    expect(new Asking(without, given).view('phone').why('phone')).toBe('current');
    // Removed where one source said it, it is there where another says it.
    const both = { ...popular, fallback: [source('for_you')] };
    expect(new Asking(both, given).view('phone').ids()).toEqual(['case', 'phone', 'pen']);
  });

  it('of the recommender read the item, the seed and the customer; unknown is no match', () => {
    const asking = new Asking(
      {
        where: (scope) => {
          const [price, seed] = [priceOf(scope, 'item'), priceOf(scope, 'seed')];
          if (typeof price !== 'number' || typeof seed !== 'number') return undefined;
          return price <= seed * (scope.trait('factor') as number);
        },
      },
      similar('tablet', 'case', 'pen', 'nobody knows'),
    ).view('phone');
    asking.customer.identify({ factor: 1.5 });
    expect(asking.ids()).toEqual(['case']);
    expect([asking.why('tablet'), asking.why('pen')]).toEqual(['where_false', 'where_unknown']);
    const { conditionsUnknown } = asking.customer.program.counters;
    expect(conditionsUnknown).toBeGreaterThan(0);
    asking.customer.identify({ factor: 3 });
    expect(asking.ids()).toEqual(['tablet', 'case']);
    // A seed that nobody knows is not there to be read.
    expect(asking.ids({ seed: ['nobody knows'] })).toEqual([]);
    expect(asking.ids({ seed: ['nobody knows', 'phone'] })).toEqual(['tablet', 'case']);
  });

  it('let no more in than there may be of a brand, or of a category', () => {
    const models = similar('tablet', 'case', 'cable', 'pen', 'book');
    const brands = new Asking({ diversify: { brand: 1, category: null } }, models).view('phone');
    expect(brands.ids()).toEqual(['tablet', 'cable', 'book']);
    expect(brands.why('case')).toBe('diversity');
    const twice = [...SHOP, item('pen2', { category: 'pens' })];
    const pens = new Asking(
      { diversify: { brand: null, category: 1 } },
      similar('pen', 'pen2', 'book'),
    ).view('phone');
    pens.crowd = crowdOf(twice);
    expect(pens.ids()).toEqual(['pen', 'book']);
  });
});

describe('a blend', () => {
  it('adds up what its models say relative to their best, and names the first', () => {
    const sources = [source('for_you', { weight: 3 }), source('trending', { weight: 2 })];
    const given: Given = { for_you: ['case', 'pen', 'book'], trending: ['cable', 'pen'] };
    const { items } = new Asking({ sources, isBlend: true }, given).view('phone').list();
    expect(items.map(({ itemId, source: from, score }) => [itemId, from, score])).toEqual(
      [
        ['case', 'for_you', 3],
        ['pen', 'for_you', 3 * (2 / 3) + 2 * (1 / 2)],
        ['cable', 'trending', 2],
        ['book', 'for_you', 3 * (1 / 3)],
      ].sort((a, b) => (b[2] as number) - (a[2] as number) || drawnFirst(a[0], b[0])),
    );
    expect(items.find(({ itemId }) => itemId === 'pen')?.sources).toEqual([
      { source: 'for_you', score: 2 },
      { source: 'trending', score: 1 },
    ]);
  });
});

const drawnFirst = (a: unknown, b: unknown) => murmur3(`u1:${a}`) - murmur3(`u1:${b}`);

describe('fallbacks', () => {
  it('are asked in order while the list is short, under the same rules', () => {
    const fallback = [source('trending'), source('popular')];
    const given: Given = {
      ...{ similar: ['case'], trending: ['case', 'sold', 'pen'], popular: ['cable', 'book'] },
    };
    const asking = new Asking({ limit: 3, fallback }, given).view('phone');
    const { items } = asking.list();
    expect(items.map(({ itemId, source: from }) => [itemId, from])).toEqual([
      ['case', 'similar'],
      ['pen', 'trending'],
      ['cable', 'popular'],
    ]);
    asking.asked.length = 0;
    asking.list({ limit: 2 });
    expect(asking.asked.map(({ model }) => model)).toEqual(['similar', 'trending']);
  });

  it('go on below a long list of which nothing fits', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => item(`i${i}`, { inStock: i === 4_999 }));
    const given: Given = { similar: many.map(({ itemId }) => itemId), popular: ['book'] };
    const asking = new Asking({ fallback: [source('popular')], limit: 2 }, given).view('phone');
    asking.crowd = crowdOf([...SHOP, ...many]);
    expect(asking.ids()).toEqual(['i4999', 'book']);
    expect(asking.list().removed).toHaveLength(200);
  });
});
