// The trending and the popular, put in order when somebody asks and kept until the tables, an item or the
// second are others. Only the best RANKED_MAX are put in order: at 200,000 items sorting all would hold up a
// gateway for a tenth of a second.

import { BestItems } from './best-items.ts';
import type { Ranking } from './crowd.ts';
import type { ItemTable } from './item-table.ts';
import type { RecentCounts } from './recent-counts.ts';

export const RANKED_MAX = 1_000;
/** Categories whose rankings are kept; when there are more, all are put in order anew. */
const KEPT_MAX = 1_000;

export class Rankings {
  readonly #kept = new Map<string, Ranking>();
  #keptFor = '';

  constructor(
    readonly items: ItemTable,
    readonly recent: RecentCounts,
  ) {}

  trending(version: string, nowMs: number, category: string | null): Ranking {
    const key = `trending ${Math.floor(nowMs / 1000)} ${name(category)}`;
    return this.#ranking(version, key, category, (best) => {
      this.recent.rising(nowMs, (item, z) => best(item, z));
    });
  }

  /** @param weights of interactions, by item, in 1/unit */
  popular(version: string, weights: Float64Array, unit: number, category: string | null): Ranking {
    return this.#ranking(version, `popular ${name(category)}`, category, (best) => {
      for (let item = 0; item < weights.length; item++) {
        const weight = weights[item]!;
        if (weight > 0) best(item, weight / unit);
      }
    });
  }

  #ranking(
    version: string,
    key: string,
    category: string | null,
    fill: (best: (item: number, score: number) => void) => void,
  ): Ranking {
    const state = `${version} ${this.items.changes}`;
    if (this.#keptFor !== state || this.#kept.size >= KEPT_MAX) this.#kept.clear();
    this.#keptFor = state;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const best = new BestItems(this.items, RANKED_MAX);
    fill((item, score) => {
      if (this.items.idOf(item) === '') return;
      if (category === null || this.items.at(item)?.category === category) best.offer(item, score);
    });
    const ranking = best.ranking();
    this.#kept.set(key, ranking);
    return ranking;
  }
}

function name(category: string | null): string {
  return category === null ? 'all' : `of ${category}`;
}
