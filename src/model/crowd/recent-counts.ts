// Interactions of the last hour and of the last 7 days, by item: pieces of 5 minutes and of 6 hours, each a
// column of numbers. The newest pieces stay, so that nothing depends on the order of learning; at 200,000
// items that is 42 columns, 34 MB. Pieces of an hour would say e a little better, for four times as much.

const HOUR_MS = 3_600_000;
const SHORT_MS = 5 * 60_000;
const LONG_MS = 6 * HOUR_MS;
const WEEK_MS = 7 * 24 * HOUR_MS;
const SHORT_HELD = HOUR_MS / SHORT_MS + 1;
const LONG_HELD = WEEK_MS / LONG_MS + 1;

export class RecentCounts {
  readonly short = new Pieces(SHORT_MS, SHORT_HELD);
  readonly long = new Pieces(LONG_MS, LONG_HELD);

  add(item: number, atMs: number): void {
    this.short.add(item, atMs, 1);
    this.long.add(item, atMs, 1);
  }

  forget(item: number): void {
    this.short.forget(item);
    this.long.forget(item);
  }

  /** The same for the same counts. */
  pieceOf(nowMs: number): number {
    return Math.floor(nowMs / this.short.pieceMs);
  }

  /**
   * z = (c_1h − e) / √(e + 5) with e = c_7d · 1h/7d, of items that were there in the last hour (pieces that
   * it reaches into count whole); of all others 0.
   */
  rising(nowMs: number): (item: number) => number {
    const hour = this.short.sums(nowMs, HOUR_MS);
    const week = this.long.sums(nowMs, WEEK_MS);
    return (item) => {
      const ofHour = hour[item] ?? 0;
      if (ofHour === 0) return 0;
      const expected = ((week[item] ?? 0) * HOUR_MS) / WEEK_MS;
      return (ofHour - expected) / Math.sqrt(expected + 5);
    };
  }
}

/** Counts by item, for the newest pieces of time. */
export class Pieces {
  readonly byPiece = new Map<number, Uint32Array>();
  /** Of several pieces together, the last that was asked for; counted on with them. */
  #summed: Summed | null = null;

  constructor(
    readonly pieceMs: number,
    readonly heldMax: number,
  ) {}

  add(item: number, atMs: number, count: number): void {
    const piece = Math.floor(atMs / this.pieceMs);
    let counts = this.byPiece.get(piece);
    if (counts === undefined) {
      if (!this.#hasRoomFor(piece)) return;
      counts = new Uint32Array(64);
    }
    counts = reaching(counts, item);
    counts[item]! += count;
    this.byPiece.set(piece, counts);
    const summed = this.#summed;
    if (summed === null || piece < summed.first || piece > summed.last) return;
    summed.counts = reaching(summed.counts, item);
    summed.counts[item]! += count;
  }

  forget(item: number): void {
    for (const counts of this.byPiece.values()) if (item < counts.length) counts[item] = 0;
    const summed = this.#summed?.counts;
    if (summed !== undefined && item < summed.length) summed[item] = 0;
  }

  /** By item, of the pieces that a time before `nowMs` reaches into; not to be kept. */
  sums(nowMs: number, lengthMs: number): Uint32Array {
    const last = Math.floor(nowMs / this.pieceMs);
    const first = last - lengthMs / this.pieceMs;
    if (this.#summed?.first !== first || this.#summed.last !== last) {
      this.#summed = { first, last, counts: this.#sum(first, last) };
    }
    return this.#summed.counts;
  }

  /** Column by column: walks over one array each are what makes this fast. */
  #sum(first: number, last: number): Uint32Array {
    const columns: Uint32Array[] = [];
    for (const [piece, counts] of this.byPiece) {
      if (piece >= first && piece <= last) columns.push(counts);
    }
    const total = new Uint32Array(
      columns.reduce((most, counts) => Math.max(most, counts.length), 0),
    );
    for (const counts of columns)
      for (let item = 0; item < counts.length; item++) total[item]! += counts[item]!;
    return total;
  }

  #hasRoomFor(piece: number): boolean {
    if (this.byPiece.size < this.heldMax) return true;
    let oldest = piece;
    for (const held of this.byPiece.keys()) if (held < oldest) oldest = held;
    if (oldest === piece) return false;
    this.#summed = null;
    return this.byPiece.delete(oldest);
  }
}

interface Summed {
  readonly first: number;
  readonly last: number;
  counts: Uint32Array;
}

/** The same column, or a longer copy, with room for an item. */
function reaching(counts: Uint32Array, item: number): Uint32Array {
  if (item < counts.length) return counts;
  const grown = new Uint32Array(Math.max(item + 1, counts.length * 2));
  grown.set(counts);
  return grown;
}
