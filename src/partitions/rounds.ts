// Loops of a worker: each calls its round again and again until it is done or time is up, pauses
// when there is nothing to do, and after a fault waits, longer each time, so that a store that is
// away is neither hammered nor forgotten.

import type { Next } from './task.ts';

export interface RoundsSettings {
  /** Told of every round that failed. */
  onFault(what: string, error: unknown, backoffMs: number): void;
}

const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 10_000;

export class Rounds {
  private stopAtMs = Number.POSITIVE_INFINITY;
  private readonly wakeUps = new Set<() => void>();
  /** Loops whose last round failed: how many in a row, and since when. */
  private readonly failing = new Map<string, { count: number; readonly sinceMs: number }>();

  constructor(private readonly settings: RoundsSettings) {}

  /** Rounds that failed since the last of the same loop that did not, over all loops. */
  get failures(): number {
    let sum = 0;
    for (const { count } of this.failing.values()) sum += count;
    return sum;
  }

  /** For how long a loop has failed without a success between, the one that has longest, ms. */
  get failingMs(): number {
    let sinceMs = Number.POSITIVE_INFINITY;
    for (const failing of this.failing.values()) sinceMs = Math.min(sinceMs, failing.sinceMs);
    return this.failing.size === 0 ? 0 : Date.now() - sinceMs;
  }

  /**
   * Runs a loop; resolves when its round says so, or when no round may begin any more.
   * @param backoffMsMax longest wait after a fault
   */
  async run(
    what: string,
    round: () => Promise<Next>,
    backoffMsMax = BACKOFF_MS_MAX,
  ): Promise<void> {
    let backoffMs = BACKOFF_MS_MIN;
    while (Date.now() < this.stopAtMs) {
      try {
        const next = await round();
        if (typeof next === 'object') {
          await this.pause(next.faultLastsMs);
          continue;
        }
        this.failing.delete(what);
        backoffMs = BACKOFF_MS_MIN;
        if (next === 'done') return;
        if (next !== 'again') await this.pause(next);
      } catch (error) {
        // After the end connections are closed under whatever is still under way.
        if (Date.now() >= this.stopAtMs) return;
        this.noteFailure(what);
        this.settings.onFault(what, error, backoffMs);
        await this.pause(backoffMs);
        backoffMs = Math.max(BACKOFF_MS_MIN, Math.min(backoffMs * 2, backoffMsMax, BACKOFF_MS_MAX));
      }
    }
  }

  /** Ends all pauses: the rounds after them begin now. */
  wake(): void {
    for (const wakeUp of [...this.wakeUps]) wakeUp();
  }

  /** No round begins after this time. */
  stopAt(atMs: number): void {
    this.stopAtMs = atMs;
    this.wake();
  }

  private noteFailure(what: string): void {
    const failing = this.failing.get(what);
    if (failing === undefined) this.failing.set(what, { count: 1, sinceMs: Date.now() });
    else failing.count++;
  }

  private pause(ms: number): Promise<void> {
    if (Date.now() >= this.stopAtMs) return Promise.resolve();
    return new Promise((resolve) => {
      const wakeUp = () => {
        clearTimeout(timer);
        this.wakeUps.delete(wakeUp);
        resolve();
      };
      const timer = setTimeout(wakeUp, ms);
      this.wakeUps.add(wakeUp);
    });
  }
}
