// Hot path. `trend`: the count of this window divided by that of the one before.

import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue } from '../../model/value.ts';
import { BucketSeries, bucketLengthMs } from './bucket-series.ts';
import type { Fold, FoldInput } from './fold.ts';
import { addCounts, uniteSeries } from './unite-series.ts';

/**
 * Stored: a series of counts over two windows. Absent while the window before is empty.
 *
 * The bucket at the edge between the windows may hold events of both, and which is which is not
 * stored: it counts in both, so that neither ever misses an event that is inside of it.
 */
export class Trend implements Fold {
  readonly empty = undefined;
  private readonly series: BucketSeries;

  constructor(private readonly windowMs: number) {
    this.series = new BucketSeries(2 * windowMs, 1, bucketLengthMs(windowMs));
  }

  add(
    value: FeatureValue,
    _input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    const { series } = this;
    const counts = series.open(value, atMs, nowMs);
    if (counts !== undefined) counts[series.index] = (counts[series.index] as number) + 1;
    return counts;
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const counts = value as readonly number[];
    const oldest = this.series.oldest(nowMs);
    const middle = this.series.oldest(nowMs, this.windowMs);
    const lastBefore = this.series.bucketOf(Math.floor(nowMs) - this.windowMs);
    let bucket = 0;
    let before = 0;
    let current = 0;
    for (let i = 0; i < counts.length; i += 2) {
      bucket += counts[i]!;
      if (bucket >= middle) current += counts[i + 1]!;
      if (bucket >= oldest && bucket <= lastBefore) before += counts[i + 1]!;
    }
    return before === 0 ? undefined : current / before;
  }

  /** When a bucket leaves a window, or comes into that before. */
  until(value: FeatureValue, nowMs: number): number {
    const { series, windowMs } = this;
    const counts = value as readonly number[];
    let untilMs = Number.POSITIVE_INFINITY;
    let bucket = 0;
    for (let i = 0; i < counts.length; i += 2) {
      bucket += counts[i]!;
      untilMs = sooner(untilMs, bucket * series.bucketMs + windowMs, nowMs);
      untilMs = sooner(untilMs, series.leavesMs(bucket, windowMs), nowMs);
      untilMs = sooner(untilMs, series.leavesMs(bucket), nowMs);
    }
    return untilMs;
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.series.expired(value, nowMs);
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    return uniteSeries(this.series, into, from, nowMs, addCounts);
  }

  newestMs(value: FeatureValue): number {
    return this.series.newestMs(value);
  }
}

function sooner(untilMs: number, atMs: number, nowMs: number): number {
  return atMs > nowMs && atMs < untilMs ? atMs : untilMs;
}
