// What more people look at in the last hour than the last 7 days would make one expect (Crowd.trending).

import type { Crowd, Ranking } from '../../../model/crowd/crowd.ts';
import { without } from './without.ts';

/** @param category null = of all */
export function trending(
  crowd: Crowd,
  seeds: readonly number[],
  nowMs: number,
  category: string | null,
): Ranking {
  return without(crowd.trending(nowMs, category), seeds);
}
