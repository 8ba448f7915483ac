// Items that were declared and that hardly anybody has looked at yet: nothing can be said of them but what
// holds for others of their category, or of their brand where they have none. That is their prior, until
// 20 sessions have them; it is made of those that have been in as many.
//
// Told apart by declaring: what events alone name has been looked at by whoever sent them. What is out of
// stock, over or not yet begun is in no list, and nobody comes to look at it: it would keep the places of
// those that are new.

import { BestItems } from './best-items.ts';
import type { Newcomers, NewcomersOf } from './crowd.ts';
import type { ItemTable } from './item-table.ts';

/** Sessions with an item from which on it speaks for itself. */
export const NEWCOMER_SESSIONS = 20;
/** Newcomers of a category or brand that lists know of. */
export const NEWCOMERS_MAX = 50;

const MINUTE_MS = 60_000;

const NOBODY: Newcomers = { settled: 0, items: [] };

/** Newcomers are the same for the same. */
export function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / MINUTE_MS);
}

export class NewcomersByName {
  #state = '';
  readonly #known = new Map<string, Newcomers>();

  /** @param sessionsWith how many sessions have an item */
  constructor(
    readonly items: ItemTable,
    readonly sessionsWith: (item: number) => number,
  ) {}

  isSettled(item: number): boolean {
    return this.sessionsWith(item) >= NEWCOMER_SESSIONS;
  }

  /** @param version of the tables; where it is the same, so is the answer */
  of(version: string, by: NewcomersOf, name: string, nowMs: number): Newcomers {
    const members = by === 'category' ? this.items.inCategory(name) : this.items.ofBrand(name);
    // What nobody has is not kept: names may be any text.
    if (members.length === 0) return NOBODY;
    const minute = minuteOf(nowMs);
    const state = `${version} ${this.items.changes} ${minute}`;
    if (this.#state !== state) {
      this.#state = state;
      this.#known.clear();
    }
    const key = `${by} ${name}`;
    const kept = this.#known.get(key);
    if (kept !== undefined) return kept;
    const newcomers = this.#among(members, by, minute * MINUTE_MS);
    this.#known.set(key, newcomers);
    return newcomers;
  }

  #among(members: readonly number[], by: NewcomersOf, nowMs: number): Newcomers {
    let settled = 0;
    // No sorting of them all: a shop that begins has nothing but newcomers, and every fact asks for them anew.
    const fewest = new BestItems(this.items, NEWCOMERS_MAX);
    for (const item of members) {
      if (this.isSettled(item)) settled++;
      else if (this.items.isOffered(item, nowMs) && this.#isNamed(item, by))
        fewest.offer(item, -this.sessionsWith(item));
    }
    // Nothing could be said of them.
    return settled === 0 ? NOBODY : { settled, items: [...fewest.ranking().items] };
  }

  /** Of what has a category its brand says nothing. */
  #isNamed(item: number, by: NewcomersOf): boolean {
    return by === 'category' || this.items.categoryOf(item) === null;
  }
}
