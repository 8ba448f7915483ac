// What the tracker remembers of one customer: the last items with the customer's interest in each, the
// session at hand, the last purchase. Numbers of items are kept beside their generation: one that was
// forgotten since counts for nothing.

import { CUSTOMER_ITEMS_PAIRED, SESSION_ITEMS_MAX } from './crowd.ts';
import type { KnownItems } from './known-items.ts';

interface Interest {
  readonly item: number;
  readonly generation: number;
  /** r_ui: the greatest weight. */
  readonly interest: number;
}

interface Place {
  readonly session: number;
  readonly begins: boolean;
}

const LEFT_OUT: Place = { session: -1, begins: false };
const NOTHING_YET = -Infinity;

export function newCustomer(): TrackedCustomer {
  return new TrackedCustomer();
}

export class TrackedCustomer {
  day = NOTHING_YET;
  /** Interactions of that day. */
  ofDay = 0;
  boughtAtMs = NOTHING_YET;
  #bought: readonly Interest[] = [];
  /** The newest last. */
  #interests: Interest[] = [];
  #session = -1;
  #sessionAtMs = NOTHING_YET;
  #sessionItems: number[] = [];

  /** 0 = none that is remembered. */
  interestIn(item: number, known: KnownItems): number {
    return this.#interests.find((held) => isSame(held, item, known))?.interest ?? 0;
  }

  /** Its last other items, at most CUSTOMER_ITEMS_PAIRED. */
  others(item: number, known: KnownItems): readonly Interest[] {
    return this.#interests
      .filter((held) => held.item !== item && isHeld(held, known))
      .slice(-CUSTOMER_ITEMS_PAIRED);
  }

  /** It is the newest one now. One more is kept than are paired: it may be the item itself. */
  keepInterest(item: number, interest: number, known: KnownItems): void {
    const at = this.#interests.findIndex((held) => held.item === item);
    if (at !== -1) this.#interests.splice(at, 1);
    else if (this.#interests.length > CUSTOMER_ITEMS_PAIRED) this.#interests.shift();
    this.#interests.push({ item, generation: known.generationOf(item), interest });
  }

  /** @param next gives the number of a session that begins */
  placeInSession(
    item: number,
    atMs: number,
    gapMs: number,
    known: KnownItems,
    next: () => number,
  ): Place {
    const begins = this.#session === -1 || Math.abs(atMs - this.#sessionAtMs) > gapMs;
    if (begins) {
      this.#session = next();
      this.#sessionAtMs = atMs;
      this.#sessionItems = [];
    }
    this.#sessionAtMs = Math.max(this.#sessionAtMs, atMs);
    const key = item + known.generationOf(item) * GENERATION;
    const isThere =
      this.#sessionItems.length <= SESSION_ITEMS_MAX && this.#sessionItems.includes(key);
    if (isThere) return { session: this.#session, begins };
    if (this.#sessionItems.length > SESSION_ITEMS_MAX) return LEFT_OUT;
    this.#sessionItems.push(key);
    return { session: this.#session, begins };
  }

  /**
   * Goes on as both: with the newer session and the newer purchase, and with the other's items as the
   * newest. What was counted of both stays as it is.
   */
  join(other: TrackedCustomer): void {
    if (other.day > this.day) [this.day, this.ofDay] = [other.day, other.ofDay];
    else if (other.day === this.day) this.ofDay += other.ofDay;
    if (other.boughtAtMs > this.boughtAtMs) {
      this.boughtAtMs = other.boughtAtMs;
      this.#bought = other.#bought;
    }
    if (other.#sessionAtMs > this.#sessionAtMs) {
      this.#session = other.#session;
      this.#sessionAtMs = other.#sessionAtMs;
      this.#sessionItems = other.#sessionItems;
    }
    const both = new Map<string, Interest>();
    for (const held of [...this.#interests, ...other.#interests]) {
      const key = `${held.item} ${held.generation}`;
      const interest = Math.max(held.interest, both.get(key)?.interest ?? 0);
      both.delete(key);
      both.set(key, { ...held, interest });
    }
    this.#interests = [...both.values()].slice(-CUSTOMER_ITEMS_PAIRED - 1);
  }

  /** @returns the items of the purchase before */
  boughtNow(items: readonly number[], atMs: number, known: KnownItems): readonly number[] {
    const before = this.#bought.filter((held) => isHeld(held, known)).map(({ item }) => item);
    this.boughtAtMs = atMs;
    this.#bought = items.map((item) => ({
      ...{ item, generation: known.generationOf(item), interest: 0 },
    }));
    return before;
  }
}

/** Above any number of an item. */
const GENERATION = 2 ** 32;

function isHeld(held: Interest, known: KnownItems): boolean {
  return held.generation === known.generationOf(held.item);
}

function isSame(held: Interest, item: number, known: KnownItems): boolean {
  return held.item === item && isHeld(held, known);
}
