// The features of two customers who turn out to be one, each by the rule of its kind. Those that the
// catalog does not have cannot be united: nobody knows what their values mean.

import { FeatureOverlay } from '../../model/feature-overlay.ts';
import type { CustomerState } from '../../model/state.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';

export function foldFeatures(
  program: Program,
  draft: Draft,
  from: CustomerState,
  nowMs: number,
): void {
  if (from.features.size === 0) return;
  const others = new Map(from.features);
  const features = FeatureOverlay.over(draft.features);
  for (const runtime of program.runtimes) {
    if (runtime === null) continue;
    const { id } = runtime.definition;
    const other = others.get(id);
    if (other === undefined) continue;
    features.set(id, runtime.merge(features.get(id) ?? null, other, nowMs));
    // Once, however many features share it.
    others.delete(id);
  }
  for (const [id, value] of others) if (!features.has(id)) features.set(id, value);
  draft.features = features;
  draft.orphans = unitedOrphans(draft.orphans, from.orphans);
}

/** In the order they were noticed, by either. */
function unitedOrphans(
  mine: ReadonlyMap<string, number>,
  others: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const orphans = new Map(mine);
  for (const [id, sinceMs] of others) {
    orphans.set(id, Math.min(sinceMs, orphans.get(id) ?? sinceMs));
  }
  return new Map([...orphans].sort(([, a], [, b]) => a - b));
}
