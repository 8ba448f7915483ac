// Hot path. `min` and `max` of finite numbers, ever or in a window. In a window a bucket that a
// later one beats can never be the answer again (it leaves first), so it is not kept: what is
// stored falls towards the end for max, rises for min, and is short.

import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue } from '../../model/value.ts';
import { BucketSeries } from './bucket-series.ts';
import { type FeatureCounters, type Fold, type FoldInput, numberOf } from './fold.ts';
import { uniteSeries } from './unite-series.ts';

/** Stored: the number. */
export class Extreme implements Fold {
  readonly empty = undefined;

  constructor(
    /** 1 for max, −1 for min. */
    private readonly sign: 1 | -1,
    private readonly counters: FeatureCounters,
  ) {}

  add(value: FeatureValue, input: FoldInput): FeatureValue | undefined {
    const amount = numberOf(input, this.counters);
    if (amount === undefined || value === null) return amount;
    return (amount - (value as number)) * this.sign > 0 ? amount : value;
  }

  read(value: FeatureValue): MaybeValue {
    return value === null ? undefined : (value as number);
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    return ((from as number) - (into as number)) * this.sign > 0 ? from : into;
  }
}

/** Stored: a series of numbers. */
export class WindowedExtreme implements Fold {
  readonly empty = undefined;
  private readonly series: BucketSeries;

  constructor(
    private readonly sign: 1 | -1,
    windowMs: number,
    private readonly counters: FeatureCounters,
  ) {
    this.series = new BucketSeries(windowMs, 1);
  }

  add(
    value: FeatureValue,
    input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    const amount = numberOf(input, this.counters);
    if (amount === undefined) return undefined;
    const { series, sign } = this;
    const opened = series.open(value, atMs, nowMs);
    if (opened === undefined) return undefined;
    const i = series.index;
    if (series.fresh || (opened[i] as number) * sign < amount * sign) opened[i] = amount;
    return this.pruned(opened as number[]);
  }

  /** From the newest back: keeps what beats all that is newer. Writes to what it is given. */
  private pruned(out: number[]): FeatureValue {
    const { sign } = this;
    let kept = out.length;
    let distance = 0;
    let best = Number.NEGATIVE_INFINITY;
    for (let at = out.length - 2; at >= 0; at -= 2) {
      const gap = out[at]!;
      if (out[at + 1]! * sign > best) {
        best = out[at + 1]! * sign;
        // What was dropped between this one and the next kept one lengthens that one's distance.
        if (kept < out.length) out[kept] = out[kept]! + distance;
        distance = 0;
        kept -= 2;
        out[kept] = gap;
        out[kept + 1] = best * sign;
      } else {
        distance += gap;
      }
    }
    if (kept < out.length) out[kept] = out[kept]! + distance;
    return kept === 0 ? out : out.slice(kept);
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const kept = value as readonly number[];
    const oldest = this.series.oldest(nowMs);
    let bucket = 0;
    for (let i = 0; i < kept.length; i += 2) {
      bucket += kept[i]!;
      // The oldest that is left beats all the newer ones.
      if (bucket >= oldest) return kept[i + 1]!;
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
    const { series, sign } = this;
    const all = uniteSeries(series, into, from, nowMs, (mine, to, others, at) => {
      if (((others[at] as number) - (mine[to] as number)) * sign > 0) mine[to] = others[at]!;
    });
    return this.pruned(all as number[]);
  }

  newestMs(value: FeatureValue): number {
    return this.series.newestMs(value);
  }
}
