// Any sources, fallbacks and rules: nothing that fits is left out of a list that has room.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SLICE } from '../../../src/engine/recommend/blend.ts';
import { recommend } from '../../../src/engine/recommend/recommend.ts';
import type { Model } from '../../../src/model/recommending.ts';
import { HOUR } from '../support/catalog-builder.ts';
import { Customer } from '../support/customer.ts';
import { crowdOf, givenCrowd, item, recommendingCatalog, source } from './shop-crowd.ts';

const MODELS = ['similar', 'for_you', 'trending', 'popular'] as const;
const ids = Array.from({ length: 12 }, (_, i) => `i${i}`);

/** The items a model says, in groups of one score. */
const said = fc.array(fc.subarray(ids, { minLength: 1, maxLength: 4 }), { maxLength: 6 });

describe('a list', () => {
  it('is full, or has all that fits, once each, in order; and the same again', () => {
    fc.assert(
      fc.property(
        fc.record({ similar: said, for_you: said, trending: said, popular: said }),
        fc.subarray([...MODELS], { minLength: 1 }),
        fc.subarray([...MODELS]),
        fc.subarray(ids),
        fc.subarray(ids, { maxLength: 5 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        (given, sources, fallback, outOfStock, bought, limit, explain) => {
          const isBlend = sources.length > 1;
          const catalog = recommendingCatalog({
            list: {
              sources: sources.map((model, i) => source(model, { weight: i + 1 })),
              fallback: fallback.map((model) => source(model)),
              ...{ isBlend, limit },
              exclude: { boughtMs: HOUR, viewedMs: null, inCart: false, current: true },
            },
          });
          const customer = new Customer(catalog);
          const products = bought.map((product_id) => ({ product_id }));
          if (bought.length > 0) customer.track('Order Completed', { products });
          customer.track('Product Viewed', { product_id: 'here' });
          const sold = new Set(outOfStock);
          const shop = ids.map((id) => item(id, { inStock: !sold.has(id) }));
          const ask = () =>
            recommend(
              ...([customer.program, givenCrowd(given), customer.state] as const),
              {
                ...{ userId: 'u1', anonymousId: null, recommender: 'list', seed: ['here'] },
                ...{ limit: null, context: {}, explain },
              },
              ...(['r', crowdOf([item('here'), ...shop]), customer.nowMs] as const),
            )!;
          const { items, removed } = ask();
          expect(ask().items).toEqual(items);
          const listed = items.map(({ itemId }) => itemId);
          expect(new Set(listed).size).toBe(listed.length);
          const fits = (id: string) => !sold.has(id) && !bought.includes(id);
          expect(listed.every(fits)).toBe(true);
          const all = new Set(
            [...sources, ...fallback].flatMap((model: Model) => given[model as 'similar'].flat()),
          );
          const fitting = [...all].filter(fits);
          expect(listed.length).toBe(Math.min(limit, fitting.length));
          const ofSources = new Set(sources.flatMap((model) => given[model].flat()).filter(fits));
          const own = items.slice(0, Math.min(limit, ofSources.size));
          expect(own.every(({ itemId }) => ofSources.has(itemId))).toBe(true);
          const scores = own.map(({ score }) => score);
          expect(scores).toEqual(scores.toSorted((a, b) => b - a));
          expect(removed.every(({ itemId }) => !listed.includes(itemId))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('goes on where a slice of a long listing ends', () => {
    const many = Array.from({ length: 2 * SLICE + 5 }, (_, i) =>
      item(`m${i}`, { inStock: i % 700 === 0 }),
    );
    const names = many.map(({ itemId }) => itemId);
    const given = { popular: names, trending: names.toReversed() };
    const sources = [source('popular'), source('trending')];
    const customer = new Customer(recommendingCatalog({ list: { sources, isBlend: true } }));
    const { items } = recommend(
      ...([customer.program, givenCrowd(given), customer.state] as const),
      {
        ...{ userId: 'u1', anonymousId: null, recommender: 'list', seed: null },
        ...{ limit: 100, context: {}, explain: false },
      },
      ...(['r', crowdOf(many), customer.nowMs] as const),
    )!;
    expect(items.map(({ itemId }) => itemId).sort()).toEqual(
      many.flatMap(({ itemId, inStock }) => (inStock ? [itemId] : [])).sort(),
    );
  });
});
