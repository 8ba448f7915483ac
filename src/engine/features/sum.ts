// Hot path. `sum` and `mean` of finite numbers, ever or in a window.

import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue } from '../../model/value.ts';
import { BucketSeries } from './bucket-series.ts';
import { addToTotal, type StoredTotal, TotalReader, uniteTotals } from './exact-total.ts';
import { type FeatureCounters, type Fold, type FoldInput, numberOf } from './fold.ts';
import { type JoinPayloads, uniteSeries } from './unite-series.ts';

/** Stored: the total. */
export class Sum implements Fold {
  readonly empty = 0;
  private readonly reader = new TotalReader();

  constructor(private readonly counters: FeatureCounters) {}

  add(value: FeatureValue, input: FoldInput): FeatureValue | undefined {
    const amount = numberOf(input, this.counters);
    return amount === undefined ? undefined : addToTotal((value ?? 0) as StoredTotal, amount);
  }

  read(value: FeatureValue): MaybeValue {
    if (value === null) return undefined;
    this.reader.start();
    this.reader.add(value as StoredTotal);
    return this.reader.finish();
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    return uniteTotals(into as StoredTotal, from as StoredTotal);
  }
}

/** Stored: a series of totals. */
export class WindowedSum implements Fold {
  readonly empty = 0;
  private readonly reader = new TotalReader();
  private readonly series: BucketSeries;

  constructor(
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
    const { series } = this;
    const totals = series.open(value, atMs, nowMs);
    if (totals === undefined) return undefined;
    totals[series.index] = addToTotal(totals[series.index] as StoredTotal, amount);
    return totals;
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const totals = value as readonly FeatureValue[];
    const oldest = this.series.oldest(nowMs);
    const { reader } = this;
    reader.start();
    let bucket = 0;
    let any = false;
    for (let i = 0; i < totals.length; i += 2) {
      bucket += totals[i] as number;
      if (bucket < oldest) continue;
      reader.add(totals[i + 1] as StoredTotal);
      any = true;
    }
    return any ? reader.finish() : undefined;
  }

  until(value: FeatureValue, nowMs: number): number {
    return this.series.firstLeavesMs(value, nowMs);
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.read(value, nowMs) === undefined;
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    return uniteSeries(this.series, into, from, nowMs, addTotals);
  }

  newestMs(value: FeatureValue): number {
    return this.series.newestMs(value);
  }
}

/** Stored: how many, then their total. */
export class Mean implements Fold {
  readonly empty = undefined;
  private readonly reader = new TotalReader();

  constructor(private readonly counters: FeatureCounters) {}

  add(value: FeatureValue, input: FoldInput): FeatureValue | undefined {
    const amount = numberOf(input, this.counters);
    if (amount === undefined) return undefined;
    if (value === null) return [1, addToTotal(0, amount)];
    const [n, total] = value as readonly [number, StoredTotal];
    return [n + 1, addToTotal(total, amount)];
  }

  read(value: FeatureValue): MaybeValue {
    if (value === null) return undefined;
    const [n, total] = value as readonly [number, StoredTotal];
    this.reader.start();
    this.reader.add(total);
    return this.reader.finish() / n;
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    const [n, total] = into as readonly [number, StoredTotal];
    const [more, added] = from as readonly [number, StoredTotal];
    return [n + more, uniteTotals(total, added)];
  }
}

/** Stored: a series of how many and their total. */
export class WindowedMean implements Fold {
  readonly empty = undefined;
  private readonly reader = new TotalReader();
  private readonly series: BucketSeries;

  constructor(
    windowMs: number,
    private readonly counters: FeatureCounters,
  ) {
    this.series = new BucketSeries(windowMs, 2);
  }

  add(
    value: FeatureValue,
    input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    const amount = numberOf(input, this.counters);
    if (amount === undefined) return undefined;
    const { series } = this;
    const means = series.open(value, atMs, nowMs);
    if (means === undefined) return undefined;
    const i = series.index;
    means[i] = (means[i] as number) + 1;
    means[i + 1] = addToTotal(means[i + 1] as StoredTotal, amount);
    return means;
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const means = value as readonly FeatureValue[];
    const oldest = this.series.oldest(nowMs);
    const { reader } = this;
    reader.start();
    let bucket = 0;
    let n = 0;
    for (let i = 0; i < means.length; i += 3) {
      bucket += means[i] as number;
      if (bucket < oldest) continue;
      n += means[i + 1] as number;
      reader.add(means[i + 2] as StoredTotal);
    }
    return n === 0 ? undefined : reader.finish() / n;
  }

  until(value: FeatureValue, nowMs: number): number {
    return this.series.firstLeavesMs(value, nowMs);
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.read(value, nowMs) === undefined;
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    return uniteSeries(this.series, into, from, nowMs, addMeans);
  }

  newestMs(value: FeatureValue): number {
    return this.series.newestMs(value);
  }
}

const addTotals: JoinPayloads = (into, to, from, at) => {
  into[to] = uniteTotals(into[to] as StoredTotal, from[at] as StoredTotal);
};

const addMeans: JoinPayloads = (into, to, from, at) => {
  into[to] = (into[to] as number) + (from[at] as number);
  addTotals(into, to + 1, from, at + 1);
};
