// The customer of one test, as the engine has it. The port of what runs tests: types alone.

import type { Decision } from '../model/decision.ts';
import type { EventExplanation } from '../model/explanation.ts';
import type { JsonObject } from '../model/json.ts';
import type { Given, TestEvent } from './catalog-test.ts';

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
  /** Sends an event, as a caller would. */
  send(event: TestEvent, context: JsonObject, nowMs: number): Happened;
  /** Lets time pass until then. */
  wait(nowMs: number): Happened;
}

/** What came of one step. */
export type Happened =
  | {
      readonly kind: 'done';
      readonly decisions: readonly Decision[];
      /** Why that, and not more; null where only time passed. Worked out when it is asked for. */
      explain(): EventExplanation | null;
    }
  /** A gateway or the event's contract refuses it. */
  | { readonly kind: 'refused'; readonly message: string };
