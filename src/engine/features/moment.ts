// Hot path. `first` and `last`: the time of an event, by event time.

import type { FeatureValue } from '../../model/state.ts';
import { Instant, type MaybeValue } from '../../model/value.ts';
import { BucketSeries } from './bucket-series.ts';
import type { Fold, FoldInput } from './fold.ts';
import { type JoinPayloads, uniteSeries } from './unite-series.ts';

/** Stored: the earliest time, epoch ms. */
export class First implements Fold {
  readonly empty = undefined;

  add(value: FeatureValue, _input: FoldInput, atMs: number): FeatureValue {
    return value === null || atMs < (value as number) ? atMs : value;
  }

  read(value: FeatureValue): MaybeValue {
    return value === null ? undefined : new Instant(value as number);
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    return Math.min(into as number, from as number);
  }
}

/** Stored: a series of the first time in each bucket, counted from the bucket's start. */
export class WindowedFirst implements Fold {
  readonly empty = undefined;
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
    const firsts = series.open(value, atMs, nowMs);
    if (firsts === undefined) return undefined;
    const offset = atMs - series.bucketOf(atMs) * series.bucketMs;
    const i = series.index;
    if (series.fresh || offset < (firsts[i] as number)) firsts[i] = offset;
    return firsts;
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const firsts = value as readonly number[];
    const { series } = this;
    const oldest = series.oldest(nowMs);
    let bucket = 0;
    for (let i = 0; i < firsts.length; i += 2) {
      bucket += firsts[i]!;
      if (bucket >= oldest) return new Instant(bucket * series.bucketMs + firsts[i + 1]!);
    }
    return undefined;
  }

  until(value: FeatureValue, nowMs: number): number {
    return this.series.firstLeavesMs(value, nowMs);
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.read(value, nowMs) === undefined;
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    return uniteSeries(this.series, into, from, nowMs, earlier);
  }

  newestMs(value: FeatureValue): number {
    return this.series.newestMs(value);
  }
}

/** Stored: the latest time, epoch ms; a window just hides it when it is older. */
export class Last implements Fold {
  readonly empty = undefined;

  constructor(private readonly windowMs: number) {}

  add(
    value: FeatureValue,
    _input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    if (atMs <= nowMs - this.windowMs) return undefined;
    return value === null || atMs > (value as number) ? atMs : value;
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null || (value as number) <= nowMs - this.windowMs) return undefined;
    return new Instant(value as number);
  }

  until(value: FeatureValue, nowMs: number): number {
    return this.expired(value, nowMs)
      ? Number.POSITIVE_INFINITY
      : (value as number) + this.windowMs;
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.read(value, nowMs) === undefined;
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    return Math.max(into as number, from as number);
  }

  newestMs(value: FeatureValue): number {
    return value as number;
  }
}

const earlier: JoinPayloads = (into, to, from, at) => {
  into[to] = Math.min(into[to] as number, from[at] as number);
};
