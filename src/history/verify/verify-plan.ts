// What a verification looks at, in which order: passes of a few partitions, each bounded in customers
// and records, so that memory is bounded and an interrupted run goes on with the next pass.

import { murmur3 } from '../../model/hash.ts';
import type { CustomerSlice } from './compare-customers.ts';

export type Pass = CustomerSlice;

export interface PlanSettings {
  readonly partitions: number;
  /** Which to look at; absent = all. */
  readonly only?: readonly number[];
  /** Part of the partitions that is looked at, above 0 and at most 1. */
  readonly share: number;
  /** Draws the part. */
  readonly seed: number;
  /** About how many there are, over all partitions. */
  readonly customers: number;
  readonly records: number;
}

/** Customers whose counts are in memory at once: some 100 bytes each. */
const CUSTOMERS_MAX = 200_000;
/** Records that one question to ClickHouse is about. */
const RECORDS_MAX = 4_000_000;
/** A whole run has so many passes at least, for progress and to be resumed. */
const PASSES_MIN = 8;

/** The passes, in order. The same settings give the same passes. */
export function planPasses(settings: PlanSettings): Pass[] {
  const { partitions, share, seed, customers, records } = settings;
  const all = settings.only ?? Array.from({ length: partitions }, (_, p) => p);
  const drawn = [...all].sort((a, b) => draw(seed, a) - draw(seed, b));
  const chosen = share >= 1 ? [...all] : drawn.slice(0, Math.ceil(all.length * share));
  chosen.sort((a, b) => a - b);
  const perPass = Math.min(
    Math.ceil(partitions / PASSES_MIN),
    Math.floor((CUSTOMERS_MAX * partitions) / Math.max(1, customers)),
    Math.floor((RECORDS_MAX * partitions) / Math.max(1, records)),
  );
  const size = Math.max(1, perPass);
  const slices = Math.max(1, Math.ceil(customers / partitions / CUSTOMERS_MAX));
  const passes: Pass[] = [];
  for (let i = 0; i < chosen.length; i += size) {
    const some = chosen.slice(i, i + size);
    for (let slice = 0; slice < slices; slice++) passes.push({ partitions: some, slice, slices });
  }
  return passes;
}

function draw(seed: number, partition: number): number {
  return murmur3(String(partition), seed);
}
