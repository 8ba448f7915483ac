// The newest sessions, by numbers that go round (the tracker's ring), each with its items; and for each
// item the newest sessions that hold it. Every session has SESSION_ITEMS_MAX places: 60 bytes, and no list
// of free pieces. A session that would have more items leaves, as in Serenade: keeping its first ones was
// a little better there (MRR@20 0.3288 for 0.3277), and is not what was published.

import { SESSION_ITEMS_MAX, SESSIONS_MAX, type Sessions } from './crowd.ts';
import { Posting } from './posting.ts';

const NOTHING = new Posting();

export class SessionTable implements Sessions {
  items = new Int32Array(0);
  #lengths = new Uint8Array(0);
  #times = new Float64Array(0);
  #count = 0;
  #places = 0;
  readonly #postings: (Posting | undefined)[] = [];

  get count(): number {
    return this.#count;
  }

  get places(): number {
    return this.#places;
  }

  /** Numbers are below it; those without items are not held. */
  get size(): number {
    return this.#lengths.length;
  }

  countWith(item: number): number {
    return this.#postings[item]?.total ?? 0;
  }

  with(item: number): Posting {
    const posting = this.#postings[item] ?? NOTHING;
    if (posting.isShort) posting.refill(this.#holding(item), this.#times);
    return posting;
  }

  timeOf(session: number): number {
    return this.#times[session] ?? 0;
  }

  startOf(session: number): number {
    return session * SESSION_ITEMS_MAX;
  }

  lengthOf(session: number): number {
    return this.#lengths[session] ?? 0;
  }

  /** What the session held before is gone. */
  begin(session: number): void {
    if (session < 0 || session >= SESSIONS_MAX) return;
    this.#reach(session);
    const length = this.#lengths[session]!;
    if (length > 0) this.#count--;
    this.#places -= length;
    const start = this.startOf(session);
    for (let k = 0; k < length; k++) this.#unpost(this.items[start + k]!, session);
    this.#lengths[session] = 0;
    this.#times[session] = 0;
  }

  /** An item comes to a session, or is there already; one too many, and the session leaves. */
  add(session: number, item: number, atMs: number): void {
    if (session < 0 || session >= SESSIONS_MAX) return;
    this.#reach(session);
    const start = this.startOf(session);
    const length = this.#lengths[session]!;
    // What it held before is newer now, too.
    if (atMs > this.#times[session]!) {
      this.#times[session] = atMs;
      for (let k = 0; k < length; k++)
        this.#postings[this.items[start + k]!]?.renew(session, this.#times);
    }
    for (let k = 0; k < length; k++) if (this.items[start + k] === item) return;
    if (length === SESSION_ITEMS_MAX) {
      this.begin(session);
      return;
    }
    if (length === 0) this.#count++;
    this.#places++;
    this.items[start + length] = item;
    this.#lengths[session] = length + 1;
    this.#post(item, session);
  }

  /** Takes items that are no more out of all sessions. */
  sweep(isGone: (item: number) => boolean): void {
    for (let session = 0; session < this.size; session++) {
      const start = this.startOf(session);
      const length = this.#lengths[session]!;
      let to = 0;
      for (let k = 0; k < length; k++) {
        const item = this.items[start + k]!;
        if (!isGone(item)) this.items[start + to++] = item;
      }
      this.#lengths[session] = to;
      this.#places -= length - to;
      if (to === 0 && length > 0) this.#count--;
    }
  }

  /** The sessions with an item hold it until they are swept. */
  forget(item: number): void {
    this.#postings[item] = undefined;
  }

  #reach(session: number): void {
    if (session < this.size) return;
    const size = Math.min(SESSIONS_MAX, Math.max(64, session + 1, this.size * 2));
    const { items } = this;
    const lengths = this.#lengths;
    const times = this.#times;
    this.items = new Int32Array(size * SESSION_ITEMS_MAX);
    this.#lengths = new Uint8Array(size);
    this.#times = new Float64Array(size);
    this.items.set(items);
    this.#lengths.set(lengths);
    this.#times.set(times);
  }

  #post(item: number, session: number): void {
    const posting = this.#postings[item] ?? new Posting();
    this.#postings[item] = posting;
    posting.add(session, this.#times);
  }

  #unpost(item: number, session: number): void {
    this.#postings[item]?.remove(session, this.#times);
  }

  *#holding(item: number): Generator<number> {
    for (let session = 0; session < this.size; session++) {
      const start = this.startOf(session);
      const length = this.#lengths[session]!;
      for (let k = 0; k < length; k++) if (this.items[start + k] === item) yield session;
    }
  }
}
