// Clicks put together again: sessions in the order of their first lines, each in the order of time (lines of
// the same time as the file has them).

import type { Click } from './session-file.ts';

export class SessionsByTime {
  readonly #sessions = new Map<string, Click[]>();

  add(click: Click): void {
    const held = this.#sessions.get(click.sessionId);
    if (held === undefined) this.#sessions.set(click.sessionId, [click]);
    else held.push(click);
  }

  *all(): Generator<readonly Click[]> {
    for (const clicks of this.#sessions.values()) yield clicks.sort((a, b) => a.atMs - b.atMs);
  }
}
