// What an event would do, and why not more: the answer of `POST /v1/events/explain`.

import type { Decision } from './decision.ts';
import type { JsonValue } from './json.ts';
import type { Blame } from './value.ts';

/**
 * Why a trigger that names an event does not fire, in the order in which it is looked at; and what the
 * event does to one that time fires.
 */
export const SILENCES = {
  too_old: 'the event is older than the trigger’s `max_age`',
  no_key: 'the event lacks what `per` names',
  cooldown: 'it fired less than its `cooldown` ago',
  when_false: '`when` is false',
  when_unknown: '`when` is unknown: something that it reads is missing',
  armed: 'it fires later, unless something comes in between',
  cancelled: 'it would have fired later, and the event is what it waits for not to come',
  no_room: 'the customer has as many timers as can be, all due before it',
} as const;

export type Silence = keyof typeof SILENCES;

/** What a trigger that names the event makes of it. */
export interface TriggerExplanation {
  readonly trigger: string;
  readonly fired: boolean;
  /** The `per` value; null without one. */
  readonly key: string | null;
  /** null where it fires. */
  readonly reason: Silence | null;
  /** Of `when`, its smallest part that is false or unknown; null for every other reason. */
  readonly clause: string | null;
  /** Names whose value is missing, as they are written. */
  readonly unknown: readonly string[];
  /**
   * When a cooldown that keeps it silent is over; of one that is armed when it is due, of one that is
   * cancelled when it would have been. ISO 8601 UTC.
   */
  readonly until: string | null;
  /** Of one that fires, placements in quiet hours, and when it decides there (ISO 8601 UTC); absent = none. */
  readonly putOff?: readonly PutOff[];
}

export interface PutOff {
  readonly placement: string;
  readonly until: string;
}

/** Why a timer that was due did not fire, in the order in which it is looked at. */
export type NotFired =
  /** The customer is not in the segment that was to be entered. */
  | { readonly kind: 'not_in'; readonly blame: Blame }
  | { readonly kind: 'cooldown'; readonly untilMs: number }
  | { readonly kind: 'when'; readonly isFalse: boolean; readonly blame: Blame }
  /** Nothing is in its way. */
  | { readonly kind: 'nothing' };

/** Before and after. */
export type Change<T> = readonly [before: T, after: T];

/** What an event would do. */
export interface EventExplanation {
  readonly kind: 'explained';
  /** Those that it changes, as callers see them (engine/view.ts), both at the event's time. */
  readonly features: { readonly [name: string]: Change<JsonValue> };
  readonly segments: { readonly [name: string]: Change<boolean | string | null> };
  /** Those that name the event, and what it leads to or cancels besides; in definition order. */
  readonly triggers: readonly TriggerExplanation[];
  /** With `clause` and `unknown` of every candidate. */
  readonly decisions: readonly Decision[];
  /** JSON text of the decisions as answers have them. */
  readonly answer: string;
  /** What is most likely wrong with the event as such; null or absent where nothing is. */
  readonly hint?: string | null;
}
