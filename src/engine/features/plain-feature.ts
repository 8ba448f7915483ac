// Hot path. A feature without keys: one stored value.

import type { FeatureDefinition } from '../../model/catalog.ts';
import type { CustomerEvent } from '../../model/event.ts';
import { firstPresent } from '../../model/event-path.ts';
import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue, Scope } from '../../model/value.ts';
import type { FeatureRuntime } from './feature-runtime.ts';
import { type FeatureCounters, type Fold, passes, type Test } from './fold.ts';
import { testUntil } from './test-until.ts';

/** Runs a fold over the values that an event has at the feature's paths, or once per event. */
export class PlainFeature implements FeatureRuntime {
  private readonly perEvent: boolean;

  constructor(
    readonly definition: FeatureDefinition,
    private readonly fold: Fold,
    private readonly counters: FeatureCounters,
  ) {
    this.perEvent = definition.value.length === 0;
  }

  update(value: FeatureValue, event: CustomerEvent, scope: Scope, nowMs: number): FeatureValue {
    const { definition, fold } = this;
    if (!passes(definition.where, scope, this.counters)) return value;
    const atMs = Math.min(event.timestampMs, nowMs);
    if (this.perEvent) {
      const next = fold.add(value, true, atMs, nowMs);
      return next === undefined ? value : next;
    }
    const inputs = firstPresent(definition.value, event);
    let next = value;
    for (let i = 0; i < inputs.length; i++) {
      const folded = fold.add(next, inputs[i]!, atMs, nowMs);
      if (folded !== undefined) next = folded;
    }
    return next;
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    if (into === null || from === null) return into ?? from;
    return this.fold.merge(into, from, nowMs);
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    const read = this.fold.read(value, nowMs);
    return read === undefined ? this.fold.empty : read;
  }

  until(value: FeatureValue, nowMs: number): number {
    if (value === null || this.fold.until === undefined) return Number.POSITIVE_INFINITY;
    return this.fold.until(value, nowMs);
  }

  keyUntil(): number {
    return Number.POSITIVE_INFINITY;
  }

  topUntil(): number {
    return Number.POSITIVE_INFINITY;
  }

  testUntil(value: FeatureValue, key: string | null, nowMs: number, test: Test): number {
    return key === null ? testUntil(this.fold, value, nowMs, test) : Number.POSITIVE_INFINITY;
  }

  readKey(): MaybeValue {
    return undefined;
  }

  predictKey(): null {
    return null;
  }

  top(): string | undefined {
    return undefined;
  }
}
