// Hot path. A feature with keys (`by`, affinity): one stored value per key, in a map whose order is
// the order of the last writes. The map is copied once per event that writes to it.

import type { FeatureDefinition } from '../../model/catalog.ts';
import type { CustomerEvent } from '../../model/event.ts';
import { firstPresent, PairReader } from '../../model/event-path.ts';
import type { JsonValue } from '../../model/json.ts';
import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue, Scope, Value } from '../../model/value.ts';
import type { FeatureRuntime } from './feature-runtime.ts';
import {
  type FeatureCounters,
  type Fold,
  type FoldInput,
  keyOf,
  passes,
  type Test,
} from './fold.ts';
import type { Prediction } from './gap-variation.ts';
import { ranksHigher } from './rank.ts';
import { testUntil } from './test-until.ts';
import { uniteKeyed } from './unite-keyed.ts';

type Keyed = ReadonlyMap<string, FeatureValue>;

const EMPTY: Keyed = new Map();

/** Runs a fold per key over what an event contributes to each. */
export class KeyedFeature implements FeatureRuntime {
  /** Set where each contribution has a value of its own beside its key. */
  private readonly pairs: PairReader | null;
  private readonly isAffinity: boolean;

  constructor(
    readonly definition: FeatureDefinition,
    private readonly fold: Fold,
    private readonly counters: FeatureCounters,
  ) {
    const { kind, value, by } = definition;
    this.isAffinity = kind === 'affinity';
    this.pairs = by === null || value.length === 0 ? null : new PairReader(value, by);
  }

  update(value: FeatureValue, event: CustomerEvent, scope: Scope, nowMs: number): FeatureValue {
    const { definition, pairs } = this;
    if (!passes(definition.where, scope, this.counters)) return value;
    if (pairs !== null) {
      const found = pairs.read(event);
      return found === null
        ? value
        : this.write(value, found.keys, found.values, true, event, nowMs);
    }
    const input = this.isAffinity ? this.weightOf(event.name) : true;
    if (input === null) return value;
    const keys = firstPresent(this.isAffinity ? definition.value : definition.by!, event);
    return keys.length === 0 ? value : this.write(value, keys, null, input, event, nowMs);
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    if (into === null || from === null) return into ?? from;
    const all = uniteKeyed(this.fold, into as Keyed, from as Keyed, nowMs);
    const over = all.size - this.definition.keep;
    if (over <= 0) return all;
    this.counters.keysEvicted += over;
    return new Map([...all].slice(over));
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    const out: { [key: string]: Value } = Object.create(null);
    for (const [key, stored] of (value ?? EMPTY) as Keyed) {
      const read = this.fold.read(stored, nowMs);
      if (read !== undefined) out[key] = read;
    }
    return out;
  }

  until(value: FeatureValue, nowMs: number): number {
    const { fold } = this;
    let untilMs = Number.POSITIVE_INFINITY;
    if (fold.until === undefined) return untilMs;
    for (const stored of ((value ?? EMPTY) as Keyed).values()) {
      untilMs = Math.min(untilMs, fold.until(stored, nowMs));
    }
    return untilMs;
  }

  keyUntil(value: FeatureValue, key: string, nowMs: number): number {
    const stored = ((value ?? EMPTY) as Keyed).get(key);
    if (stored === undefined || this.fold.until === undefined) return Number.POSITIVE_INFINITY;
    return this.fold.until(stored, nowMs);
  }

  topUntil(value: FeatureValue, nowMs: number): number {
    const { fold } = this;
    if (fold.orderUntil === undefined) return this.until(value, nowMs);
    return fold.orderUntil(((value ?? EMPTY) as Keyed).values(), nowMs);
  }

  testUntil(value: FeatureValue, key: string | null, nowMs: number, test: Test): number {
    if (key === null) return this.until(value, nowMs);
    return testUntil(this.fold, ((value ?? EMPTY) as Keyed).get(key) ?? null, nowMs, test);
  }

  readKey(value: FeatureValue, key: string, nowMs: number): MaybeValue {
    const stored = ((value ?? EMPTY) as Keyed).get(key);
    if (stored === undefined) return this.fold.empty;
    const read = this.fold.read(stored, nowMs);
    return read === undefined ? this.fold.empty : read;
  }

  predictKey(value: FeatureValue, key: string, nowMs: number): Prediction | null {
    const stored = ((value ?? EMPTY) as Keyed).get(key);
    return stored === undefined ? null : (this.fold.predicted?.(stored, nowMs) ?? null);
  }

  top(value: FeatureValue, nowMs: number): string | undefined {
    let best: string | undefined;
    let bestValue: MaybeValue;
    for (const [key, stored] of (value ?? EMPTY) as Keyed) {
      const read = this.fold.read(stored, nowMs);
      if (read === undefined) continue;
      if (
        best === undefined ||
        ranksHigher(read, bestValue!) ||
        (key < best && !ranksHigher(bestValue!, read))
      ) {
        best = key;
        bestValue = read;
      }
    }
    return best;
  }

  /** `input` counts where `inputs` is null: what each key gets. */
  private write(
    value: FeatureValue,
    keys: readonly JsonValue[],
    inputs: readonly JsonValue[] | null,
    input: FoldInput,
    event: CustomerEvent,
    nowMs: number,
  ): FeatureValue {
    const { fold, counters } = this;
    const { keep } = this.definition;
    const atMs = Math.min(event.timestampMs, nowMs);
    let current = value as Keyed | null;
    let own: Map<string, FeatureValue> | null = null;
    for (let i = 0; i < keys.length; i++) {
      const key = keyOf(keys[i]!, counters);
      if (key === undefined) continue;
      const stored = current === null ? undefined : current.get(key);
      const next = fold.add(
        stored === undefined ? null : stored,
        inputs === null ? input : inputs[i]!,
        atMs,
        nowMs,
      );
      if (next === undefined) continue;
      if (own === null) {
        own = current === null ? new Map() : this.copyWithout(key, current, nowMs);
        current = own;
      } else own.delete(key);
      own.set(key, next);
      if (own.size > keep) {
        counters.keysEvicted++;
        dropFirst(own);
      }
    }
    return own === null ? value : own;
  }

  /**
   * A copy without a key, which is about to be written behind the others, and without those at the
   * old end that have nothing left in them. By hand: `new Map(keyed)` makes an array for each of its
   * entries (together a fourteenth of what an event allocated, bench/full-path.ts).
   */
  private copyWithout(key: string, keyed: Keyed, nowMs: number): Map<string, FeatureValue> {
    const own = new Map<string, FeatureValue>();
    const { fold } = this;
    let isOldEnd = fold.expired !== undefined;
    for (const [each, stored] of keyed) {
      if (isOldEnd && fold.expired!(stored, nowMs)) continue;
      isOldEnd = false;
      if (each !== key) own.set(each, stored);
    }
    return own;
  }

  /** null = the event has no weight and does not contribute. */
  private weightOf(eventName: string): number | null {
    const { weights } = this.definition;
    if (weights.size === 0) return 1;
    return weights.get(eventName) ?? weights.get('*') ?? null;
  }
}

function dropFirst(keyed: Map<string, FeatureValue>): void {
  for (const key of keyed.keys()) {
    keyed.delete(key);
    return;
  }
}
