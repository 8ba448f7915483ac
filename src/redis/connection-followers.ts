// Who follows a connection, whatever Redis it leads to: who prepares each node, who doubts what was
// answered before, who waits for it, and who hears of its faults.

import type { RedisNode } from './redis-connection.ts';

/** Of which a wait consists. */
const TICKS = 8;

type Prepare = (node: RedisNode) => Promise<void>;

export class ConnectionFollowers {
  private readonly preparations: Prepare[] = [];
  private readonly doubters: (() => void)[] = [];
  private readonly waiting = new Set<(isReady: boolean) => void>();
  private latest: Error | null = null;
  /** How often what was answered before may have gone. */
  doubts = 0;

  constructor(private readonly report: ((error: Error) => void) | undefined) {}

  /** The last fault, which explains why nobody is connected. */
  get lastFault(): Error | null {
    return this.latest;
  }

  fault(error: Error): void {
    this.latest = error;
    this.report?.(error);
  }

  /** From now on each node that is connected is prepared, and `connected` are at once. */
  addPreparation(prepare: Prepare, connected: readonly RedisNode[]): void {
    this.preparations.push(prepare);
    for (const node of connected) this.prepare(prepare, node);
  }

  addDoubter(listener: () => void): void {
    this.doubters.push(listener);
  }

  /** A node was connected: what it answered before may be gone. */
  connected(node: RedisNode): void {
    this.doubt();
    for (const prepare of this.preparations) this.prepare(prepare, node);
  }

  doubt(): void {
    this.doubts++;
    for (const listener of this.doubters) listener();
  }

  /**
   * Resolves with true at the next `release`, with false at `end` or when neither is within the time;
   * ms.
   */
  released(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const onRelease = (isReady: boolean) => {
        clearInterval(timer);
        resolve(isReady);
      };
      // In ticks: after a pause of this process timers run before the answers in its sockets are read.
      let ticks = 0;
      const timer = setInterval(() => {
        if (++ticks < TICKS) return;
        this.waiting.delete(onRelease);
        onRelease(false);
      }, withinMs / TICKS);
      this.waiting.add(onRelease);
    });
  }

  release(): void {
    this.tell(true);
  }

  /** The connection is closed: nobody needs to wait for it any more. */
  end(): void {
    this.tell(false);
  }

  private tell(isReady: boolean): void {
    for (const onRelease of this.waiting) onRelease(isReady);
    this.waiting.clear();
  }

  private prepare(prepare: Prepare, node: RedisNode): void {
    prepare(node).catch((error) => this.fault(error));
  }
}
