// One model's answer out of the crowd's tables, before any rule looks at it.

import type { Crowd, Ranking } from '../../../model/crowd/crowd.ts';
import type { SourceDefinition } from '../../../model/recommending.ts';
import { boughtTogether } from './bought-together.ts';
import { forYou } from './for-you.ts';
import { nextPurchase } from './next-purchase.ts';
import { popular } from './popular.ts';
import { similar } from './similar.ts';
import { trending } from './trending.ts';

const NOTHING: Ranking = {
  length: 0,
  items: new Int32Array(0),
  scores: new Float64Array(0),
};

/**
 * @param seeds numbers of items as they happened: the last is the newest
 * @param category trending and popular: of this one alone; null = of all
 * @param member popular: among customers of it alone (Crowd.popular)
 * @returns items by number, best first, at most CANDIDATES_MAX; seeds are in that of `for_you` alone. Empty
 *   for models that read the customer or what was declared. Not to be kept
 */
export function askCrowd(
  source: SourceDefinition,
  crowd: Crowd,
  seeds: readonly number[],
  nowMs: number,
  category: string | null,
  member: string | null = null,
): Ranking {
  switch (source.model) {
    case 'similar':
      return similar(crowd, seeds, nowMs);
    case 'bought_together':
      return boughtTogether(source, crowd, seeds);
    case 'next':
      return nextPurchase(crowd, seeds);
    case 'for_you':
      return forYou(crowd, seeds);
    case 'trending':
      return trending(crowd, seeds, nowMs, category);
    case 'popular':
      return popular(crowd, seeds, nowMs, category, member);
    case 'buy_again':
    case 'recently_viewed':
    case 'accessories':
      return NOTHING;
  }
}
