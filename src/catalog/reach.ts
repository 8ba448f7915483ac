// What expressions may read, by where in the catalog they stand.

import type { ExpressionNames } from './expressions/compile.ts';

/** Which of the things that are not always at hand an expression may read. */
export interface Reach {
  readonly event: boolean;
  readonly before: boolean;
  readonly firing: boolean;
  readonly message: ExpressionNames['message'];
}

/** A feature's `where`: the event, and the customer just before it. */
export const OF_EVENT: Reach = { event: true, before: false, firing: false, message: null };
/** Formulas and segments: they hold with no event at hand. */
export const OF_STATE: Reach = { event: false, before: false, firing: false, message: null };
/** Offers, placements, contact rules: an event and a firing may be at hand. */
export const OF_DECISION: Reach = { event: true, before: false, firing: true, message: null };
/**
 * Treatments of placements that recommend, and whether an offer makes sense or suits where all of its
 * placements do: the list is made by then.
 */
export const OF_SHOWN_LIST: Reach = { ...OF_DECISION, message: 'shown' };
/** Triggers that an event fires at once. */
export const OF_TRIGGER: Reach = { event: true, before: true, firing: true, message: null };
/** Those that it arms: when they fire, what was just before it is long over. */
export const OF_ABSENCE: Reach = { event: true, before: false, firing: true, message: null };
/** Triggers on time. */
export const OF_TIME: Reach = { event: false, before: false, firing: true, message: null };
/** What a channel sends: the customer as it is then, and what was decided. */
export const OF_MESSAGE: Reach = { ...OF_STATE, message: 'made' };
/** Items of a list: those, what the list is for, and the customer. */
export const OF_LIST: Reach = { ...OF_STATE, message: 'listed' };
/** What a webhook answers, and nothing else. */
export const OF_ANSWER: Reach = { ...OF_STATE, message: 'answered' };
