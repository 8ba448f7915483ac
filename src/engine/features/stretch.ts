// Hot path. What an interval stores: events of a stretch of time, by its ends and the squares of its gaps.

import type { FeatureValue } from '../../model/state.ts';
import { type Gaps, unite } from './gap-variation.ts';

/** How many, the first time, how much later the last is, and the squares of the gaps (ms²), if known. */
export type Stretch = readonly [n: number, firstMs: number, lengthMs: number, squares?: number];

/** Squares of the gaps of a stretch; undefined where they are not known. */
export function squaresOf([n, , lengthMs, squares]: Stretch): number | undefined {
  return n < 3 ? lengthMs * lengthMs : squares;
}

export function stretchOf(
  n: number,
  firstMs: number,
  lengthMs: number,
  squares?: number,
): FeatureValue {
  if (n < 3 || squares === undefined) return [n, firstMs, lengthMs];
  return [n, firstMs, lengthMs, squares];
}

/**
 * An instant at an end of both counts once, as it does in one list. One that is at no end of either
 * is not stored, and counts for each that had it.
 */
export function uniteStretches(mine: Stretch, other: Stretch): FeatureValue {
  const [a, b] = [gapsOf(mine), gapsOf(other)];
  const isOthers = (at: number) => at === b.firstMs || at === b.lastMs;
  const isOne = a.firstMs === a.lastMs;
  const shared = (isOthers(a.firstMs) ? 1 : 0) + (!isOne && isOthers(a.lastMs) ? 1 : 0);
  const n = mine[0] + other[0] - shared;
  const start = Math.min(a.firstMs, b.firstMs);
  const isKnown = squaresOf(mine) !== undefined && squaresOf(other) !== undefined;
  const squares = isKnown && n > 1 ? unite(a, b, n - 1) : undefined;
  return stretchOf(n, start, Math.max(a.lastMs, b.lastMs) - start, squares);
}

function gapsOf(stretch: Stretch): Gaps {
  const [, firstMs, lengthMs] = stretch;
  return { firstMs, lastMs: firstMs + lengthMs, squares: squaresOf(stretch) ?? 0 };
}
