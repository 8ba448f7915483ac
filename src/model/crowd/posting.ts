// The newest sessions that hold one item: which ones those are does not depend on the order in which they
// came, so that every process looks at the same. The next newest are kept in spare: where sessions leave,
// others are looked for among all that there are only when these are used up.

import { POSTINGS_MAX } from './crowd.ts';

const SPARE_MAX = 128;

/** `times` of all methods: the last interaction by session; of the same time the greater number is newer. */
export class Posting {
  length = 0;
  sessions = new Int32Array(4);
  /** Sessions that hold the item, also those that have no place here. */
  total = 0;
  /** Older than all that have a place, and newer than all that are in neither. */
  readonly #spare: number[] = [];

  /** Whether it has fewer than it may, and others could be found. */
  get isShort(): boolean {
    return this.length < POSTINGS_MAX && this.length < this.total;
  }

  /** A session that did not hold the item. */
  add(session: number, times: Float64Array): void {
    const isWhole = this.length + this.#spare.length === this.total;
    this.total++;
    this.#admit(session, times, isWhole);
  }

  /** A session that holds it, and is newer now. */
  renew(session: number, times: Float64Array): void {
    if (this.length === this.total || this.#placeOf(session) >= 0) return;
    const isWhole = this.length + this.#spare.length === this.total;
    const spared = this.#spare.indexOf(session);
    if (spared >= 0) this.#spare.splice(spared, 1);
    this.#admit(session, times, isWhole);
  }

  remove(session: number, times: Float64Array): void {
    this.total--;
    const place = this.#placeOf(session);
    const spared = place < 0 ? this.#spare.indexOf(session) : newestOf(this.#spare, times);
    if (place >= 0) this.sessions[place] = this.sessions[--this.length]!;
    if (spared < 0) return;
    const [next] = this.#spare.splice(spared, 1);
    if (place >= 0) this.#push(next!);
  }

  /** @param holding all sessions with the item */
  refill(holding: Iterable<number>, times: Float64Array): void {
    this.length = 0;
    this.total = 0;
    this.#spare.length = 0;
    for (const session of holding) this.add(session, times);
  }

  /** @param isWhole whether all others are here or in spare */
  #admit(session: number, times: Float64Array, isWhole: boolean): void {
    if (this.length < POSTINGS_MAX) {
      // Where there are holes nothing is in spare: the newest of those that are nowhere is not known.
      const oldest = isWhole ? -1 : oldestOf(this.sessions, this.length, times);
      if (oldest < 0 || isNewer(session, this.sessions[oldest]!, times)) this.#push(session);
      return;
    }
    const oldest = oldestOf(this.sessions, this.length, times);
    const left = this.sessions[oldest]!;
    if (isNewer(left, session, times)) {
      this.#keep(session, times, isWhole);
    } else {
      this.sessions[oldest] = session;
      this.#keep(left, times, true);
    }
  }

  /** @param isNext whether it is newer than all that are nowhere, or these are none */
  #keep(session: number, times: Float64Array, isNext: boolean): void {
    const spare = this.#spare;
    const oldest = oldestOf(spare, spare.length, times);
    if (!isNext && (oldest < 0 || isNewer(spare[oldest]!, session, times))) return;
    if (spare.length < SPARE_MAX) spare.push(session);
    else if (isNewer(session, spare[oldest]!, times)) spare[oldest] = session;
  }

  #push(session: number): void {
    if (this.length === this.sessions.length) {
      const grown = new Int32Array(Math.min(POSTINGS_MAX, this.length * 2));
      grown.set(this.sessions);
      this.sessions = grown;
    }
    this.sessions[this.length++] = session;
  }

  #placeOf(session: number): number {
    const place = this.sessions.indexOf(session);
    return place < this.length ? place : -1;
  }
}

/** −1 = there is none. */
function oldestOf(sessions: ArrayLike<number>, length: number, times: Float64Array): number {
  let oldest = length - 1;
  for (let k = 0; k < length; k++) if (isNewer(sessions[oldest]!, sessions[k]!, times)) oldest = k;
  return oldest;
}

function newestOf(sessions: readonly number[], times: Float64Array): number {
  let newest = sessions.length - 1;
  for (let k = 0; k < sessions.length; k++)
    if (isNewer(sessions[k]!, sessions[newest]!, times)) newest = k;
  return newest;
}

function isNewer(session: number, than: number, times: Float64Array): boolean {
  const later = times[session]! - times[than]!;
  return later > 0 || (later === 0 && session > than);
}
