// What a role has opened so far. It is closed in reverse, when the role ends or when its start fails
// half-way: a connection left open would keep a process alive that will never serve.

export class Opened {
  private ends: Array<() => unknown> = [];

  /** @param end closes what was just opened; may return a promise */
  add(end: () => unknown): void {
    this.ends.push(end);
  }

  /**
   * Closes everything, the last opened first; a second call finds nothing more to close.
   * @throws what the first that could not be closed threw, when all others are
   */
  async close(): Promise<void> {
    const ends = this.ends.reverse();
    this.ends = [];
    const faults: unknown[] = [];
    for (const end of ends) {
      try {
        await end();
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}

/** Runs the start of a role; when that throws, what it opened is closed before anybody hears of it. */
export async function opening<T>(start: (opened: Opened) => Promise<T>): Promise<T> {
  const opened = new Opened();
  try {
    return await start(opened);
  } catch (error) {
    await opened.close().catch(() => {});
    throw error;
  }
}
