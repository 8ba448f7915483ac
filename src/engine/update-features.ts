// Hot path. An event's effect on the features it concerns: cells are replaced, never written to.

import type { CustomerEvent } from '../model/event.ts';
import type { Cell } from '../model/state.ts';
import type { Scope } from '../model/value.ts';
import type { Draft } from './draft.ts';
import type { FeatureRuntime } from './features/features.ts';

/**
 * Updates the features that an event concerns.
 * @param changed filled with the slots whose stored value changed.
 */
export function updateFeatures(
  draft: Draft,
  features: readonly FeatureRuntime[],
  event: CustomerEvent,
  scope: Scope,
  changed: number[],
): void {
  let next: Map<string, Cell> | null = null;
  for (let i = 0; i < features.length; i++) {
    const feature = features[i]!;
    const { id, slot } = feature.definition;
    const cells = next ?? draft.features;
    const old = cells.get(id)?.value ?? null;
    const value = feature.update(old, event, scope, scope.nowMs);
    if (value === old) continue;
    next ??= new Map(draft.features);
    next.set(id, { value, bytes: null });
    changed.push(slot);
  }
  if (next !== null) draft.features = next;
}
