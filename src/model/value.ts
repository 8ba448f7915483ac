// What expressions compute with. CEL has timestamps and durations as types of their own; here they
// are thin wrappers, so that a template or an API answer can tell a time from a number.

import type { JsonObject } from './json.ts';

/** A point in time: epoch milliseconds. */
export class Instant {
  constructor(readonly ms: number) {}
}

/** A length of time: milliseconds. */
export class Span {
  constructor(readonly ms: number) {}
}

/**
 * A known value of an expression. Numbers are doubles (CATALOG, Expressions); a whole number beyond
 * 2^53 that came as one is a bigint until something is computed of it (json.ts).
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Instant
  | Span
  | readonly Value[]
  | { readonly [key: string]: Value };

/** `undefined` is CEL's "unknown": an absent trait, key, time or value, or a failed operation. */
export type MaybeValue = Value | undefined;

/** The number that arithmetic computes with; undefined for what is none. */
export function doubleOf(value: MaybeValue): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' ? Number(value) : undefined;
}

/**
 * All that an expression may read: the engine implements it over a state, a stimulus and a catalog.
 * Slots and indexes are those of the compiled catalog the expression belongs to.
 */
export interface Scope {
  /** The decision's clock, epoch ms; the only clock there is. */
  readonly nowMs: number;
  /** The id that draws are made with: what the customer was first known by. */
  readonly drawnAs: string;
  /** The event at hand as CEL sees it, or undefined where none is (decide without event). */
  readonly event: { readonly [key: string]: Value } | undefined;
  /** The request's or the event's context, the batch's underneath. */
  readonly context: { readonly [key: string]: Value };
  /** `firing.key`: the `per` value of the firing; undefined without one. */
  readonly firingKey: string | undefined;
  /** `firing.trigger`: the name of what fired; undefined where nothing did. */
  readonly firingTrigger: string | undefined;
  /**
   * `treatment`, `decision`, `delivery` where a message is rendered, and `response` where its answer is
   * judged; undefined anywhere else.
   */
  readonly message: { readonly [name: string]: Value } | undefined;
  /** One trait, undefined when absent. */
  trait(name: string): MaybeValue;
  /** All traits as a map (for `traits` used as a whole). */
  traits(): { readonly [key: string]: Value };
  /** A feature read now; a feature with `by` as a map. undefined = absent. */
  feature(slot: number): MaybeValue;
  /** One key of a feature with `by` (or of an affinity), read now, without building the map. */
  featureAt(slot: number, key: string): MaybeValue;
  /** `top(x)`: the largest key of a feature with `by`; ties alphabetical; undefined when empty. */
  top(slot: number): string | undefined;
  /** A segment: in or out (unknown is out). A group: its member's name, '' when none. */
  segment(index: number): boolean | string;
  /** Whether the customer granted the purpose (its default when never said). */
  consent(purpose: string): boolean;
  /** Whether the customer is in the placement's holdout. */
  inHoldout(placement: string): boolean;
  /** The customer just before this event, at the same `nowMs`. Only triggers may use it. */
  readonly before: Scope;
}

/** A scope that can look ahead: what becomes of a customer if nothing happens but time. */
export interface Outlook extends Scope {
  /** What is left to be spent on looking ahead, and whether something met moves without a rule. */
  readonly search: Search;
  /** The same customer at a later time; valid until it is asked for again. */
  later(nowMs: number): Outlook;
  /** Until when `feature(slot)` goes on as it does, as Course.until. */
  featureUntil(slot: number): number;
  /** As Course.pace of `feature(slot)`. */
  featurePace(slot: number): number;
  /** Until when `featureAt` stays what it is. */
  featureAtUntil(slot: number, key: string): number;
  /** Until when `top` stays what it is. */
  topUntil(slot: number): number;
  /**
   * Until when a test of a feature's value, or of one key's (`key` not null), has the same outcome.
   * @param test compares the value with something that stays what it is
   */
  testUntil(slot: number, key: string | null, test: (value: MaybeValue) => MaybeValue): number;
  /** Until when `segment` stays what it is. */
  segmentUntil(index: number): number;
}

/** What looking ahead may still cost, in looks; and what it met. */
export interface Search {
  looksLeft: number;
  /** Something moves in a way that no rule knows: it was said to be certain for a while only. */
  restless: boolean;
}

/** How a value goes on if nothing happens but time. */
export interface Course {
  /** Until when: exclusive, whole epoch ms, later than now; Infinity = for ever. */
  until(scope: Outlook): number;
  /** Ms by which a time or a duration moves in each ms of the clock; of all else 0. */
  pace(scope: Outlook): number;
}

/** A compiled expression. Never throws: every failure is unknown. */
export interface Expression {
  (scope: Scope): MaybeValue;
  /** Of formulas; absent where it was made by hand: nothing is certain. */
  readonly course?: Course;
  /** What it was compiled from; absent where it was made by hand. */
  readonly origin?: Origin;
}

/** A compiled condition: true, false or unknown (which counts as no match, with a metric). */
export interface Condition {
  (scope: Scope): boolean | undefined;
  /**
   * Until when the answer at `scope.nowMs` is certain if nothing happens but time: exclusive, epoch ms,
   * later than now; Infinity = for ever. Of segments; absent where it was made by hand: nothing is
   * certain.
   */
  readonly until?: (scope: Outlook) => number;
  /** What it was compiled from; absent where it was made by hand. */
  readonly origin?: Origin;
}

/** Where a closure comes from. Costs nothing until it is asked; not for the hot path. */
export interface Origin {
  /** As its author wrote it. */
  readonly source: string;
  /** Why a condition is not true in this scope, or an expression unknown. */
  blame(scope: Scope): Blame;
}

/** What is at fault, in the words of the catalog's author. */
export interface Blame {
  /**
   * The smallest part of a condition that is false or unknown and changes what comes out when it is
   * replaced by `true`. Of an expression that is no condition, all of it. null = nothing is at fault.
   */
  readonly clause: string | null;
  /** The names whose value is missing, as they are written, in order and without repeats. */
  readonly unknown: readonly string[];
}

/** Renders a treatment: every template in it evaluated; counts unknowns by calling `onUnknown`. */
export type TreatmentRenderer = (scope: Scope, onUnknown: () => void) => JsonObject;
