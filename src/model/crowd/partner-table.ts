// Items beside items, with one or two counts each: for every item a short list that grows, and is held to
// a bound. When it is full, the quarter with the smallest counts leaves (the oldest of equals): whoever
// comes next has some time to be counted. A list is looked through from its start: at the bounds of
// crowd.ts that is less than a map would cost, in time and in memory.

import type { Partners } from './crowd.ts';

export interface PartnerList extends Partners {
  length: number;
  items: Int32Array;
  counts: Float64Array;
  /** The second count; empty where there is one only. */
  others: Float64Array;
}

const NOTHING: PartnerList = list(0, false);
const SMALLEST = 4;

export class PartnerTable {
  readonly #lists: (PartnerList | undefined)[] = [];

  /**
   * @param partnersMax of one item
   * @param isDouble whether there is a second count
   */
  constructor(
    readonly partnersMax: number,
    readonly isDouble = false,
  ) {}

  /** Of an item; not to be kept: counting changes it. */
  of(item: number): PartnerList {
    return this.#lists[item] ?? NOTHING;
  }

  add(item: number, partner: number, count: number, other = 0): void {
    let held = this.#lists[item];
    if (held === undefined) this.#lists[item] = held = list(SMALLEST, this.isDouble);
    let at = 0;
    while (at < held.length && held.items[at] !== partner) at++;
    if (at === held.length) {
      if (at === held.items.length) this.#makeRoom(held);
      at = held.length++;
      held.items[at] = partner;
      held.counts[at] = 0;
      if (this.isDouble) held.others[at] = 0;
    }
    held.counts[at]! += count;
    if (this.isDouble) held.others[at]! += other;
  }

  /** All partners of one item at once, as they were read from another table. */
  put(item: number, items: Int32Array, counts: Float64Array, others: Float64Array): void {
    this.#lists[item] = { length: items.length, items, counts, others };
  }

  forget(item: number): void {
    this.#lists[item] = undefined;
  }

  /** Drops partners that are no more, from all lists. */
  sweep(isGone: (item: number) => boolean): void {
    for (const held of this.#lists)
      if (held !== undefined) keep(held, (at) => !isGone(held.items[at]!));
  }

  #makeRoom(held: PartnerList): void {
    const capacity = held.items.length;
    if (capacity < this.partnersMax) {
      resize(held, Math.min(this.partnersMax, capacity * 2), this.isDouble);
      return;
    }
    const leaving = Math.max(1, capacity >> 2);
    const order = Array.from({ length: capacity }, (_, at) => at);
    order.sort((a, b) => held.counts[a]! - held.counts[b]! || a - b);
    const left = new Uint8Array(capacity);
    for (let k = 0; k < leaving; k++) left[order[k]!] = 1;
    keep(held, (at) => left[at] === 0);
  }
}

function list(capacity: number, isDouble: boolean): PartnerList {
  return {
    length: 0,
    items: new Int32Array(capacity),
    counts: new Float64Array(capacity),
    others: new Float64Array(isDouble ? capacity : 0),
  };
}

function resize(held: PartnerList, capacity: number, isDouble: boolean): void {
  const { items, counts, others } = held;
  Object.assign(held, { ...list(capacity, isDouble), length: held.length });
  held.items.set(items);
  held.counts.set(counts);
  held.others.set(others);
}

function keep(held: PartnerList, stays: (at: number) => boolean): void {
  let to = 0;
  for (let at = 0; at < held.length; at++) {
    if (!stays(at)) continue;
    held.items[to] = held.items[at]!;
    held.counts[to] = held.counts[at]!;
    if (held.others.length > 0) held.others[to] = held.others[at]!;
    to++;
  }
  held.length = to;
}
