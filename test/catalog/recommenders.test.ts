// `items:` and `recommenders:`: as the contract writes them, and refused with what to write instead.

import { describe, expect, it } from 'vitest';
import { DEFAULT_ITEMS } from '../../src/catalog/compile-items.ts';
import type { SourceDefinition } from '../../src/model/recommending.ts';
import { reported, valid, warningsOf } from './compile.ts';

const DAY = 86_400_000;

const CONTRACT = `catalog: c
items: { id: [properties.product_id, "properties.products[].product_id"], session: 30m, interactions: { Product Viewed: 1, Product Added: 3, Order Completed: 5 } }
recommenders:
  product_page: { model: similar, seed: event.properties.product_id, limit: 8, where: "item.price <= seed.price * 1.5", exclude: [bought: 90d, in_cart], diversify: { brand: 2 }, fallback: [trending, popular] }
  with_cart:    { model: bought_together, seed: cart, rank: lift }
  next_view:    { model: for_you, limit: 20 }
  home:         { blend: [ { model: for_you, weight: 3 }, { model: buy_again, weight: 2 }, { model: trending } ], limit: 12 }
`;

const GROUPS = `catalog: c
features: { orders: { count: Order Completed } }
segments:
  vip: orders > 9
  tier:
    - gold: orders >= 2
    - silver: orders >= 1
  other:
    - one: orders == 1`;

const source = (model: SourceDefinition['model'], more: Partial<SourceDefinition> = {}) => ({
  ...{ model, rank: 'cosine', minSupport: 3, byCategory: false, weight: 1 },
  ...more,
});
const PLAIN = {
  ...{ isBlend: false, seed: null, limit: 10, where: null, whereText: null, fallback: [] },
  exclude: { boughtMs: null, viewedMs: null, inCart: false, current: false },
  diversify: { brand: null, category: null },
};

describe('items and recommenders', () => {
  it('are what the contract says', () => {
    const { interactions, recommenders } = valid(CONTRACT).recommending!;
    expect(interactions).toEqual(DEFAULT_ITEMS);
    expect(Object.fromEntries(recommenders)).toEqual({
      product_page: {
        ...{ ...PLAIN, name: 'product_page', sources: [source('similar')], limit: 8 },
        seed: { kind: 'path', path: expect.objectContaining({ text: 'properties.product_id' }) },
        ...{ where: expect.any(Function), whereText: 'item.price <= seed.price * 1.5' },
        exclude: { boughtMs: 90 * DAY, viewedMs: null, inCart: true, current: false },
        diversify: { brand: 2, category: null },
        fallback: [source('trending'), source('popular')],
      },
      with_cart: {
        ...{ ...PLAIN, name: 'with_cart', seed: { kind: 'cart' } },
        sources: [source('bought_together', { rank: 'lift' })],
      },
      next_view: { ...PLAIN, name: 'next_view', sources: [source('for_you')], limit: 20 },
      home: {
        ...{ ...PLAIN, name: 'home', isBlend: true, limit: 12 },
        sources: [
          source('for_you', { weight: 3 }),
          source('buy_again', { weight: 2 }),
          source('trending'),
        ],
      },
    });
  });

  it('popular among members of a group: the groups that are used are learned, and no others', () => {
    const { interactions, recommenders } = valid(`${GROUPS}
recommenders:
  peers: { model: popular, by: segment.tier, fallback: [{ model: popular, by: category }] }
`).recommending!;
    expect(interactions.groups).toEqual([{ name: 'tier', members: ['gold', 'silver'] }]);
    expect(recommenders.get('peers')).toMatchObject({
      sources: [{ byCategory: false, byGroup: { name: 'tier', index: 1 } }],
      fallback: [{ byCategory: true }],
    });
    const all = `${GROUPS}\nrecommenders: { peers: { model: popular, by: segment.tier } }`;
    expect(warningsOf(all).filter((text) => text.includes('reads this segment'))).toHaveLength(2);
  });

  it.each([
    ['segment.teir', 'There is no segment "teir" (did you mean segment.tier?)'],
    ['segment.vip', '"vip" is no group'],
    [
      'tier',
      'expected category, or a segment group such as segment.tier (did you mean segment.tier?)',
    ],
    ['categry', 'did you mean category?'],
    ['before.segment.tier', 'expected category, or a segment group such as segment.tier'],
  ])('by: %s', (by, message) => {
    const text = `${GROUPS}\nrecommenders: { a: { model: popular, by: ${by} } }`;
    expect(reported(text).join('\n')).toContain(message);
  });

  it('a group is of popular alone, and all together have a bound', () => {
    const text = `${GROUPS}\nrecommenders: { a: { model: trending, by: segment.tier } }`;
    expect(reported(text).join('\n')).toContain('says nothing of trending');
    const many = Array.from({ length: 33 }, (_, n) => `    - m${n}: orders == ${n}`).join('\n');
    const large = `catalog: c
features: { orders: { count: Order Completed } }
segments:
  tier:
${many}
recommenders: { a: { model: popular, by: segment.tier } }`;
    expect(reported(large).join('\n')).toContain('tier have 33 members together');
  });

  it('cost a catalog without them nothing, and no other hash', () => {
    expect(valid('catalog: c').recommending).toBeNull();
    expect(valid('catalog: c\nitems:\nrecommenders:').recommending).toBeNull();
    expect(valid('catalog: c\nitems:\nrecommenders:').hash).toBe(valid('catalog: c').hash);
    expect(valid('catalog: c\nitems: { session: 1h }').hash).not.toBe(valid('catalog: c').hash);
  });

  it('change one thing of items each', () => {
    const items = (text: string) => valid(`catalog: c\nitems: ${text}`).recommending!.interactions;
    expect(items('{ session: 20m }')).toEqual({ ...DEFAULT_ITEMS, sessionMs: 1_200_000 });
    expect(items('{ id: properties.sku }').id.map(({ text }) => text)).toEqual(['properties.sku']);
    const { weights } = items('{ interactions: { Played: 0.5, Order Completed: 5 } }');
    expect([...weights]).toEqual([
      ['Played', 0.5],
      ['Order Completed', 5],
    ]);
  });

  it('leave item and seed to features elsewhere', () => {
    const catalog = valid(`catalog: c
features: { item: { count: Product Viewed }, seed: { count: Product Added } }
segments: { keen: item > seed }
recommenders:
  a: { model: popular, where: "item.category == 'phone' && segment.keen" }`);
    expect(catalog.features.map(({ name }) => name)).toEqual(['item', 'seed']);
  });
});

