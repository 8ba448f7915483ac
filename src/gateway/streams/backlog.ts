// How far behind a connection is, in bytes that its kernel did not take yet. Whoever does not read misses
// what is over the bound, and is let go of after a while: memory is bounded whatever a client does.

/** Bytes that wait for one client. */
export const BACKLOG_BYTES_MAX = 256 * 1024;
/** Who has not read for so long is let go of, ms. */
const STUCK_MS = 60_000;

export class Backlog {
  /** Something was left out. */
  missed = false;
  private bytes = 0;
  private sinceMs: number | null = null;

  /** Whether there is room; where there is none, it is missed. */
  takes(bytes: number): boolean {
    if (!this.missed && (this.sinceMs === null || this.bytes + bytes <= BACKLOG_BYTES_MAX)) {
      return true;
    }
    this.missed = true;
    return false;
  }

  /** Something was written, and waits. */
  waits(bytes: number, nowMs: number): void {
    this.bytes += bytes;
    this.sinceMs ??= nowMs;
  }

  /** Some of what waits was taken: somebody reads. */
  moves(nowMs: number): void {
    if (this.sinceMs !== null) this.sinceMs = nowMs;
  }

  /** Everything was taken. @returns whether something was left out until now */
  drained(): boolean {
    const { missed } = this;
    this.missed = false;
    this.bytes = 0;
    this.sinceMs = null;
    return missed;
  }

  get isWaiting(): boolean {
    return this.sinceMs !== null;
  }

  isStuck(nowMs: number): boolean {
    return this.sinceMs !== null && nowMs - this.sinceMs > STUCK_MS;
  }
}
