// Hot path. `recent`: the last different values, newest first, by event time; a later arrival wins
// ties.

import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue, Value } from '../../model/value.ts';
import { type FeatureCounters, type Fold, type FoldInput, scalarOf } from './fold.ts';

/** Stored flat: newest time (epoch ms) and its value, then per value how much older, and it. */
export class Recent implements Fold {
  readonly empty = undefined;

  constructor(
    /** Infinity = for ever. */
    private readonly windowMs: number,
    private readonly keep: number,
    private readonly counters: FeatureCounters,
  ) {}

  add(
    value: FeatureValue,
    input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    const taken = scalarOf(input, this.counters);
    const sinceMs = nowMs - this.windowMs;
    if (taken === undefined || atMs <= sinceMs) return undefined;
    if (value === null) return [atMs, taken];
    const items = value as readonly FeatureValue[];
    const out: FeatureValue[] = [];
    let placed = false;
    let last = 0;
    let at = 0;
    for (let i = 0; i < items.length && out.length < 2 * this.keep; i += 2) {
      at = i === 0 ? (items[0] as number) : at - (items[i] as number);
      if (at <= sinceMs) break;
      if (!placed && at <= atMs) {
        out.push(out.length === 0 ? atMs : last - atMs, taken);
        last = atMs;
        placed = true;
        if (out.length >= 2 * this.keep) break;
      }
      if (items[i + 1] === taken) {
        // Already in its place, and later than this event: nothing changes.
        if (!placed) return value;
        continue;
      }
      out.push(out.length === 0 ? at : last - at, items[i + 1]!);
      last = at;
    }
    if (!placed) {
      if (out.length >= 2 * this.keep) return value;
      out.push(out.length === 0 ? atMs : last - atMs, taken);
    }
    return out;
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const items = value as readonly FeatureValue[];
    const sinceMs = nowMs - this.windowMs;
    const out: Value[] = [];
    let at = 0;
    for (let i = 0; i < items.length; i += 2) {
      at = i === 0 ? (items[0] as number) : at - (items[i] as number);
      if (at <= sinceMs) break;
      out.push(items[i + 1] as Value);
    }
    return out.length === 0 ? undefined : out;
  }

  /** When the oldest leaves that is in the window. */
  until(value: FeatureValue, nowMs: number): number {
    const items = value as readonly FeatureValue[];
    const sinceMs = nowMs - this.windowMs;
    let untilMs = Number.POSITIVE_INFINITY;
    for (let i = 0, at = 0; i < items.length; i += 2) {
      at = i === 0 ? (items[0] as number) : at - (items[i] as number);
      if (at <= sinceMs) break;
      untilMs = at + this.windowMs;
    }
    return untilMs;
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    const sinceMs = nowMs - this.windowMs;
    const all = [...itemsOf(into), ...itemsOf(from)].sort((a, b) => b.atMs - a.atMs);
    const seen = new Set<FeatureValue>();
    const out: FeatureValue[] = [];
    let last = 0;
    for (const { atMs, value } of all) {
      if (atMs <= sinceMs || seen.size >= this.keep) break;
      if (seen.has(value)) continue;
      seen.add(value);
      out.push(out.length === 0 ? atMs : last - atMs, value);
      last = atMs;
    }
    return out;
  }

  newestMs(value: FeatureValue): number {
    return ((value as readonly FeatureValue[])[0] ?? Number.NEGATIVE_INFINITY) as number;
  }
}

interface Item {
  readonly atMs: number;
  readonly value: FeatureValue;
}

function itemsOf(stored: FeatureValue): Item[] {
  const flat = stored as readonly FeatureValue[];
  const items: Item[] = [];
  for (let i = 0, atMs = 0; i < flat.length; i += 2) {
    atMs = i === 0 ? (flat[0] as number) : atMs - (flat[i] as number);
    items.push({ atMs, value: flat[i + 1]! });
  }
  return items;
}
