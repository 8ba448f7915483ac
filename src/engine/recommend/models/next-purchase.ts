// What a purchase is followed by: of the purchases of a seed after which the customer bought again, the
// share whose next one held the item.

import type { Crowd, Ranking } from '../../../model/crowd/crowd.ts';
import { Candidates } from './candidates.ts';

/** Of several seeds the greatest of their numbers. */
export function nextPurchase(crowd: Crowd, seeds: readonly number[]): Ranking {
  const found = new Candidates();
  for (const seed of seeds) {
    const followed = crowd.purchasesFollowed(seed);
    const { length, items, counts } = crowd.boughtAfter(seed);
    for (let k = 0; k < length; k++) found.atLeast(items[k]!, counts[k]! / followed);
  }
  return found.ranking(crowd, seeds);
}
