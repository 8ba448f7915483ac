// Hot path. An event's effect on the features it concerns: values are replaced, never written to.

import type { CustomerEvent } from '../model/event.ts';
import { FeatureOverlay } from '../model/feature-overlay.ts';
import type { Scope } from '../model/value.ts';
import type { Draft } from './draft.ts';
import type { FeatureRuntime } from './features/features.ts';

/** A stored value that events update. Features with the same definition share it. */
export interface StoredFeature {
  readonly runtime: FeatureRuntime;
  /** Slots of the features that read it. */
  readonly slots: readonly number[];
}

/**
 * Updates the features that an event concerns.
 * @param changed filled with the slots whose stored value changed.
 */
export function updateFeatures(
  draft: Draft,
  features: readonly StoredFeature[],
  event: CustomerEvent,
  scope: Scope,
  changed: number[],
): void {
  let next: FeatureOverlay | null = null;
  for (let i = 0; i < features.length; i++) {
    const { runtime, slots } = features[i]!;
    const { id } = runtime.definition;
    const old = draft.features.get(id) ?? null;
    const value = runtime.update(old, event, scope, scope.nowMs);
    if (value === old) continue;
    next ??= FeatureOverlay.over(draft.features);
    next.set(id, value);
    for (let s = 0; s < slots.length; s++) changed.push(slots[s]!);
  }
  if (next !== null) draft.features = next;
}

/** The stored values of all features, each once: in slot order of the first that reads it. */
export function storedFeatures(runtimes: readonly (FeatureRuntime | null)[]): StoredFeature[] {
  const byId = new Map<string, { runtime: FeatureRuntime; slots: number[] }>();
  for (const runtime of runtimes) {
    if (runtime === null) continue;
    const { id, slot } = runtime.definition;
    const known = byId.get(id);
    if (known === undefined) byId.set(id, { runtime, slots: [slot] });
    else known.slots.push(slot);
  }
  return [...byId.values()];
}
