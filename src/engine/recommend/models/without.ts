// A ranking that others share, without the items that a list is for.

import type { Ranking } from '../../../model/crowd/crowd.ts';

export function without(ranking: Ranking, items: readonly number[]): Ranking {
  const left: number[] = [];
  for (let k = 0; k < ranking.length; k++) if (!items.includes(ranking.items[k]!)) left.push(k);
  if (left.length === ranking.length) return ranking;
  return {
    length: left.length,
    items: Int32Array.from(left, (k) => ranking.items[k]!),
    scores: Float64Array.from(left, (k) => ranking.scores[k]!),
  };
}
