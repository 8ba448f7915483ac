// Hot path. `distinct`: how many different values, exact up to `keep`.

import { messageHash } from '../../model/hash.ts';
import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue } from '../../model/value.ts';
import { bucketLengthMs } from './bucket-series.ts';
import { type FeatureCounters, type Fold, type FoldInput, keyOf } from './fold.ts';

/** Longer values are told apart by their hash: 256 session ids would fill most of a state. */
const TEXT_KEPT_MAX = 16;

/**
 * Stored: a map from each value (as a text, like a `by` key; a long one's hash) to 0, or in a window to the number of
 * the last bucket it was seen in. When a window's map is full, the value seen longest ago makes
 * room: so min(keep, true number) can be read at any time.
 */
export class Distinct implements Fold {
  readonly empty = 0;
  private readonly bucketMs: number;

  constructor(
    private readonly windowMs: number | null,
    private readonly keep: number,
    private readonly counters: FeatureCounters,
  ) {
    this.bucketMs = windowMs === null ? 0 : bucketLengthMs(windowMs);
  }

  add(
    value: FeatureValue,
    input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    const text = keyOf(input, this.counters);
    if (text === undefined) return undefined;
    const seen = value as ReadonlyMap<string, number> | null;
    const oldest = this.oldest(nowMs);
    const bucket = this.windowMs === null ? 0 : Math.floor(atMs / this.bucketMs);
    if (bucket < oldest) return undefined;
    const token = tokenOf(text);
    if (seen === null) return new Map([[token, bucket]]);
    // States of before hashes were kept have the text itself.
    const before = seen.get(token) ?? seen.get(text);
    if (before !== undefined && before >= bucket) return seen;
    // Looked at before anything is copied: one event may bring thousands of values.
    if (before === undefined && seen.size >= this.keep && !this.hasOlder(seen, bucket)) {
      this.counters.distinctFull++;
      return seen;
    }
    const next = new Map(seen);
    next.delete(text);
    next.delete(token);
    if (this.windowMs !== null) dropBefore(next, oldest);
    if (next.size >= this.keep) {
      this.counters.distinctFull++;
      dropOldest(next);
    }
    next.set(token, bucket);
    return next;
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const seen = value as ReadonlyMap<string, number>;
    if (this.windowMs === null) return seen.size;
    const oldest = this.oldest(nowMs);
    let count = 0;
    for (const bucket of seen.values()) if (bucket >= oldest) count++;
    return count === 0 ? undefined : count;
  }

  /** When the value leaves that was seen longest ago. */
  until(value: FeatureValue, nowMs: number): number {
    const { windowMs, bucketMs } = this;
    if (windowMs === null) return Number.POSITIVE_INFINITY;
    const oldest = this.oldest(nowMs);
    let first = Number.POSITIVE_INFINITY;
    for (const bucket of (value as ReadonlyMap<string, number>).values()) {
      if (bucket >= oldest && bucket < first) first = bucket;
    }
    return (first + 1) * bucketMs + windowMs - 1;
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.read(value, nowMs) === undefined;
  }

  private oldest(nowMs: number): number {
    if (this.windowMs === null) return 0;
    return Math.floor((Math.floor(nowMs) - this.windowMs + 1) / this.bucketMs);
  }

  private hasOlder(seen: ReadonlyMap<string, number>, bucket: number): boolean {
    if (this.windowMs === null) return false;
    for (const at of seen.values()) if (at < bucket) return true;
    return false;
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    const { windowMs, keep } = this;
    const oldest = this.oldest(nowMs);
    const buckets = new Map<string, number>();
    for (const seen of [into, from] as readonly ReadonlyMap<string, number>[]) {
      for (const [text, bucket] of seen) {
        const token = tokenOf(text);
        if (bucket < oldest || bucket <= (buckets.get(token) ?? -1)) continue;
        buckets.set(token, bucket);
      }
    }
    if (buckets.size > keep) this.counters.distinctFull += buckets.size - keep;
    if (windowMs === null) return new Map([...buckets].slice(0, keep));
    return new Map([...buckets].sort(([, a], [, b]) => a - b).slice(-keep));
  }

  /** When the bucket starts that a value was last seen in; without a window always the same. */
  newestMs(value: FeatureValue): number {
    return Math.max(...(value as ReadonlyMap<string, number>).values()) * this.bucketMs;
  }
}

/** What stands for a value. */
function tokenOf(text: string): string {
  return text.length > TEXT_KEPT_MAX ? hashOf(text) : text;
}

/** 64 bits, marked, in 15 characters. */
function hashOf(text: string): string {
  const { hi, lo } = messageHash(text);
  return `~${hi.toString(36).padStart(7, '0')}${lo.toString(36).padStart(7, '0')}`;
}

function dropBefore(seen: Map<string, number>, oldest: number): void {
  for (const [text, bucket] of seen) if (bucket < oldest) seen.delete(text);
}

/** Drops the value seen longest ago; of several the one written first. */
function dropOldest(seen: Map<string, number>): void {
  let oldest = Number.POSITIVE_INFINITY;
  let loser = '';
  for (const [text, bucket] of seen) {
    if (bucket < oldest) {
      oldest = bucket;
      loser = text;
    }
  }
  seen.delete(loser);
}
