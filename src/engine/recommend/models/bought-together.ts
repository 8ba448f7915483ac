// Items of the same baskets. With N baskets, n_a of them with a, and n_ab with both: cosine is
// n_ab / √(n_a n_b), lift N n_ab / (n_a n_b), confidence n_ab / n_a (of those with the seed).

import type { Crowd, Ranking } from '../../../model/crowd/crowd.ts';
import type { SourceDefinition } from '../../../model/recommending.ts';
import { Candidates } from './candidates.ts';

export type BoughtTogether = Pick<SourceDefinition, 'rank' | 'minSupport'>;

/** Of several seeds the greatest of their numbers. */
export function boughtTogether(
  { rank, minSupport }: BoughtTogether,
  crowd: Crowd,
  seeds: readonly number[],
): Ranking {
  const found = new Candidates();
  for (const seed of seeds) {
    const withSeed = crowd.basketsWith(seed);
    const { length, items, counts } = crowd.boughtWith(seed);
    for (let k = 0; k < length; k++) {
      const both = counts[k]!;
      if (both < minSupport) continue;
      const withItem = crowd.basketsWith(items[k]!);
      // One that was forgotten, and is in the list for a while longer.
      if (withItem === 0) continue;
      found.atLeast(items[k]!, scoreOf(rank, crowd.baskets, withSeed, withItem, both));
    }
  }
  return found.ranking(crowd, seeds);
}

function scoreOf(
  rank: SourceDefinition['rank'],
  baskets: number,
  withSeed: number,
  withItem: number,
  both: number,
): number {
  switch (rank) {
    case 'cosine':
      return both / Math.sqrt(withSeed * withItem);
    case 'lift':
      return (both * baskets) / (withSeed * withItem);
    case 'confidence':
      return both / withSeed;
  }
}
