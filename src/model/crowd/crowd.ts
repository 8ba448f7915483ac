// What customers did together, as the engine reads it: tables by item number (model/item.ts). The learner
// makes them of facts (fact.ts); gateways, workers and evaluations hold the same tables.

import type { Items } from '../item.ts';

/** Items beside an item, in no order. `items[k]` and `counts[k]` for k < length belong together. */
export interface Partners {
  readonly length: number;
  readonly items: Int32Array;
  readonly counts: Float64Array;
}

/** Sessions by number; a session's items are in the order in which they came to it first. */
export interface Sessions {
  /** How many are held. */
  readonly count: number;
  /** Items of all of them together: N of idf. */
  readonly places: number;
  /** Sessions that hold an item: n_i of idf. */
  countWith(item: number): number;
  /** Numbers of the newest sessions with an item, at most POSTINGS_MAX, in no order. */
  with(item: number): { readonly length: number; readonly sessions: Int32Array };
  /** Its last interaction, epoch ms. */
  timeOf(session: number): number;
  /** Where its items begin in `items`, and how many there are (at most SESSION_ITEMS_MAX). */
  startOf(session: number): number;
  lengthOf(session: number): number;
  readonly items: Int32Array;
}

/** Items by a score, best first. */
export interface Ranking {
  readonly length: number;
  readonly items: Int32Array;
  readonly scores: Float64Array;
}

/** What is new in a category or of a brand (newcomers.ts). */
export interface Newcomers {
  /** Items that speak for themselves: what a prior is the mean of. */
  readonly settled: number;
  /** Those of the fewest sessions, at most NEWCOMERS_MAX. */
  readonly items: readonly number[];
}

export type NewcomersOf = 'category' | 'brand';

export interface Crowd {
  /** Which tables: the learner's run, and how many facts of it are in; the same = the same tables. */
  readonly version: string;
  readonly items: Items;

  /** Baskets in all; with an item; and of pairs, those with both. */
  readonly baskets: number;
  basketsWith(item: number): number;
  boughtWith(item: number): Partners;

  /** Purchases of an item after which there was another; and how many of those held each partner. */
  purchasesFollowed(item: number): number;
  boughtAfter(item: number): Partners;

  /**
   * Customers' interest in an item, Σ r_ui, and in both of a pair, Σ min(r_ui, r_uj), each weighed by its
   * age; `counts` of `sharedBy` are customers with both, unweighed.
   */
  interest(item: number): number;
  interestedInBoth(item: number): Partners;
  customersWithBoth(item: number): Partners;

  readonly sessions: Sessions;

  /** Declared items that hardly anybody has looked at, of a category or brand. */
  newcomers(by: NewcomersOf, name: string, nowMs: number): Newcomers;

  /** By z of the last hour against the last 7 days. @param category null = of all */
  trending(nowMs: number, category: string | null): Ranking;
  /**
   * By weight of interactions.
   * @param category null = of all
   * @param member of all categories, among customers who were this member of a segment group
   *   (memberKey); absent or null = among all
   */
  popular(nowMs: number, category: string | null, member?: string | null): Ranking;
}

// Named bounds (TOPICS: the learner).
export const SESSIONS_MAX = 500_000;
/** Different items; a session of more is not held: what is in it has little to do with each other. */
export const SESSION_ITEMS_MAX = 15;
/** Newest sessions of an item that lists are made of. */
export const POSTINGS_MAX = 500;
/** Partners of an item in baskets and in what follows; the rarest leave. */
export const BASKET_PARTNERS_MAX = 1_000;
export const SIMILAR_PARTNERS_MAX = 64;
/** Larger baskets count for items and not for pairs. */
export const BASKET_PAIRED_MAX = 50;
/** A customer's last items that a new one is paired with. */
export const CUSTOMER_ITEMS_PAIRED = 20;
/** Interactions of one customer in a day that are learned from. */
export const CUSTOMER_DAY_MAX = 1_000;
export const MODEL_DAYS = 90;
