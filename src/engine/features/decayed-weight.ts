// Hot path. `affinity` of one key: A(now) = Σ weight · 2^(−(now − t)/half-life). A sum of such terms
// decays as a whole, so one weight and the time it is true at are enough. That time is the newest
// event's, not a fixed one: a weight just added reads exactly, and a late event is added with what
// is left of it.

import { decayFactor } from '../../model/decay.ts';
import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue } from '../../model/value.ts';
import { BucketSeries } from './bucket-series.ts';
import { type FeatureCounters, type Fold, type FoldInput, numberOf, type Test } from './fold.ts';
import { uniteSeries } from './unite-series.ts';

/** After so many half-lives, nothing is left of the largest double. */
const HALF_LIVES_LEFT = 2_200;
/** Doubles have all their digits from 2^−1022 on. */
const NORMAL_HALF_LIVES = 1_000;
/** Of two that differ by less than this part, rounding may say which is larger. */
const CLOSE = 1e-9;

/**
 * The first ms after `fromMs`, until `toMs`, at which something has another outcome than at `fromMs`,
 * where that changes at most once; Infinity when it has the same at `toMs`.
 */
function firstOtherMs(at: (ms: number) => MaybeValue, fromMs: number, toMs: number): number {
  const outcome = at(fromMs);
  let other = Math.ceil(toMs);
  if (at(other) === outcome) return Number.POSITIVE_INFINITY;
  let same = fromMs;
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (at(middle) === outcome) same = middle;
    else other = middle;
  }
  return other;
}

/** Stored: the weight, and the time (epoch ms) at which it is that. */
export class DecayedWeight implements Fold {
  readonly empty = 0;

  constructor(
    private readonly halfLifeMs: number,
    private readonly counters: FeatureCounters,
  ) {}

  add(
    value: FeatureValue,
    input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    const added = numberOf(input, this.counters);
    // Too old to be seen: must not push out a key that can be.
    if (added === undefined || added * decayFactor(nowMs - atMs, this.halfLifeMs) === 0) {
      return undefined;
    }
    if (value === null) return [added, atMs];
    const [weight, sinceMs] = value as readonly [number, number];
    return atMs >= sinceMs
      ? [weight * decayFactor(atMs - sinceMs, this.halfLifeMs) + added, atMs]
      : [weight + added * decayFactor(sinceMs - atMs, this.halfLifeMs), sinceMs];
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const [weight, sinceMs] = value as readonly [number, number];
    const left = weight * decayFactor(nowMs - sinceMs, this.halfLifeMs);
    return left === 0 ? undefined : left;
  }

  until(value: FeatureValue, nowMs: number): number {
    return this.read(value, nowMs) === undefined ? Number.POSITIVE_INFINITY : nowMs;
  }

  testUntil(value: FeatureValue, nowMs: number, test: Test): number {
    const at = (ms: number) => test(this.read(value, ms) ?? 0);
    return firstOtherMs(at, nowMs, nowMs + this.halfLifeMs * HALF_LIVES_LEFT);
  }

  /** All fade alike, so that their order stays until what is left is too little for a double. */
  orderUntil(values: Iterable<FeatureValue>, nowMs: number): number {
    let largest: readonly [number, number] | null = null;
    let most = Number.NEGATIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    let isClose = false;
    for (const value of values) {
      const read = this.read(value, nowMs) as number | undefined;
      if (read === undefined) continue;
      const [weight, sinceMs] = value as readonly [number, number];
      const isSame = largest !== null && weight === largest[0] && sinceMs === largest[1];
      if (!isSame && Math.abs(read - most) <= CLOSE * Math.abs(read)) isClose = true;
      else if (read > most) isClose = false;
      if (read > most) {
        most = read;
        largest = [weight, sinceMs];
      }
      least = Math.min(least, Math.abs(read));
    }
    if (largest === null) return Number.POSITIVE_INFINITY;
    const halfLives = Math.log2(most > 0 ? most : least) + NORMAL_HALF_LIVES;
    return isClose || halfLives <= 0 ? nowMs : Math.ceil(nowMs + this.halfLifeMs * halfLives);
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.read(value, nowMs) === undefined;
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    const [weight, sinceMs] = into as readonly [number, number];
    const [more, otherMs] = from as readonly [number, number];
    const atMs = Math.max(sinceMs, otherMs);
    return [
      weight * decayFactor(atMs - sinceMs, this.halfLifeMs) +
        more * decayFactor(atMs - otherMs, this.halfLifeMs),
      atMs,
    ];
  }

  newestMs(value: FeatureValue): number {
    return (value as readonly [number, number])[1];
  }
}

/** Stored: a series of weights, each with the time it is true at, counted from its bucket's start. */
export class WindowedDecayedWeight implements Fold {
  readonly empty = 0;
  private readonly series: BucketSeries;

  constructor(
    windowMs: number,
    private readonly halfLifeMs: number,
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
    const added = numberOf(input, this.counters);
    if (added === undefined || added * decayFactor(nowMs - atMs, this.halfLifeMs) === 0) {
      return undefined;
    }
    const { series } = this;
    const weights = series.open(value, atMs, nowMs);
    if (weights === undefined) return undefined;
    const i = series.index;
    const at = atMs - series.bucketOf(atMs) * series.bucketMs;
    const weight = weights[i] as number;
    const since = weights[i + 1] as number;
    if (at >= since) {
      weights[i] = weight * decayFactor(at - since, this.halfLifeMs) + added;
      weights[i + 1] = at;
    } else {
      weights[i] = weight + added * decayFactor(since - at, this.halfLifeMs);
    }
    return weights;
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const weights = value as readonly number[];
    const { series } = this;
    const oldest = series.oldest(nowMs);
    let bucket = 0;
    let left = 0;
    for (let i = 0; i < weights.length; i += 3) {
      bucket += weights[i]!;
      if (bucket < oldest) continue;
      const sinceMs = bucket * series.bucketMs + weights[i + 2]!;
      left += weights[i + 1]! * decayFactor(nowMs - sinceMs, this.halfLifeMs);
    }
    return left === 0 ? undefined : left;
  }

  until(value: FeatureValue, nowMs: number): number {
    return this.series.expired(value, nowMs) ? Number.POSITIVE_INFINITY : nowMs;
  }

  /** Between two buckets that leave, all that is in the window fades as one. */
  testUntil(value: FeatureValue, nowMs: number, test: Test): number {
    const at = (ms: number) => test(this.read(value, ms) ?? 0);
    const outcome = at(nowMs);
    for (let fromMs = nowMs; ; ) {
      const leavesMs = this.series.firstLeavesMs(value, fromMs);
      if (leavesMs === Number.POSITIVE_INFINITY) return leavesMs;
      const otherMs = firstOtherMs(at, fromMs, leavesMs - 1);
      if (otherMs <= leavesMs - 1) return otherMs;
      if (at(leavesMs) !== outcome) return leavesMs;
      fromMs = leavesMs;
    }
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.read(value, nowMs) === undefined;
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    const { series, halfLifeMs } = this;
    return uniteSeries(series, into, from, nowMs, (weights, to, others, at) => {
      const [since, otherSince] = [weights[to + 1] as number, others[at + 1] as number];
      const latest = Math.max(since, otherSince);
      weights[to] =
        (weights[to] as number) * decayFactor(latest - since, halfLifeMs) +
        (others[at] as number) * decayFactor(latest - otherSince, halfLifeMs);
      weights[to + 1] = latest;
    });
  }

  newestMs(value: FeatureValue): number {
    return this.series.newestMs(value);
  }
}
