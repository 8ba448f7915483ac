// Hot path. `interval`: (last − first)/(n − 1). An event at the first or the last instant already
// known adds nothing (two lines of one order are one purchase). Absent below 2.

import type { FeatureValue } from '../../model/state.ts';
import { type MaybeValue, Span } from '../../model/value.ts';
import { BucketSeries } from './bucket-series.ts';
import type { Fold, FoldInput } from './fold.ts';
import { type JoinPayloads, uniteSeries } from './unite-series.ts';

/** How many, the first time, and how much later the last is. */
type Stretch = readonly [number, number, number];

function meanGap(n: number, lengthMs: number, asSpan: boolean): MaybeValue {
  if (n < 2) return undefined;
  const gapMs = lengthMs / (n - 1);
  return asSpan ? new Span(gapMs) : gapMs / 1_000;
}

/** Stored: how many, the first time (epoch ms), and how much later the last is. */
export class Interval implements Fold {
  readonly empty = undefined;

  constructor(
    /** Read as a duration; else as a number of seconds. */
    private readonly asSpan: boolean,
  ) {}

  add(value: FeatureValue, _input: FoldInput, atMs: number): FeatureValue {
    if (value === null) return [1, atMs, 0];
    const [n, firstMs, lengthMs] = value as readonly [number, number, number];
    if (atMs === firstMs || atMs === firstMs + lengthMs) return value;
    return atMs < firstMs
      ? [n + 1, atMs, lengthMs + (firstMs - atMs)]
      : [n + 1, firstMs, Math.max(lengthMs, atMs - firstMs)];
  }

  read(value: FeatureValue): MaybeValue {
    if (value === null) return undefined;
    const [n, , lengthMs] = value as readonly [number, number, number];
    return meanGap(n, lengthMs, this.asSpan);
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    return uniteStretches(into as Stretch, from as Stretch);
  }

  newestMs(value: FeatureValue): number {
    const [, firstMs, lengthMs] = value as Stretch;
    return firstMs + lengthMs;
  }
}

/** Stored: a series of how many, the first time (from the bucket's start), how much later the last. */
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

  expired(value: FeatureValue, nowMs: number): boolean {
    this.measure(value, nowMs);
    return this.n === 0;
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

/**
 * An instant at an end of both counts once, as it does in one list. One that is at no end of either
 * is not stored, and counts for each that had it.
 */
function uniteStretches(
  [n, first, length]: Stretch,
  [more, otherFirst, otherLength]: Stretch,
): Stretch {
  const last = first + length;
  const otherLast = otherFirst + otherLength;
  const isOthers = (at: number) => at === otherFirst || at === otherLast;
  const shared = (isOthers(first) ? 1 : 0) + (last !== first && isOthers(last) ? 1 : 0);
  const start = Math.min(first, otherFirst);
  return [n + more - shared, start, Math.max(last, otherLast) - start];
}

const joinStretches: JoinPayloads = (into, to, from, at) => {
  const mine = into.slice(to, to + 3) as unknown as Stretch;
  const joined = uniteStretches(mine, from.slice(at, at + 3) as unknown as Stretch);
  for (let i = 0; i < 3; i++) into[to + i] = joined[i]!;
};
