// What goes into a step of the engine and what comes out.

import type { Grant } from './budget.ts';
import type { Decision, Firing } from './decision.ts';
import type { NewDelivery } from './delivery.ts';
import type { Stimulus } from './event.ts';
import type { Naming, RefusedMerge } from './identity.ts';
import type { CustomerState } from './state.ts';

/** What the key of a call keeps it within. Recorded with the call: it is stepped so again. */
export interface Within {
  /** What it may decide and report on; null = every placement. */
  readonly placements: ReadonlySet<string> | null;
  /** false: an event that names an outcome is an event like any other. */
  readonly outcome: boolean;
}

/** One thing to process, already of valid shape. */
export interface Submission {
  readonly stimulus: Stimulus;
  /** Whom the caller named. Who that is now, the pipeline says: the state that is stepped. */
  readonly customerId: string;
  /** Under what other names, if that is known. */
  readonly naming?: Naming;
  /**
   * false: a visitor of whom nothing says that the customer is meant to whom the visitor's name leads:
   * served as somebody of their own.
   */
  readonly follows?: boolean;
  /** As sent, or made by the gateway; unique per customer for 24 h. */
  readonly messageId: string;
  /** The clock it is decided at: receive time, or an import's own timestamp; epoch ms. */
  readonly nowMs: number;
  /** When a gateway received it, epoch ms; of imports too: the 24 h of a messageId use this. */
  readonly receivedAtMs: number;
  /** Imports fire at any age; live events older than a trigger's `max_age` do not. */
  readonly live: boolean;
  /** false: only update the state (`/v1/import?decide=false`). */
  readonly decide: boolean;
  /** false: count and store nothing (`/v1/decide` with `record:false`). */
  readonly record: boolean;
  /** Absent = the key keeps it within nothing. */
  readonly within?: Within;
}

/** What may become of a timer that is due. */
export const DUE_RESULTS = [
  'fired',
  'put_off',
  'missed',
  'not_true',
  'cooldown',
  'moved',
  'looked',
] as const;

/** A timer that was due, and what became of it. */
export interface DueTimer {
  /** '' = segments were looked at. */
  readonly trigger: string;
  readonly key: string | null;
  /** Epoch ms. */
  readonly dueAtMs: number;
  /**
   * `put_off` = it fired, and all of its placements were quiet: it is `fired` when they are open again.
   * `not_true` = its `when` was not, or the customer is not in the segment any more; `moved` = by another
   * catalog, or after a merge, it is due at another time.
   */
  readonly result: (typeof DUE_RESULTS)[number];
}

/** What the engine made of one stimulus. */
export type Stepped =
  | {
      readonly kind: 'stepped';
      readonly state: CustomerState;
      readonly firings: readonly Firing[];
      readonly decisions: readonly Decision[];
      /** What the decisions take of budgets, in their order. */
      readonly grants: readonly Grant[];
      readonly answer: string;
      /** Set when this outcome was counted now (not when it came a second time). */
      readonly outcomeCounted: boolean;
      /** What goes to the outbox. */
      readonly deliveries: readonly NewDelivery[];
      /** Segments or traits changed: the `customers` table needs a row. */
      readonly customerChanged: boolean;
      /** Of a stimulus of time: what became of the timer; null of all others. */
      readonly due: DueTimer | null;
    }
  | { readonly kind: 'duplicate'; readonly answer: string }
  | {
      readonly kind: 'refused';
      readonly code: 'invalid_event' | 'unknown_decision' | 'unknown_placement';
      readonly message: string;
      /** Where in the caller's body; null = nowhere in particular. */
      readonly path: string | null;
    };

/** Under what a submission was stepped: with the submission itself, all that it takes to do it again. */
export interface SteppedHow {
  /** Content hash of the catalog. */
  readonly catalog: string;
  /** Number of its publication. */
  readonly publication: number;
  /** Committed together with the record before it, of the same customer. */
  readonly continuesRun: boolean;
  /** Names that it gave and that were not linked; absent = none. */
  readonly refused?: readonly RefusedMerge[];
}
