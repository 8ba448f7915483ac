// What happens to a state that outgrew its maximum: the largest feature loses its least recently
// written key, or a `recent` its oldest value, again and again until the state fits. The customer's own
// items are like one more feature: those that were only looked at leave first, the longest untouched
// before others. Caps, cooldowns, contacts and deduplication never lose anything, nor do features of a
// single value. When those alone leave what may be lost less than a share of the maximum, it keeps that
// share and the state stays too large: without it a customer with long traits would have no features.
// The same state always shrinks the same way.

import { type CustomerItem, isOwned } from '../model/customer-items.ts';
import { DraftState } from '../model/draft-state.ts';
import { FeatureOverlay } from '../model/feature-overlay.ts';
import type { CustomerState, FeatureValue } from '../model/state.ts';
import type { StateCodec } from './codec.ts';

export interface ShrinkBounds {
  /** How far the encoded state is over its maximum; > 0. */
  readonly excessBytes: number;
  /** What features and items with something to lose may keep together, whatever else the state holds. */
  readonly keptBytes: number;
  /** Definition ids of features whose value is a list of pairs, newest first. */
  readonly recents: ReadonlySet<string>;
}

export interface Shrunk {
  readonly state: CustomerState;
  /** Keys, remembered values and items that left. */
  readonly dropped: number;
}

/** Stands for the customer's own items among ids of features. */
const ITEMS = Symbol('items');

type Keyed = ReadonlyMap<string, FeatureValue>;
type Pairs = readonly FeatureValue[];

export function shrinkState(codec: StateCodec, state: CustomerState, bounds: ShrinkBounds): Shrunk {
  const features = FeatureOverlay.over(state.features);
  const sizes = new Map<string | typeof ITEMS, number>();
  let total = 0;
  for (const [id, value] of state.features) {
    if (!canLose(value, bounds.recents.has(id))) continue;
    const bytes = codec.valueBytes(value);
    sizes.set(id, bytes);
    total += bytes;
  }
  let { items } = state;
  if (items.length > 0) {
    const bytes = codec.sectionBytes('items', items);
    sizes.set(ITEMS, bytes);
    total += bytes;
  }
  let left = bounds.excessBytes;
  let dropped = 0;
  // Ends: every turn takes one key or value, and a feature that has no more leaves `sizes`.
  while (left > 0 && total > bounds.keptBytes && sizes.size > 0) {
    const id = largest(sizes);
    if (id === ITEMS) {
      items = withoutOne(items);
      dropped++;
      const after = codec.sectionBytes('items', items);
      const freed = sizes.get(ITEMS)! - after;
      left -= freed;
      total -= freed;
      if (items.length > 0) sizes.set(ITEMS, after);
      else sizes.delete(ITEMS);
      continue;
    }
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
  if (items !== state.items) shrunk.items = items;
  return { state: shrunk, dropped };
}

/** Whether there is a key, or a value beside the newest. */
function canLose(value: FeatureValue, isRecent: boolean): boolean {
  return value instanceof Map ? value.size > 0 : isRecent && (value as Pairs).length > 2;
}

/** The items, or the feature with the most bytes; the smaller id of two alike, items the last. */
function largest(sizes: ReadonlyMap<string | typeof ITEMS, number>): string | typeof ITEMS {
  let best: string | typeof ITEMS = ITEMS;
  let bestBytes = -1;
  for (const [id, bytes] of sizes) {
    const isBefore = id !== ITEMS && (best === ITEMS || id < best);
    if (bytes > bestBytes || (bytes === bestBytes && isBefore)) {
      best = id;
      bestBytes = bytes;
    }
  }
  return best;
}

/** Without the longest untouched of those that were only looked at, or where none is, of all. */
function withoutOne(items: readonly CustomerItem[]): readonly CustomerItem[] {
  const viewed = items.findIndex((item) => !isOwned(item));
  return items.toSpliced(Math.max(viewed, 0), 1);
}

function withoutFirst(keyed: Keyed): Keyed {
  const rest = new Map(keyed);
  for (const key of rest.keys()) {
    rest.delete(key);
    break;
  }
  return rest;
}
