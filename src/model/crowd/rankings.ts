// The trending and the popular, put in order when somebody asks and kept until the tables, an item or the
// second are others. One walk over the items serves all categories: shops have hundreds. Only the best ones
// are put in order: sorting 200,000 items would hold up a gateway for a tenth of a second.

import { BestItems } from './best-items.ts';
import type { Ranking } from './crowd.ts';
import type { ItemTable } from './item-table.ts';
import type { RecentCounts } from './recent-counts.ts';

export const RANKED_MAX = 1_000;
/** Of one category. */
export const CATEGORY_RANKED_MAX = 200;

type Offer = (item: number, score: number) => void;

const NOTHING: Ranking = { length: 0, items: new Int32Array(0), scores: new Float64Array(0) };

export class Rankings {
  readonly #trending: Ranked;
  readonly #popular: Ranked;

  constructor(
    readonly items: ItemTable,
    readonly recent: RecentCounts,
  ) {
    this.#trending = new Ranked(items);
    this.#popular = new Ranked(items);
  }

  trending(version: string, nowMs: number, category: string | null): Ranking {
    const state = `${version} ${Math.floor(nowMs / 1000)}`;
    return this.#trending.of(state, category, (offer) => this.recent.rising(nowMs, offer));
  }

  /** @param weights of interactions, by item, in 1/unit */
  popular(version: string, weights: Float64Array, unit: number, category: string | null): Ranking {
    return this.#popular.of(version, category, (offer) => {
      for (let item = 0; item < weights.length; item++)
        if (weights[item]! > 0) offer(item, weights[item]! / unit);
    });
  }
}

/** All items, and those of each category, as they were in one state of what they are made of. */
class Ranked {
  #state = '';
  #all: BestItems;
  readonly #ofCategory = new Map<string, BestItems>();
  readonly #rankings = new Map<string | null, Ranking>();

  constructor(readonly items: ItemTable) {
    this.#all = new BestItems(items, RANKED_MAX);
  }

  /** @param fill offers each item once */
  of(version: string, category: string | null, fill: (offer: Offer) => void): Ranking {
    const state = `${version} ${this.items.changes}`;
    if (this.#state !== state) {
      this.#state = state;
      this.#fill(fill);
    }
    const kept = this.#rankings.get(category);
    if (kept !== undefined) return kept;
    const best = category === null ? this.#all : this.#ofCategory.get(category);
    // What is no category is not kept: callers may ask for any text.
    if (best === undefined) return NOTHING;
    const ranking = best.ranking();
    this.#rankings.set(category, ranking);
    return ranking;
  }

  #fill(fill: (offer: Offer) => void): void {
    this.#all = new BestItems(this.items, RANKED_MAX);
    this.#ofCategory.clear();
    this.#rankings.clear();
    fill((item, score) => {
      if (this.items.idOf(item) === '') return;
      this.#all.offer(item, score);
      const category = this.items.categoryOf(item);
      if (category === null) return;
      let best = this.#ofCategory.get(category);
      if (best === undefined) {
        best = new BestItems(this.items, CATEGORY_RANKED_MAX);
        this.#ofCategory.set(category, best);
      }
      best.offer(item, score);
    });
  }
}
