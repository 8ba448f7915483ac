// What most was done with, by weight of interactions (Crowd.popular).

import type { Crowd, Ranking } from '../../../model/crowd/crowd.ts';
import { without } from './without.ts';

/**
 * @param category null = of all
 * @param member null = among all customers
 */
export function popular(
  crowd: Crowd,
  seeds: readonly number[],
  nowMs: number,
  category: string | null,
  member: string | null,
): Ranking {
  return without(crowd.popular(nowMs, category, member), seeds);
}
