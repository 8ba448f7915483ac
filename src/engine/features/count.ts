// Hot path. `count`: how many contributions, ever or in a window.

import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue } from '../../model/value.ts';
import { BucketSeries } from './bucket-series.ts';
import type { Fold, FoldInput } from './fold.ts';
import { addCounts, uniteSeries } from './unite-series.ts';

/** Stored: the count. */
export class Count implements Fold {
  readonly empty = 0;

  add(value: FeatureValue): FeatureValue {
    return ((value ?? 0) as number) + 1;
  }

  read(value: FeatureValue): MaybeValue {
    return value === null ? undefined : (value as number);
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    return (into as number) + (from as number);
  }
}

/** Stored: a series of counts. */
export class WindowedCount implements Fold {
  readonly empty = 0;
  private readonly series: BucketSeries;

  constructor(windowMs: number) {
    this.series = new BucketSeries(windowMs, 1);
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
    let bucket = 0;
    let total = 0;
    for (let i = 0; i < counts.length; i += 2) {
      bucket += counts[i]!;
      if (bucket >= oldest) total += counts[i + 1]!;
    }
    return total === 0 ? undefined : total;
  }

  until(value: FeatureValue, nowMs: number): number {
    return this.series.firstLeavesMs(value, nowMs);
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.read(value, nowMs) === undefined;
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    return uniteSeries(this.series, into, from, nowMs, addCounts);
  }

  newestMs(value: FeatureValue): number {
    return this.series.newestMs(value);
  }
}
