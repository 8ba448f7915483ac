// Until when a test of a feature's value has the same outcome if nothing is contributed: from one
// change by time to the next, until the outcome is another.

import type { FeatureValue } from '../../model/state.ts';
import type { Fold, Test } from './fold.ts';

/** Changes that are looked at: a window has 60 buckets. */
const CHANGES_MAX = 64;

/** As FeatureRuntime.testUntil, of one stored value; null = never written. */
export function testUntil(fold: Fold, value: FeatureValue, nowMs: number, test: Test): number {
  if (value === null || fold.until === undefined) return Number.POSITIVE_INFINITY;
  if (fold.testUntil !== undefined) return fold.testUntil(value, nowMs, test);
  const at = (ms: number) => test(fold.read(value, ms) ?? fold.empty);
  const outcome = at(nowMs);
  let atMs = nowMs;
  for (let i = 0; i < CHANGES_MAX; i++) {
    atMs = fold.until(value, atMs);
    if (atMs === Number.POSITIVE_INFINITY || at(atMs) !== outcome) return atMs;
  }
  return atMs;
}
