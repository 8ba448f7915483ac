// A catalog that recommends, made by hand, and the items of a small shop; and a crowd that has them. What
// the crowd says of them is given: the rules are tried here, not the models.

import type { AskCrowd } from '../../../src/engine/recommend/recommend.ts';
import type { Catalog } from '../../../src/model/catalog.ts';
import type { Crowd } from '../../../src/model/crowd/crowd.ts';
import type { Item, Items } from '../../../src/model/item.ts';
import type {
  Model,
  RecommenderDefinition,
  SourceDefinition,
} from '../../../src/model/recommending.ts';
import { catalogOf, MINUTE, type Parts, path } from '../support/catalog-builder.ts';

export const source = (
  model: SourceDefinition['model'],
  over: Partial<SourceDefinition> = {},
): SourceDefinition => ({
  ...{ model, rank: 'cosine', minSupport: 3, byCategory: false, weight: 1 },
  ...over,
});

export function recommendingCatalog(
  recommenders: { readonly [name: string]: Partial<RecommenderDefinition> },
  parts: Parts = {},
): Catalog {
  return {
    ...catalogOf(parts),
    recommending: {
      interactions: {
        id: [path('properties.product_id'), path('properties.products[].product_id')],
        sessionMs: 30 * MINUTE,
        groups: [],
        weights: new Map([
          ['Product Viewed', 1],
          ['Product Added', 3],
          ['Order Completed', 5],
        ]),
      },
      recommenders: new Map(
        Object.entries(recommenders).map(([name, one]) => [name, recommender(name, one)]),
      ),
    },
  };
}

function recommender(name: string, parts: Partial<RecommenderDefinition>): RecommenderDefinition {
  return {
    name,
    sources: [source('similar')],
    isBlend: false,
    seed: null,
    limit: 10,
    where: null,
    whereText: null,
    exclude: { boughtMs: null, viewedMs: null, inCart: false, current: false },
    diversify: { brand: null, category: null },
    fallback: [],
    ...parts,
  };
}

export const item = (itemId: string, over: Partial<Item> = {}): Item => ({
  ...{ itemId, name: null, category: null, brand: null, price: null, inStock: true, tags: [] },
  ...{ accessories: [], startsAtMs: null, endsAtMs: null, properties: {}, known: 'seen' },
  ...over,
});

/** Items by number, in the order given. */
export function crowdOf(items: readonly Item[]): Crowd {
  const numbers = new Map(items.map(({ itemId }, number) => [itemId, number]));
  const table: Items = {
    size: items.length,
    numberOf: (itemId) => numbers.get(itemId) ?? -1,
    idOf: (number) => items[number]?.itemId ?? '',
    at: (number) => items[number] ?? null,
  };
  return { version: 'v1', items: table } as Crowd;
}

/** What models say: items, the best first; those of one list within it have the same score. */
export type Given = { readonly [M in Model]?: readonly (string | readonly string[])[] };

/** Answers with that, and notes what was asked. Scores fall to 1. */
export function givenCrowd(given: Given, asked: object[] = []): AskCrowd {
  return ({ model }, { items }, seeds, _nowMs, category) => {
    asked.push({ model, seeds: seeds.map((seed) => items.idOf(seed)), category });
    const groups = given[model] ?? [];
    const said = groups.flatMap((group, i) => {
      const score = groups.length - i;
      return [group].flat().map((itemId) => ({ number: items.numberOf(itemId), score }));
    });
    const known = said.filter(({ number }) => number >= 0);
    return {
      length: known.length,
      items: Int32Array.from(known, ({ number }) => number),
      scores: Float64Array.from(known, ({ score }) => score),
    };
  };
}
