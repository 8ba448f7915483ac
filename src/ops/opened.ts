// What a role has opened so far. It is closed in reverse, when the role ends or when its start fails
// half-way: a connection left open would keep a process alive that will never serve.

export class Opened {
  private ends: Array<() => unknown> = [];

  /** @param end closes what was just opened; may return a promise */
  add(end: () => unknown): void {
    this.ends.push(end);
  }

  /** Closes everything, the last opened first; a second call finds nothing more to close. */
  async close(): Promise<void> {
    const ends = this.ends.reverse();
    this.ends = [];
    for (const end of ends) await end();
  }
}

/** Runs the start of a role; when it throws, what it opened is closed first. */
export async function opening<T>(start: (opened: Opened) => Promise<T>): Promise<T> {
  const opened = new Opened();
  try {
    return await start(opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}
