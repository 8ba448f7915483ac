// Hot path. Numbers per bucket of time, for windows. A window w covers (now − w, now]; buckets of
// w/60, aligned to the epoch, are kept as long as they may hold a part of it.
//
// Stored flat: bucket number, payload, then for each later bucket its distance to the one before
// and its payload. So a codec sees one list of mostly small integers. Rejected: a list per bucket
// (one byte and one object more each), absolute bucket numbers (3 to 5 bytes instead of 1).

import type { FeatureValue } from '../../model/state.ts';

/** Buckets per window. */
const BUCKETS = 60;

/** Length of the buckets of a window. */
export function bucketLengthMs(windowMs: number): number {
  return Math.max(1, Math.floor(windowMs / BUCKETS));
}

/** Opens and walks series of one shape. Holds no values, only where `open` left off. */
export class BucketSeries {
  /** Entries per bucket: its distance, then the payload. */
  readonly stride: number;
  /** Where in the opened series the payload of the event's bucket starts. */
  index = 0;
  /** Whether that bucket is new, its payload all 0. */
  fresh = false;

  constructor(
    readonly windowMs: number,
    payload: number,
    readonly bucketMs = bucketLengthMs(windowMs),
  ) {
    this.stride = payload + 1;
  }

  /** The oldest bucket that reaches into a window of `windowMs` that ends at `nowMs`. */
  oldest(nowMs: number, windowMs = this.windowMs): number {
    return Math.floor((Math.floor(nowMs) - windowMs + 1) / this.bucketMs);
  }

  bucketOf(atMs: number): number {
    return Math.floor(atMs / this.bucketMs);
  }

  /**
   * A copy of the series without what left the window, with a bucket for `atMs` at `index`;
   * undefined when that time is outside the window.
   */
  open(value: FeatureValue, atMs: number, nowMs: number): FeatureValue[] | undefined {
    const bucket = this.bucketOf(atMs);
    const oldest = this.oldest(nowMs);
    if (bucket < oldest) return undefined;
    const out: FeatureValue[] = [];
    const { stride } = this;
    const old = (value ?? EMPTY) as readonly FeatureValue[];
    let last = 0;
    let placed = false;
    let at = 0;
    for (let i = 0; i < old.length; i += stride) {
      at += old[i] as number;
      if (at < oldest) continue;
      if (!placed && at >= bucket) {
        placed = true;
        if (at === bucket) {
          this.index = out.length + 1;
          this.fresh = false;
        } else {
          this.insert(out, bucket - last);
          last = bucket;
        }
      }
      out.push(at - last);
      last = at;
      for (let p = 1; p < stride; p++) out.push(old[i + p]!);
    }
    if (!placed) this.insert(out, bucket - last);
    return out;
  }

  /** When the first bucket leaves that is in the window now, epoch ms; Infinity when none is. */
  firstLeavesMs(value: FeatureValue, nowMs: number): number {
    const buckets = (value ?? EMPTY) as readonly FeatureValue[];
    const oldest = this.oldest(nowMs);
    let bucket = 0;
    for (let i = 0; i < buckets.length; i += this.stride) {
      bucket += buckets[i] as number;
      if (bucket >= oldest) return this.leavesMs(bucket);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** The first instant at which a window does not reach back to a bucket, epoch ms. */
  leavesMs(bucket: number, windowMs = this.windowMs): number {
    return (bucket + 1) * this.bucketMs + windowMs - 1;
  }

  /** Whether even the newest bucket has left the window. */
  expired(value: FeatureValue, nowMs: number): boolean {
    return this.newest(value) < this.oldest(nowMs);
  }

  /** When its newest bucket starts, epoch ms; −Infinity when it has none. */
  newestMs(value: FeatureValue): number {
    return this.newest(value) * this.bucketMs;
  }

  private newest(value: FeatureValue): number {
    const buckets = (value ?? EMPTY) as readonly FeatureValue[];
    let newest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < buckets.length; i += this.stride) {
      newest = (i === 0 ? 0 : newest) + (buckets[i] as number);
    }
    return newest;
  }

  private insert(out: FeatureValue[], distance: number): void {
    out.push(distance);
    this.index = out.length;
    this.fresh = true;
    for (let p = 1; p < this.stride; p++) out.push(0);
  }
}

const EMPTY: readonly FeatureValue[] = [];
