// Two series of buckets as one. Buckets are aligned to the epoch, so those of two customers meet.

import type { FeatureValue } from '../../model/state.ts';
import type { BucketSeries } from './bucket-series.ts';

type Series = readonly FeatureValue[];

/** Adds the payload that starts at `from[at]` to that of the same bucket, which starts at `into[to]`. */
export type JoinPayloads = (into: FeatureValue[], to: number, from: Series, at: number) => void;

/** Of buckets that are a mere count. */
export function addCounts(into: FeatureValue[], to: number, from: Series, at: number): void {
  into[to] = (into[to] as number) + (from[at] as number);
}

/** All buckets of both within the window; those that both have are joined. */
export function uniteSeries(
  series: BucketSeries,
  into: FeatureValue,
  from: FeatureValue,
  nowMs: number,
  join: JoinPayloads,
): FeatureValue[] {
  const oldest = series.oldest(nowMs);
  const out: FeatureValue[] = [];
  const a = new BucketWalk(into as Series, series.stride);
  const b = new BucketWalk(from as Series, series.stride);
  let last = 0;
  while (a.bucket < Number.POSITIVE_INFINITY || b.bucket < Number.POSITIVE_INFINITY) {
    const bucket = Math.min(a.bucket, b.bucket);
    const payload = out.length + 1;
    if (bucket >= oldest) {
      out.push(bucket - last);
      last = bucket;
      if (a.bucket === bucket) a.copyPayload(out);
      if (b.bucket === bucket && out.length > payload) join(out, payload, b.series, b.index + 1);
      else if (b.bucket === bucket) b.copyPayload(out);
    }
    if (a.bucket === bucket) a.next();
    if (b.bucket === bucket) b.next();
  }
  return out;
}

/** Where one is in a series. */
class BucketWalk {
  index = 0;
  /** Infinity behind the last one. */
  bucket: number;

  constructor(
    readonly series: Series,
    private readonly stride: number,
  ) {
    this.bucket = series.length === 0 ? Number.POSITIVE_INFINITY : (series[0] as number);
  }

  next(): void {
    this.index += this.stride;
    const distance = this.series[this.index];
    this.bucket =
      distance === undefined ? Number.POSITIVE_INFINITY : this.bucket + Number(distance);
  }

  copyPayload(out: FeatureValue[]): void {
    for (let p = 1; p < this.stride; p++) out.push(this.series[this.index + p]!);
  }
}
