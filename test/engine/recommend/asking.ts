// A customer of a small shop who asks for a list, of what is given for each model.

import { recommend } from '../../../src/engine/recommend/recommend.ts';
import type { Crowd } from '../../../src/model/crowd/crowd.ts';
import type { RecommenderDefinition, RecommendRequest } from '../../../src/model/recommending.ts';
import { HOUR, type Parts, START } from '../support/catalog-builder.ts';
import { Customer } from '../support/customer.ts';
import { crowdOf, type Given, givenCrowd, item, recommendingCatalog } from './shop-crowd.ts';

export const SHOP = [
  item('phone', { category: 'phones', brand: 'A', price: 100, accessories: ['case', 'cable'] }),
  item('tablet', { category: 'tablets', brand: 'A', price: 200, accessories: ['cable', 'pen'] }),
  item('case', { category: 'cases', brand: 'A', price: 10, name: 'A case', tags: ['new'] }),
  item('cable', { category: 'cables', brand: 'B', price: 5 }),
  item('pen', { category: 'pens', brand: 'B' }),
  item('book', { category: 'books' }),
  item('gone', { known: 'deleted' }),
  item('sold', { inStock: false, known: 'declared' }),
  item('early', { startsAtMs: START + HOUR }),
  item('late', { endsAtMs: START }),
];

/** A list of one recommender, of what is given for each model: items by falling score. */
export class Asking {
  readonly customer: Customer;
  crowd: Crowd | null = crowdOf(SHOP);
  readonly asked: { model: string; seeds: readonly string[]; category: string | null }[] = [];

  constructor(
    definition: Partial<RecommenderDefinition>,
    private readonly given: Given = {},
    parts: Parts = {},
  ) {
    this.customer = new Customer(recommendingCatalog({ list: definition }, parts), 'u1');
  }

  list(request: Partial<RecommendRequest> = {}) {
    const { program, state, nowMs } = this.customer;
    const made = recommend(
      program,
      givenCrowd(this.given, this.asked),
      state,
      {
        ...{ userId: 'u1', anonymousId: null, recommender: 'list', seed: null, limit: null },
        ...{ context: {}, explain: true },
        ...request,
      },
      'r1',
      this.crowd,
      nowMs,
    );
    if (made === null) throw new Error('there is no such recommender');
    return made;
  }

  ids(request: Partial<RecommendRequest> = {}) {
    return this.list(request).items.map(({ itemId }) => itemId);
  }

  why(itemId: string, request: Partial<RecommendRequest> = {}) {
    const { items, removed } = this.list(request);
    if (items.some((one) => one.itemId === itemId)) return 'in the list';
    return removed.find((one) => one.itemId === itemId)?.reason;
  }

  view(...ids: readonly string[]): this {
    for (const product_id of ids) this.customer.track('Product Viewed', { product_id });
    return this;
  }
}
