// The one document that holds all we know of a customer on the hot path. A value: every step makes
// a new one that shares what did not change, so that `before.` and a lost commit cost nothing.

import type { CustomerItem } from './customer-items.ts';
import type { OutcomeKind } from './event.ts';
import type { Link, MergeEntry } from './identity.ts';
import type { JsonValue } from './json.ts';
import type { Timer, Waiting } from './timer.ts';

/**
 * A feature's stored value: plain data that the codec can write without knowing the kind.
 * A Map is a feature with `by` (or any keyed store): its insertion order is the order of the last
 * writes, oldest first, so "the least recently written key leaves" is `delete(first)`.
 */
export type FeatureValue =
  | null
  | boolean
  | number
  | string
  | readonly FeatureValue[]
  | ReadonlyMap<string, FeatureValue>;

/**
 * The stored feature values of a state, by definition id: a Map, or what reads like one and decodes
 * a value when it is first asked for. `undefined` = nothing is stored.
 */
export type FeatureValues = Pick<
  ReadonlyMap<string, FeatureValue>,
  'get' | 'has' | 'size' | 'keys' | typeof Symbol.iterator
>;

/** A trait with the event time that stated it: the later event time wins. */
export interface Trait {
  readonly value: JsonValue;
  readonly atMs: number;
}

/** A consent category, with the event time that stated it. */
export interface ConsentChoice {
  readonly granted: boolean;
  readonly atMs: number;
}

/** Times that count against caps of one offer and one kind. */
export interface CapLog {
  /** How often, ever (caps without a window). */
  readonly total: number;
  /** Decision-clock times in ascending order, only as many as the largest `max` needs. */
  readonly timesMs: readonly number[];
}

/** What caps count: being chosen and returned, or a reported outcome. */
export type CapKind = 'decision' | OutcomeKind;

/** A decision that offers were returned for, kept for outcomes: the last 64 of the last 30 days. */
export interface RecentDecision {
  readonly decisionId: string;
  readonly placement: string;
  readonly trigger: string | null;
  readonly decidedAtMs: number;
  readonly offerIds: readonly string[];
  readonly fallback: boolean;
  readonly holdout: boolean;
  /** Per offer of `offerIds`: bits of OUTCOME_KINDS already reported. */
  readonly outcomes: readonly number[];
}

/** One of the last 8 answers that had decisions, returned again to a duplicate. */
export interface KeptAnswer {
  /** The message's hash (`messageKey`). */
  readonly message: string;
  /** Which record of the customer it was for: the last 8 are kept. */
  readonly record: number;
  /** JSON text of the `decisions` array. */
  readonly text: string;
}

/** How a customer takes what comes through one channel, both decayed (engine/preferences.ts). */
export interface Preference {
  /** Of the decisions those of which something was accepted. */
  readonly accepted: number;
  readonly decisions: number;
  /** What they are worth at, epoch ms. */
  readonly asOfMs: number;
}

/**
 * The parts of a state that most events leave alone. A stored state decodes each when it is first
 * read, and the next encode copies those that nobody replaced.
 */
export interface Sections {
  readonly traits: ReadonlyMap<string, Trait>;
  readonly consent: ReadonlyMap<string, ConsentChoice>;
  /** Definition ids that the catalog no longer has → when that was first noticed (epoch ms). */
  readonly orphans: ReadonlyMap<string, number>;
  /** `trigger` or `trigger\n<per value>` → decision-clock time of its last firing. */
  readonly cooldowns: ReadonlyMap<string, number>;
  /** `<offer>\n<kind>` → what its caps count. */
  readonly caps: ReadonlyMap<string, CapLog>;
  /** Channel → contact times in ascending order, as many as the contact policy needs. */
  readonly contacts: ReadonlyMap<string, readonly number[]>;
  readonly decisions: readonly RecentDecision[];
  /** Newest last; only answers with decisions, to one of the last 8 messages. */
  readonly answers: readonly KeptAnswer[];
  /** The names that are this customer's, oldest first. */
  readonly links: readonly Link[];
  /** Who was folded into this customer, oldest first. */
  readonly merges: readonly MergeEntry[];
  /** Customers and names that somebody said are not this customer's: they are not joined again. */
  readonly apart: readonly string[];
  /** The id that draws are made with where it is not the customer's: that of before a merge; '' = it is. */
  readonly drawnAs: string;
  /** What is due some day, in the order of `byDue`. */
  readonly timers: readonly Timer[];
  /** What time fired and nobody has asked for yet, oldest first. */
  readonly waiting: readonly Waiting[];
  /**
   * What triggers of time remember, by their definition id (TimeDefinition.id). `enter`: whether the
   * customer was in the segment when last looked at, 1 or 0. `at`: the date that fired last, as the wall
   * clock read at it, written as if it were UTC, ms (of dates that are all instants: epoch ms).
   */
  readonly noted: ReadonlyMap<string, number>;
  /** When segments that are entered have to be looked at next, epoch ms; 0 = never. */
  readonly lookAtMs: number;
  /** By channel, the least recently counted first; only where the catalog has a `one_of`. */
  readonly preferred: ReadonlyMap<string, Preference>;
  /** What the customer had to do with, longest untouched first; only where the catalog recommends. */
  readonly items: readonly CustomerItem[];
}

/** All collections are treated as immutable: a writer replaces them (see DraftState). */
export interface CustomerState extends Sections {
  readonly customerId: string;
  /** Visitors that were named beside this customer before names were linked; at most 16. */
  readonly aliases: readonly string[];
  /** The decision clock of the last step; `now` is never before it. 0 for a new customer. */
  readonly asOfMs: number;
  /** The catalog publication number that last stepped this state. */
  readonly publication: number;
  /** How many ledger records this customer has had (compared with history by `verify`). */
  readonly records: number;
  /** By the feature's definition id (hash of its definition), not by name. */
  readonly features: FeatureValues;
  /**
   * Messages of the last 24 h, packed (seen-messages.ts), newest last. The store moves the oldest to
   * a side key when there are more than it keeps.
   */
  readonly seen: string;
  /** Latest received time of a message that was moved to the side key; 0 = none there. */
  readonly seenSpilledMs: number;
  /** Segment memberships as last written to the `customers` table, `name=value` joined by `\n`. */
  readonly memberships: string;
}

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();
const NONE: readonly never[] = [];

/** The state of a customer who was never seen. */
export function emptyState(customerId: string): CustomerState {
  return {
    customerId,
    aliases: NONE,
    asOfMs: 0,
    publication: 0,
    records: 0,
    traits: NOTHING,
    consent: NOTHING,
    features: NOTHING,
    orphans: NOTHING,
    cooldowns: NOTHING,
    caps: NOTHING,
    contacts: NOTHING,
    decisions: NONE,
    seen: '',
    seenSpilledMs: 0,
    answers: NONE,
    links: NONE,
    merges: NONE,
    apart: NONE,
    drawnAs: '',
    timers: NONE,
    waiting: NONE,
    noted: NOTHING,
    lookAtMs: 0,
    preferred: NOTHING,
    items: NONE,
    memberships: '',
  };
}
