import type { FeatureDefinition } from '../../model/catalog.ts';
import type { CustomerEvent } from '../../model/event.ts';
import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue, Scope } from '../../model/value.ts';
import type { Test } from './fold.ts';
import type { Prediction } from './gap-variation.ts';

/** Prepared update and read functions of one feature; made once per catalog. */
export interface FeatureRuntime {
  readonly definition: FeatureDefinition;
  /**
   * The new stored value after an event that the feature's selector selects, or the same reference
   * when nothing changed. `value` null = never written. Never changes `value`.
   */
  update(value: FeatureValue, event: CustomerEvent, scope: Scope, nowMs: number): FeatureValue;
  /** The stored value of two customers who turn out to be one; null = never written. */
  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue;
  /**
   * Reads at `nowMs`; undefined = absent. A feature with keys yields a plain object without
   * prototype, key → value; keys with nothing left in them are left out.
   */
  read(value: FeatureValue, nowMs: number): MaybeValue;
  /** Reads one key; a missing one is 0 for count, sum, affinity and distinct, else undefined. */
  readKey(value: FeatureValue, key: string, nowMs: number): MaybeValue;
  /**
   * Until when, after `nowMs`, `read` yields the same if nothing is contributed: exclusive, whole epoch
   * ms; Infinity = for ever; `nowMs` itself = it changes all the time.
   */
  until(value: FeatureValue, nowMs: number): number;
  /** As `until`, of `readKey`. */
  keyUntil(value: FeatureValue, key: string, nowMs: number): number;
  /** As `until`, of `top`. */
  topUntil(value: FeatureValue, nowMs: number): number;
  /**
   * As `until`, of what a test of `read` (`key` null) or of `readKey` yields. It never changes all the
   * time; where many steps change nothing, it may be said too early.
   * @param test compares the value with something that stays
   */
  testUntil(value: FeatureValue, key: string | null, nowMs: number, test: Test): number;
  /** When the next event of a key is to be expected; null where it cannot be told: other kinds never. */
  predictKey(value: FeatureValue, key: string, nowMs: number): Prediction | null;
  /** The key with the largest value, ties alphabetical; undefined when there is none. */
  top(value: FeatureValue, nowMs: number): string | undefined;
}
