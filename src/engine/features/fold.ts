// What a kind of feature is: how one contribution changes a stored value, and how it reads. Plain
// features have one such value, features with `by` one per key. A fold never changes a value that
// it was given: states share them.

import type { JsonValue } from '../../model/json.ts';
import type { FeatureValue } from '../../model/state.ts';
import type { Condition, MaybeValue, Scope } from '../../model/value.ts';
import type { Prediction } from './gap-variation.ts';

/** Longest text (UTF-16 units) taken as a key or value; longer ones do not contribute. */
export const TEXT_LENGTH_MAX = 1_024;
/** Longest list that `latest` takes as one value. */
export const LIST_LENGTH_MAX = 64;

/** A path's value, `true` where only the event counts, the weight for affinity. */
export type FoldInput = JsonValue;

/** Counts of what the marketer should hear about; the owner exports them as metrics. */
export interface FeatureCounters {
  /** Values that a sum, min, max or mean could not take. */
  notNumber: number;
  /** New values that found a `distinct` at its `keep`. */
  distinctFull: number;
  /** Keys with a value that made room for others (`keep`). */
  keysEvicted: number;
  /** Texts over TEXT_LENGTH_MAX, lists over LIST_LENGTH_MAX. */
  tooLong?: number;
  /** `where` conditions that were unknown. */
  whereUnknown?: number;
}

/** What is asked about a value that was read. */
export type Test = (value: MaybeValue) => MaybeValue;

/** One kind of feature over one stored value. */
export interface Fold {
  /** Of a value that has nothing (left) in it, and of a missing key. */
  readonly empty: MaybeValue;
  /**
   * The new stored value, the same one when the contribution changed nothing, or undefined when
   * nothing was contributed (wrong type, outside the window). `atMs` ≤ `nowMs`.
   */
  add(value: FeatureValue, input: FoldInput, atMs: number, nowMs: number): FeatureValue | undefined;
  /** Reads at `nowMs`; undefined when nothing is in it (any more). */
  read(value: FeatureValue, nowMs: number): MaybeValue;
  /**
   * Until when, after `nowMs`, a read yields the same: exclusive, whole epoch ms; Infinity = for ever;
   * `nowMs` itself = it changes all the time. Kinds without it only change by contributions.
   */
  until?(value: FeatureValue, nowMs: number): number;
  /**
   * Of kinds that change all the time: until when a test of what is read has the same outcome.
   * @param test compares a number with one that stays
   */
  testUntil?(value: FeatureValue, nowMs: number, test: Test): number;
  /** Of kinds that change all the time: until when the same one of `values` is the largest. */
  orderUntil?(values: Iterable<FeatureValue>, nowMs: number): number;
  /** When the next event is to be expected; null = it cannot be told. Only of intervals. */
  predicted?(value: FeatureValue, nowMs: number): Prediction | null;
  /** Whether nothing in it can be read ever again. Kinds without it never expire. */
  expired?(value: FeatureValue, nowMs: number): boolean;
  /**
   * The stored value of what two customers contributed who turn out to be one: what the contributions
   * of both would have made in order of their times. Neither value is null. Where nothing tells which
   * came later, `into` did. Not on the hot path.
   */
  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue;
  /** The latest event time that a value shows, epoch ms. Kinds without it do not know. */
  newestMs?(value: FeatureValue): number;
}

/** Whether the event counts: no `where`, or it is true. */
export function passes(where: Condition | null, scope: Scope, counters: FeatureCounters): boolean {
  if (where === null) return true;
  const matched = where(scope);
  if (matched === undefined) counters.whereUnknown = (counters.whereUnknown ?? 0) + 1;
  return matched === true;
}

/**
 * A text, number or boolean short enough to keep; undefined for lists and overlong texts. A whole
 * number beyond 2^53 is kept as its digits: it is an id, and no double holds it.
 */
export function scalarOf(
  input: FoldInput,
  counters: FeatureCounters,
): string | number | boolean | undefined {
  if (typeof input === 'string') {
    if (input.length <= TEXT_LENGTH_MAX) return input;
    counters.tooLong = (counters.tooLong ?? 0) + 1;
    return undefined;
  }
  if (typeof input === 'bigint') return scalarOf(String(input), counters);
  return typeof input === 'number' || typeof input === 'boolean' ? input : undefined;
}

/** The `by` key that a value spells: keys are strings. Undefined for lists and overlong texts. */
export function keyOf(input: FoldInput, counters: FeatureCounters): string | undefined {
  const scalar = scalarOf(input, counters);
  return scalar === undefined || typeof scalar === 'string' ? scalar : String(scalar);
}

/** A finite number, or undefined, counted. */
export function numberOf(input: FoldInput, counters: FeatureCounters): number | undefined {
  const amount = typeof input === 'bigint' ? Number(input) : input;
  if (typeof amount === 'number' && Number.isFinite(amount)) return amount;
  counters.notNumber++;
  return undefined;
}
