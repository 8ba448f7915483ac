// What happens to a state that outgrew its maximum: the largest keyed feature loses its least
// recently written key, again and again until the state fits. Caps, cooldowns, contacts and
// deduplication never lose anything, nor do features without keys; when only those are left, the
// state stays too large, and the caller counts it. The same state always shrinks the same way.

import { DraftState } from '../model/draft-state.ts';
import { FeatureOverlay } from '../model/feature-overlay.ts';
import type { CustomerState, FeatureValue } from '../model/state.ts';
import type { StateCodec } from './codec.ts';

export interface Shrunk {
  readonly state: CustomerState;
  /** Keys that left. */
  readonly keysDropped: number;
}

/** @param excessBytes how far the encoded state is over its maximum; > 0 */
export function shrinkState(codec: StateCodec, state: CustomerState, excessBytes: number): Shrunk {
  const features = FeatureOverlay.over(state.features);
  const sizes = new Map<string, number>();
  for (const [id, value] of state.features) {
    if (value instanceof Map && value.size > 0) sizes.set(id, codec.valueBytes(value));
  }
  let left = excessBytes;
  let keysDropped = 0;
  // Ends: every turn takes one key, and a feature without keys leaves `sizes`.
  while (left > 0 && sizes.size > 0) {
    const id = largest(sizes);
    const before = sizes.get(id)!;
    const rest = withoutFirst(features.get(id) as ReadonlyMap<string, FeatureValue>);
    keysDropped++;
    features.set(id, rest);
    const after = codec.valueBytes(rest);
    left -= before - after;
    if (rest.size === 0) sizes.delete(id);
    else sizes.set(id, after);
  }
  const shrunk = new DraftState(state);
  shrunk.features = features;
  return { state: shrunk, keysDropped };
}

/** The feature with the most bytes; the smaller id of two alike. */
function largest(sizes: ReadonlyMap<string, number>): string {
  let best = '';
  let bestBytes = -1;
  for (const [id, bytes] of sizes) {
    if (bytes > bestBytes || (bytes === bestBytes && id < best)) {
      best = id;
      bestBytes = bytes;
    }
  }
  return best;
}

function withoutFirst(keyed: ReadonlyMap<string, FeatureValue>): ReadonlyMap<string, FeatureValue> {
  const rest = new Map(keyed);
  for (const key of rest.keys()) {
    rest.delete(key);
    break;
  }
  return rest;
}
