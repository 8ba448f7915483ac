// The customer of one test, as the engine has it. The port of what runs tests: types alone.

import type { Decision } from '../model/decision.ts';
import type { EventExplanation } from '../model/explanation.ts';
import type { JsonObject } from '../model/json.ts';
import type { Given, TestEvent } from './catalog-test.ts';
import type { TimeStory } from './time-story.ts';

/** Makes the customer of a test, at its start. */
export type BeginTest = (given: Given, startMs: number) => Begun;

export type Begun =
  | { readonly kind: 'begun'; readonly customer: TestedCustomer }
  /** A gateway would not take what is given. */
  | { readonly kind: 'refused'; readonly message: string };

/** Times must not go back from call to call. */
export interface TestedCustomer {
  /** The id that holdouts and `bucket` go by. */
  readonly id: string;
  /**
   * Lets time pass until then: whatever is due fires at its own time, and before what comes then.
   * @param isLate whether the tests have taken all the time that they may
   */
  wait(nowMs: number, isLate: () => boolean): Passed;
  /** Sends an event, as a caller would. */
  send(event: TestEvent, context: JsonObject, nowMs: number): Happened;
  /** Decides what waits for a placement, as if it were asked for now; null = nothing waits there. */
  ask(placement: string, context: JsonObject, nowMs: number): Asked | null;
  /** What has become of what a trigger of time waits for. */
  storyOf(trigger: string, nowMs: number): TimeStory;
}

/** What time brought. */
export type Passed =
  /** What it decided at once. */
  | { readonly kind: 'passed'; readonly decisions: readonly Decision[] }
  /** More is due than a step may have. */
  | { readonly kind: 'endless'; readonly message: string }
  /** It was late before the end. */
  | { readonly kind: 'late' };

/** What came of an event. */
export type Happened =
  | {
      readonly kind: 'done';
      readonly decisions: readonly Decision[];
      /** Why that, and not more. Worked out when it is asked for. */
      explain(): EventExplanation | null;
    }
  /** A gateway or the event's contract refuses it. */
  | { readonly kind: 'refused'; readonly message: string };

/** What came of what had waited; without an offer it waits on. */
export interface Asked {
  /** With `clause` and `unknown` of every candidate. */
  readonly decision: Decision;
  /** Names of the triggers that wait there. */
  readonly triggers: readonly string[];
}
