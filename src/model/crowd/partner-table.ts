// Items beside items, with one or two counts each: for every item a short list that grows, and is held to
// a bound. When it is full, the quarter with the smallest counts leaves (the oldest of equals): whoever
// comes next has some time to be counted. A list is looked through from its start: at the bounds of
// crowd.ts that is less than a map would cost, in time and in memory.
//
// All lists lie in common chunks, in blocks whose sizes are powers of 2: arrays of their own cost each list
// some 500 bytes more (a crowd of 190,000 items was 681 MB instead of 588).

import type { Partners } from './crowd.ts';

/** Columns of the same length. */
export interface PartnerList extends Partners {
  /** The second count; empty where there is one only. */
  readonly others: Float64Array;
}

const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const SMALLEST = 4;

interface Chunk {
  readonly items: Int32Array;
  readonly counts: Float64Array;
  readonly others: Float64Array;
}

export class PartnerTable {
  readonly #chunks: Chunk[] = [];
  /** Where the next block begins, over all chunks. */
  #end = 0;
  /** Blocks that are not in use, by their size. */
  readonly #free = new Map<number, number[]>();
  /** By item; a capacity of 0 = it has no block. */
  #starts = new Int32Array(0);
  #lengths = new Uint16Array(0);
  #capacities = new Uint16Array(0);

  /**
   * @param partnersMax of one item; at most CHUNK
   * @param isDouble whether there is a second count
   */
  constructor(
    readonly partnersMax: number,
    readonly isDouble = false,
  ) {}

  /** Of an item; not to be kept: counting changes it. */
  of(item: number): PartnerList {
    const length = this.#lengths[item] ?? 0;
    if (length === 0) return NOTHING;
    const { items, counts, others } = this.#chunkOf(item);
    const start = this.#offsetOf(item);
    const end = start + length;
    return {
      length,
      items: items.subarray(start, end),
      counts: counts.subarray(start, end),
      others: this.isDouble ? others.subarray(start, end) : NO_COUNTS,
    };
  }

  add(item: number, partner: number, count: number, other = 0): void {
    this.#reach(item);
    let length = this.#lengths[item]!;
    let at = this.#placeOf(item, partner, length);
    if (at === -1) {
      if (length === this.partnersMax) this.#dropRarest(item);
      else if (length === this.#capacities[item]) this.#move(item, Math.max(SMALLEST, length * 2));
      length = this.#lengths[item]!;
      this.#lengths[item] = length + 1;
      at = this.#offsetOf(item) + length;
      const { items, counts, others } = this.#chunkOf(item);
      items[at] = partner;
      counts[at] = 0;
      if (this.isDouble) others[at] = 0;
    }
    const { counts, others } = this.#chunkOf(item);
    counts[at]! += count;
    if (this.isDouble) others[at]! += other;
  }

  /** All partners of one item at once, as they were read from another table. */
  put(item: number, items: Int32Array, counts: Float64Array, others: Float64Array): void {
    this.forget(item);
    for (let k = 0; k < items.length; k++) this.add(item, items[k]!, counts[k]!, others[k] ?? 0);
  }

  forget(item: number): void {
    const capacity = this.#capacities[item] ?? 0;
    if (capacity === 0) return;
    this.#giveBack(this.#starts[item]!, capacity);
    this.#capacities[item] = 0;
    this.#lengths[item] = 0;
  }

  /** Drops partners that are no more, from all lists. */
  sweep(isGone: (item: number) => boolean): void {
    for (let item = 0; item < this.#lengths.length; item++) {
      if (this.#lengths[item]! === 0) continue;
      const { items } = this.#chunkOf(item);
      this.#keep(item, (at) => !isGone(items[at]!));
    }
  }

  #placeOf(item: number, partner: number, length: number): number {
    if (length === 0) return -1;
    const { items } = this.#chunkOf(item);
    const start = this.#offsetOf(item);
    const end = start + length;
    for (let at = start; at < end; at++) if (items[at] === partner) return at;
    return -1;
  }

  #chunkOf(item: number): Chunk {
    return this.#chunks[this.#starts[item]! >> CHUNK_BITS]!;
  }

  #offsetOf(item: number): number {
    return this.#starts[item]! & (CHUNK - 1);
  }

  #reach(item: number): void {
    if (item < this.#lengths.length) return;
    const size = Math.max(64, item + 1, this.#lengths.length * 2);
    const [starts, lengths, capacities] = [this.#starts, this.#lengths, this.#capacities];
    this.#starts = new Int32Array(size);
    this.#lengths = new Uint16Array(size);
    this.#capacities = new Uint16Array(size);
    this.#starts.set(starts);
    this.#lengths.set(lengths);
    this.#capacities.set(capacities);
  }

  /** To a block of another size, with all that is in it. */
  #move(item: number, capacity: number): void {
    const before = this.of(item);
    const [oldStart, oldCapacity] = [this.#starts[item]!, this.#capacities[item]!];
    this.#starts[item] = this.#take(capacity);
    this.#capacities[item] = capacity;
    const { items, counts, others } = this.#chunkOf(item);
    const start = this.#offsetOf(item);
    items.set(before.items, start);
    counts.set(before.counts, start);
    if (this.isDouble) others.set(before.others, start);
    if (oldCapacity > 0) this.#giveBack(oldStart, oldCapacity);
  }

  #take(capacity: number): number {
    const free = this.#free.get(capacity)?.pop();
    if (free !== undefined) return free;
    // A block lies in one chunk; what is left of the last one is too little for it.
    if ((this.#end & (CHUNK - 1)) + capacity > CHUNK) this.#end = this.#chunks.length * CHUNK;
    const start = this.#end;
    this.#end += capacity;
    if (start >> CHUNK_BITS === this.#chunks.length) {
      this.#chunks.push({
        items: new Int32Array(CHUNK),
        counts: new Float64Array(CHUNK),
        others: new Float64Array(this.isDouble ? CHUNK : 0),
      });
    }
    return start;
  }

  #giveBack(start: number, capacity: number): void {
    const free = this.#free.get(capacity);
    if (free === undefined) this.#free.set(capacity, [start]);
    else free.push(start);
  }

  #dropRarest(item: number): void {
    const length = this.#lengths[item]!;
    const { counts } = this.of(item);
    const order = Array.from({ length }, (_, at) => at);
    order.sort((a, b) => counts[a]! - counts[b]! || a - b);
    const leaving = new Set(order.slice(0, Math.max(1, length >> 2)));
    const start = this.#offsetOf(item);
    this.#keep(item, (at) => !leaving.has(at - start));
  }

  /** @param stays whether what is at a place of the chunk does */
  #keep(item: number, stays: (at: number) => boolean): void {
    const { items, counts, others } = this.#chunkOf(item);
    const start = this.#offsetOf(item);
    const end = start + this.#lengths[item]!;
    let to = start;
    for (let at = start; at < end; at++) {
      if (!stays(at)) continue;
      items[to] = items[at]!;
      counts[to] = counts[at]!;
      if (this.isDouble) others[to] = others[at]!;
      to++;
    }
    this.#lengths[item] = to - start;
  }
}

const NO_COUNTS = new Float64Array(0);
const NOTHING: PartnerList = {
  length: 0,
  items: new Int32Array(0),
  counts: NO_COUNTS,
  others: NO_COUNTS,
};
