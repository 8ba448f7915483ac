// What happens to a state that outgrew its maximum: the largest feature loses its least recently
// written key, or a `recent` its oldest value, again and again until the state fits. Caps,
// cooldowns, contacts and deduplication never lose anything, nor do features of a single value. When
// those alone leave features less than a share of the maximum, features keep that share and the
// state stays too large: without it a customer with long traits would have no features at all.
// The same state always shrinks the same way.

import { DraftState } from '../model/draft-state.ts';
import { FeatureOverlay } from '../model/feature-overlay.ts';
import type { CustomerState, FeatureValue } from '../model/state.ts';
import type { StateCodec } from './codec.ts';

export interface ShrinkBounds {
  /** How far the encoded state is over its maximum; > 0. */
  readonly excessBytes: number;
  /** What features with something to lose may keep together, whatever else the state holds. */
  readonly keptBytes: number;
  /** Definition ids of features whose value is a list of pairs, newest first. */
  readonly recents: ReadonlySet<string>;
}

export interface Shrunk {
  readonly state: CustomerState;
  /** Keys and remembered values that left. */
  readonly dropped: number;
}

type Keyed = ReadonlyMap<string, FeatureValue>;
type Pairs = readonly FeatureValue[];

export function shrinkState(codec: StateCodec, state: CustomerState, bounds: ShrinkBounds): Shrunk {
  const features = FeatureOverlay.over(state.features);
  const sizes = new Map<string, number>();
  let total = 0;
  for (const [id, value] of state.features) {
    if (!canLose(value, bounds.recents.has(id))) continue;
    const bytes = codec.valueBytes(value);
    sizes.set(id, bytes);
    total += bytes;
  }
  let left = bounds.excessBytes;
  let dropped = 0;
  // Ends: every turn takes one key or value, and a feature that has no more leaves `sizes`.
  while (left > 0 && total > bounds.keptBytes && sizes.size > 0) {
    const id = largest(sizes);
    const value = features.get(id)!;
    const rest = value instanceof Map ? withoutFirst(value) : (value as Pairs).slice(0, -2);
    dropped++;
    features.set(id, rest);
    const after = codec.valueBytes(rest);
    const freed = sizes.get(id)! - after;
    left -= freed;
    total -= freed;
    if (canLose(rest, bounds.recents.has(id))) sizes.set(id, after);
    else sizes.delete(id);
  }
  const shrunk = new DraftState(state);
  shrunk.features = features;
  return { state: shrunk, dropped };
}

/** Whether there is a key, or a value beside the newest. */
function canLose(value: FeatureValue, isRecent: boolean): boolean {
  return value instanceof Map ? value.size > 0 : isRecent && (value as Pairs).length > 2;
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

function withoutFirst(keyed: Keyed): Keyed {
  const rest = new Map(keyed);
  for (const key of rest.keys()) {
    rest.delete(key);
    break;
  }
  return rest;
}
