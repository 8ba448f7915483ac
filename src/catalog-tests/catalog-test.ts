// A test of a catalog as it was read: who it is about, what happens, and what is expected of it. Types
// alone: the catalog's reader makes them, what runs them takes them.

import type { JsonObject } from '../model/json.ts';

/** Where something was written; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One entry of `tests:`. */
export interface CatalogTest {
  readonly name: string;
  readonly place: Place;
  readonly given: Given;
  /** At least one, in order. */
  readonly steps: readonly TestStep[];
}

/** The customer before the first event. */
export interface Given {
  /** Both null: somebody new. */
  readonly userId: string | null;
  readonly anonymousId: string | null;
  /** When it begins, epoch ms; null = noon of today, in the catalog's timezone. */
  readonly startMs: number | null;
  readonly traits: JsonObject;
  /** Purpose → granted. */
  readonly consent: ReadonlyMap<string, boolean>;
  /** Lies under the context of every event. */
  readonly context: JsonObject;
}

/** One step: time passes, then an event comes, or nothing. */
export interface TestStep {
  readonly place: Place;
  /** Since the step before, or since the start. */
  readonly afterMs: number;
  /** null = nothing but time. */
  readonly event: TestEvent | null;
  readonly context: JsonObject;
  readonly expected: readonly Expectation[];
}

export interface TestEvent {
  /** A track event's name, or one of `$page`, `$screen`, `$identify`, `$group`. */
  readonly name: string;
  /** Its properties; the traits of `$identify` and `$group`. */
  readonly carried: JsonObject;
}

/** What a step is to bring for one placement: these offers, all of them, in this order. */
export interface Expectation {
  readonly placement: string;
  /** None: no offer. */
  readonly offers: readonly string[];
  readonly place: Place;
}