describe('what is wrong with them', () => {
  const one = (recommender: string) =>
    reported(`catalog: c\nrecommenders:\n  a: ${recommender}`).join('\n');
  const items = (text: string) => reported(`catalog: c\nitems: ${text}`).join('\n');

  it.each([
    ['{ limit: 3 }', '"model" is missing, expected a model such as similar, or a blend'],
    ['{ model: similr }', 'found "similr", expected similar'],
    ['{ model: similar, blend: [{ model: popular }] }', 'has both "model" and "blend"'],
    ['{ blend: [] }', 'a list of models such as'],
    ['{ blend: [{ weight: 2 }] }', '"model" is missing'],
    ['{ blend: [{ model: popular, weight: 0 }] }', 'a number above 0'],
    ['{ blend: [{ model: popular }], rank: lift }', '"rank" belongs to a model of the blend'],
    ['{ model: similar, rank: lift }', '"rank" says nothing of similar: it is of bought_together'],
    [
      '{ model: similar, by: category }',
      '"by" says nothing of similar: it is of trending and popular',
    ],
    ['{ model: popular, min_support: 2 }', '"min_support" says nothing of popular'],
    ['{ model: popular, by: brand }', 'found "brand", expected category, or a segment group'],
    ['{ model: bought_together, rank: support }', 'cosine, lift or confidence'],
    ['{ model: bought_together, min_support: 0 }', 'a whole number from 1'],
    ['{ model: popular, limit: 0 }', 'a whole number from 1 to 100'],
    ['{ model: popular, limit: 101 }', 'a whole number from 1 to 100'],
    ['{ model: similar, seed: basket }', 'expected cart, current, bought, or a path'],
    ['{ model: similar, seed: properties.sku }', 'did you mean event.properties.sku?'],
    ['{ model: similar, seed: event.product }', 'expected a path'],
    ['{ model: popular, where: item.prize < 3 }', 'item has no "prize"'],
    ['{ model: popular, where: "event.properties.x == 1" }', 'There is no event at hand here'],
    [
      '{ model: popular, where: "treatment.x == 1" }',
      'treatment is only known where a message is made',
    ],
    [
      '{ model: popular, where: item.price }',
      'A condition must be true or false, this is a number',
    ],
    [
      '{ model: popular, exclude: [sold] }',
      'bought: 90d, viewed: 1h, in_cart, current or out_of_stock',
    ],
    ['{ model: popular, exclude: [bought: soon] }', 'a duration above 0'],
    ['{ model: popular, diversify: { colour: 2 } }', 'unknown key "colour"'],
    ['{ model: popular, fallback: [hits] }', 'a model such as popular'],
    [
      '{ model: popular, fallback: [{ model: similar, by: category }] }',
      '"by" says nothing of similar',
    ],
    ['{ model: popular, size: 3 }', 'unknown key "size"'],
  ])('%s', (recommender, message) => {
    expect(one(recommender)).toContain(message);
  });

  it.each([
    ['{ ids: properties.sku }', 'unknown key "ids", expected id, session, interactions'],
    ['{ id: sku }', 'expected a path'],
    ['{ session: 0m }', 'a duration above 0'],
    ['{ interactions: { Viewed: -1 } }', 'a number above 0'],
    ['{ interactions: {} }', 'no event tells of items'],
    ['{ session: }', 'found nothing'],
  ])('items: %s', (text, message) => {
    expect(items(text)).toContain(message);
  });

  it('says where item is known', () => {
    expect(reported('catalog: c\nsegments: { a: item.price > 3 }').join('\n')).toContain(
      'item is only known in the `where` of a recommender',
    );
  });
});

it('warns of interactions that no declared event is', () => {
  const catalog = `catalog: c
events: { Product Viewed: {} }
items: { interactions: { Produkt Viewed: 1, Product Viewed: 2 } }`;
  expect(warningsOf(catalog)).toEqual([
    expect.stringContaining('the event "Produkt Viewed" is not declared in `events`'),
  ]);
});

it('knows an item by id, as by itemId', () => {
  const where = (text: string) =>
    valid(`catalog: c\nrecommenders: { a: { model: popular, where: "${text}" } }`).recommending;
  expect(where("item.id != seed.id && item.itemId != 'p1'")).not.toBeNull();
});
