// Hot path. `latest`: the most recent value, by event time; a later arrival wins ties.

import type { JsonValue } from '../../model/json.ts';
import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue } from '../../model/value.ts';
import {
  type FeatureCounters,
  type Fold,
  type FoldInput,
  LIST_LENGTH_MAX,
  scalarOf,
  TEXT_LENGTH_MAX,
} from './fold.ts';

/** Stored: its time (epoch ms) and the value: a text, number, boolean or list of such. */
export class Latest implements Fold {
  readonly empty = undefined;

  constructor(
    /** Infinity = for ever. */
    private readonly windowMs: number,
    private readonly counters: FeatureCounters,
  ) {}

  add(
    value: FeatureValue,
    input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    if (atMs <= nowMs - this.windowMs) return undefined;
    const taken = Array.isArray(input)
      ? listOf(input, this.counters)
      : scalarOf(input, this.counters);
    if (taken === undefined) return undefined;
    if (value !== null && ((value as readonly FeatureValue[])[0] as number) > atMs) return value;
    return [atMs, taken];
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const [atMs, taken] = value as readonly [
      number,
      Exclude<FeatureValue, ReadonlyMap<never, never>>,
    ];
    return atMs <= nowMs - this.windowMs ? undefined : (taken as MaybeValue);
  }

  until(value: FeatureValue, nowMs: number): number {
    return this.expired(value, nowMs)
      ? Number.POSITIVE_INFINITY
      : this.newestMs(value) + this.windowMs;
  }

  expired(value: FeatureValue, nowMs: number): boolean {
    return this.read(value, nowMs) === undefined;
  }

  merge(into: FeatureValue, from: FeatureValue): FeatureValue {
    return this.newestMs(into) >= this.newestMs(from) ? into : from;
  }

  newestMs(value: FeatureValue): number {
    return (value as readonly FeatureValue[])[0] as number;
  }
}

/** A flat list of scalars within the limits, else undefined: objects and lists are no values. */
function listOf(list: readonly JsonValue[], counters: FeatureCounters): FeatureValue | undefined {
  if (list.length > LIST_LENGTH_MAX) {
    counters.tooLong = (counters.tooLong ?? 0) + 1;
    return undefined;
  }
  let length = 0;
  let kept = list as readonly FeatureValue[];
  for (let i = 0; i < list.length; i++) {
    const scalar = scalarOf(list[i]!, counters);
    if (scalar === undefined) return undefined;
    // The digits of a long number.
    if (scalar !== list[i]) kept = kept.with(i, scalar);
    if (typeof scalar === 'string') length += scalar.length;
  }
  if (length <= TEXT_LENGTH_MAX) return kept;
  counters.tooLong = (counters.tooLong ?? 0) + 1;
  return undefined;
}
