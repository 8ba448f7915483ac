// Hot path. `interval`: (last − first)/(n − 1). An event at the first or the last instant already
// known adds nothing (two lines of one order are one purchase). Absent below 2.
//
// It also tells when the next event is to be expected, where the gaps are alike enough (gap-variation.ts).
// For that the sum of their squares is kept from the third event on; two have one gap, whose square is known.
// What was stored before that (or by a build that does not know it) has three numbers: it reads as ever, and
// predicts nothing until another event comes at its end or start. Then its old gaps count as if they varied
// as much as is still allowed, so that only new ones that are regular bring a prediction.

import type { FeatureValue } from '../../model/state.ts';
import { type MaybeValue, Span } from '../../model/value.ts';
import { BucketSeries } from './bucket-series.ts';
import type { Fold, FoldInput } from './fold.ts';
import { assumed, type Prediction, predictionOf, split } from './gap-variation.ts';
import { type Stretch, squaresOf, stretchOf, uniteStretches } from './stretch.ts';
import { type JoinPayloads, uniteSeries } from './unite-series.ts';

function meanGap(n: number, lengthMs: number, asSpan: boolean): MaybeValue {
  if (n < 2) return undefined;
  const gapMs = lengthMs / (n - 1);
  return asSpan ? new Span(gapMs) : gapMs / 1_000;
}

/** Stored: a stretch. */
export class Interval implements Fold {
  readonly empty = undefined;

  constructor(
    /** Read as a duration; else as a number of seconds. */
    private readonly asSpan: boolean,
  ) {}

  add(value: FeatureValue, _input: FoldInput, atMs: number): FeatureValue {
    if (value === null) return [1, atMs, 0];
    const stretch = value as Stretch;
    const [n, firstMs, lengthMs] = stretch;
    if (atMs === firstMs || atMs === firstMs + lengthMs) return value;
    const squares = squaresOf(stretch);
    const gapMs = Math.max(firstMs - atMs, atMs - firstMs - lengthMs);
    if (gapMs < 0) {
      const left = squares === undefined ? undefined : split(squares, n, lengthMs);
      return stretchOf(n + 1, firstMs, lengthMs, left);
    }
    const known = squares ?? assumed(n - 1, lengthMs);
    return stretchOf(n + 1, Math.min(atMs, firstMs), lengthMs + gapMs, known + gapMs * gapMs);
  }

  read(value: FeatureValue): MaybeValue {
    if (value === null) return undefined;
    const [n, , lengthMs] = value as Stretch;
    return meanGap(n, lengthMs, this.asSpan);
  }

  predicted(value: FeatureValue): Prediction | null {
    const stretch = value as Stretch;
    const [n, firstMs, lengthMs] = stretch;
    const squares = squaresOf(stretch);
    return squares === undefined ? null : predictionOf(n, firstMs + lengthMs, lengthMs, squares);
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    return uniteStretches(into as Stretch, from as Stretch);
  }

  newestMs(value: FeatureValue): number {
    const [, firstMs, lengthMs] = value as Stretch;
    return firstMs + lengthMs;
  }
}

/**
 * Stored: a series of how many, the first time (from the bucket's start), how much later the last.
 * Squares need no storing: gaps between buckets are known, and those within one, a sixtieth of the window
 * at most, count as if they were alike.
 */
export class WindowedInterval implements Fold {
  readonly empty = undefined;
  private readonly series: BucketSeries;
  private n = 0;
  private firstMs = 0;
  private lastMs = 0;

  constructor(
    windowMs: number,
    private readonly asSpan: boolean,
  ) {
    this.series = new BucketSeries(windowMs, 3);
  }

  add(
    value: FeatureValue,
    _input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    this.measure(value, nowMs);
    if (this.n > 0 && (atMs === this.firstMs || atMs === this.lastMs)) return value;
    const { series } = this;
    const times = series.open(value, atMs, nowMs);
    if (times === undefined) return undefined;
    const i = series.index;
    const at = atMs - series.bucketOf(atMs) * series.bucketMs;
    const first = times[i + 1] as number;
    times[i] = (times[i] as number) + 1;
    if (series.fresh) {
      times[i + 1] = at;
    } else if (at < first) {
      times[i + 1] = at;
      times[i + 2] = (times[i + 2] as number) + (first - at);
    } else {
      times[i + 2] = Math.max(times[i + 2] as number, at - first);
    }
    return times;
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    this.measure(value, nowMs);
    return meanGap(this.n, this.lastMs - this.firstMs, this.asSpan);
  }

  until(value: FeatureValue, nowMs: number): number {
    return this.series.firstLeavesMs(value, nowMs);
  }

  predicted(value: FeatureValue, nowMs: number): Prediction | null {
    this.measure(value, nowMs);
    const { n, firstMs, lastMs } = this;
    return predictionOf(
      n,
      lastMs,
      lastMs - firstMs,
      this.squares(value as readonly number[], nowMs),
    );
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    this.measure(value, nowMs);
    return this.n === 0;
  }

  /** Of the gaps of what is in the window, ms². */
  private squares(times: readonly number[], nowMs: number): number {
    const { series } = this;
    const oldest = series.oldest(nowMs);
    let bucket = 0;
    let squares = 0;
    let lastMs = Number.NaN;
    for (let i = 0; i < times.length; i += 4) {
      bucket += times[i]!;
      if (bucket < oldest) continue;
      const firstMs = bucket * series.bucketMs + times[i + 2]!;
      const lengthMs = times[i + 3]!;
      if (!Number.isNaN(lastMs)) squares += (firstMs - lastMs) ** 2;
      if (lengthMs > 0) squares += lengthMs ** 2 / (times[i + 1]! - 1);
      lastMs = firstMs + lengthMs;
    }
    return squares;
  }

  /** Sets n, firstMs and lastMs of what is in the window. */
  private measure(value: FeatureValue, nowMs: number): void {
    this.n = 0;
    if (value === null) return;
    const times = value as readonly number[];
    const { series } = this;
    const oldest = series.oldest(nowMs);
    let bucket = 0;
    for (let i = 0; i < times.length; i += 4) {
      bucket += times[i]!;
      if (bucket < oldest) continue;
      const firstMs = bucket * series.bucketMs + times[i + 2]!;
      if (this.n === 0) this.firstMs = firstMs;
      this.n += times[i + 1]!;
      this.lastMs = firstMs + times[i + 3]!;
    }
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    return uniteSeries(this.series, into, from, nowMs, joinStretches);
  }

  newestMs(value: FeatureValue): number {
    return this.series.newestMs(value);
  }
}

const joinStretches: JoinPayloads = (into, to, from, at) => {
  const mine = into.slice(to, to + 3) as unknown as Stretch;
  const joined = uniteStretches(mine, from.slice(at, at + 3) as unknown as Stretch) as Stretch;
  for (let i = 0; i < 3; i++) into[to + i] = joined[i]!;
};
