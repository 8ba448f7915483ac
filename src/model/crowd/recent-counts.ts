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

  /**
   * z = (c_1h − e) / √(e + 5) with e = c_7d · 1h/7d, of items that were there in the last hour (pieces that
   * it reaches into count whole), where it is above 0.
   */
  rising(nowMs: number, take: (item: number, z: number) => void): void {
    const hour = this.short.within(nowMs, HOUR_MS);
    const week = this.long.within(nowMs, WEEK_MS);
    // Column by column: walks over one array each are what makes this fast.
    const ofHours = new Uint32Array(
      hour.reduce((most, counts) => Math.max(most, counts.length), 0),
    );
    for (const counts of hour)
      for (let item = 0; item < counts.length; item++) ofHours[item]! += counts[item]!;
    for (let item = 0; item < ofHours.length; item++) {
      const ofHour = ofHours[item]!;
      if (ofHour === 0) continue;
      const expected = (sum(week, item) * HOUR_MS) / WEEK_MS;
      const z = (ofHour - expected) / Math.sqrt(expected + 5);
      if (z > 0) take(item, z);
    }
  }
}

/** Counts by item, for the newest pieces of time. */
export class Pieces {
  readonly byPiece = new Map<number, Uint32Array>();

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
    if (item >= counts.length) {
      const grown = new Uint32Array(Math.max(item + 1, counts.length * 2));
      grown.set(counts);
      counts = grown;
    }
    counts[item]! += count;
    this.byPiece.set(piece, counts);
  }

  forget(item: number): void {
    for (const counts of this.byPiece.values()) if (item < counts.length) counts[item] = 0;
  }

  /** Columns of the pieces that a time before `nowMs` reaches into. */
  within(nowMs: number, lengthMs: number): readonly Uint32Array[] {
    const last = Math.floor(nowMs / this.pieceMs);
    const first = last - lengthMs / this.pieceMs;
    const found: Uint32Array[] = [];
    for (const [piece, counts] of this.byPiece) {
      if (piece >= first && piece <= last) found.push(counts);
    }
    return found;
  }

  #hasRoomFor(piece: number): boolean {
    if (this.byPiece.size < this.heldMax) return true;
    let oldest = piece;
    for (const held of this.byPiece.keys()) if (held < oldest) oldest = held;
    return oldest !== piece && this.byPiece.delete(oldest);
  }
}

function sum(columns: readonly Uint32Array[], item: number): number {
  let total = 0;
  for (const counts of columns) total += counts[item] ?? 0;
  return total;
}
