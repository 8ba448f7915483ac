// The newest sessions, by numbers that go round (the tracker's ring), each with its items; and for each
// item the newest sessions that hold it. Every session has SESSION_ITEMS_MAX places: 60 bytes, and no list
// of free pieces. A session that would have more items leaves, as in Serenade: keeping its first ones was
// a little better there (MRR@20 0.3288 for 0.3277), and is not what was published.

import { POSTINGS_MAX, SESSION_ITEMS_MAX, SESSIONS_MAX, type Sessions } from './crowd.ts';

interface Posting {
  length: number;
  sessions: Int32Array;
  /** Sessions that hold the item, also those that have no place here. */
  total: number;
}

const NOTHING: Posting = { length: 0, sessions: new Int32Array(0), total: 0 };

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
    return this.#postings[item] ?? NOTHING;
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
    if (atMs > this.#times[session]!) this.#times[session] = atMs;
    const start = this.startOf(session);
    const length = this.#lengths[session]!;
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
    let held = this.#postings[item];
    if (held === undefined) {
      held = { length: 0, sessions: new Int32Array(4), total: 0 };
      this.#postings[item] = held;
    }
    held.total++;
    if (held.length === POSTINGS_MAX) {
      const oldest = this.#oldestOf(held);
      if (this.#times[held.sessions[oldest]!]! <= this.#times[session]!)
        held.sessions[oldest] = session;
      return;
    }
    if (held.length === held.sessions.length) {
      const grown = new Int32Array(Math.min(POSTINGS_MAX, held.length * 2));
      grown.set(held.sessions);
      held.sessions = grown;
    }
    held.sessions[held.length++] = session;
  }

  #oldestOf(held: Posting): number {
    let oldest = 0;
    for (let k = 1; k < held.length; k++) {
      if (this.#times[held.sessions[k]!]! < this.#times[held.sessions[oldest]!]!) oldest = k;
    }
    return oldest;
  }

  #unpost(item: number, session: number): void {
    const held = this.#postings[item];
    if (held === undefined) return;
    held.total--;
    for (let k = 0; k < held.length; k++) {
      if (held.sessions[k] !== session) continue;
      held.sessions[k] = held.sessions[--held.length]!;
      return;
    }
  }
}
