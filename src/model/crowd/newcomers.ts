// Items that were declared and that hardly anybody has looked at yet: nothing can be said of them but what
// holds for others of their category, or of their brand where they have none. That is their prior, until
// 20 sessions have them; it is made of those that have been in as many.
//
// Told apart by declaring: what events alone name has been looked at by whoever sent them.

import type { ItemTable } from './item-table.ts';

/** Sessions with an item from which on it speaks for itself. */
export const NEWCOMER_SESSIONS = 20;
/** Newcomers of a category or brand that lists know of. */
export const NEWCOMERS_MAX = 50;

/** A category or brand. */
export interface Newcomers {
  /** Items that speak for themselves: what a prior is the mean of. */
  readonly settled: number;
  /** Those of the fewest sessions, at most NEWCOMERS_MAX. */
  readonly items: readonly number[];
}

export type NewcomersOf = 'category' | 'brand';

const NOBODY: Newcomers = { settled: 0, items: [] };

export class NewcomersByName {
  #state = '';
  readonly #known = new Map<string, Newcomers>();

  /** @param sessionsWith how many sessions have an item */
  constructor(
    readonly items: ItemTable,
    readonly sessionsWith: (item: number) => number,
  ) {}

  isNew(item: number): boolean {
    return this.items.isDeclared(item) && !this.isSettled(item);
  }

  isSettled(item: number): boolean {
    return this.sessionsWith(item) >= NEWCOMER_SESSIONS;
  }

  /** @param version of the tables; where it is the same, so is the answer */
  of(version: string, by: NewcomersOf, name: string): Newcomers {
    const members = by === 'category' ? this.items.inCategory(name) : this.items.ofBrand(name);
    // What nobody has is not kept: names may be any text.
    if (members.length === 0) return NOBODY;
    const state = `${version} ${this.items.changes}`;
    if (this.#state !== state) {
      this.#state = state;
      this.#known.clear();
    }
    const key = `${by} ${name}`;
    const kept = this.#known.get(key);
    if (kept !== undefined) return kept;
    const newcomers = this.#among(members, by);
    this.#known.set(key, newcomers);
    return newcomers;
  }

  #among(members: readonly number[], by: NewcomersOf): Newcomers {
    let settled = 0;
    const found: number[] = [];
    for (const item of members) {
      if (this.isSettled(item)) settled++;
      else if (this.items.isDeclared(item) && this.#isNamed(item, by)) found.push(item);
    }
    // Nothing could be said of them.
    if (settled === 0) return NOBODY;
    found.sort((a, b) => this.sessionsWith(a) - this.sessionsWith(b) || this.#byId(a, b));
    return { settled, items: found.slice(0, NEWCOMERS_MAX) };
  }

  /** Of what has a category its brand says nothing. */
  #isNamed(item: number, by: NewcomersOf): boolean {
    return by === 'category' || this.items.categoryOf(item) === null;
  }

  #byId(a: number, b: number): number {
    return this.items.idOf(a) < this.items.idOf(b) ? -1 : 1;
  }
}
