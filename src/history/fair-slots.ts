// Lets a limited number of statements run at once. Who waits is let in by turns of those who ask, not
// of what they ask: whoever sends a hundred queries is followed after one of them by whoever sends one,
// so a wait is as long as the limits of a query and the number of those who ask make it. Whoever is
// gone leaves the queue.

export interface Waiters {
  readonly slots: number;
  /** Waiting at once, of all. */
  readonly waiting: number;
  /** Waiting at once, of one. */
  readonly waitingOfOne: number;
}

interface Waiter {
  go(): void;
}

export class FairSlots {
  /** In the order of their turns. */
  private readonly queues = new Map<string, Waiter[]>();
  private inside = 0;
  private waiting = 0;

  constructor(private readonly max: Waiters) {}

  /**
   * Resolves, when it is this one's turn, with the function that leaves again; null when too many
   * wait. @throws the signal's reason when it aborts before
   */
  async enter(who: string, signal: AbortSignal): Promise<(() => void) | null> {
    signal.throwIfAborted();
    if (this.inside < this.max.slots) this.inside++;
    else {
      const queue = this.queues.get(who) ?? [];
      const full = this.waiting >= this.max.waiting || queue.length >= this.max.waitingOfOne;
      if (full) return null;
      this.queues.set(who, queue);
      await this.wait(who, queue, signal);
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.leave();
    };
  }

  private wait(who: string, queue: Waiter[], signal: AbortSignal): Promise<void> {
    this.waiting++;
    return new Promise((resolve, reject) => {
      const gone = () => {
        queue.splice(queue.indexOf(waiter), 1);
        if (queue.length === 0) this.queues.delete(who);
        this.waiting--;
        reject(signal.reason);
      };
      const waiter: Waiter = {
        go: () => {
          signal.removeEventListener('abort', gone);
          this.waiting--;
          resolve();
        },
      };
      queue.push(waiter);
      signal.addEventListener('abort', gone, { once: true });
    });
  }

  /** The place goes to the next; who has more to come is last from now on. */
  private leave(): void {
    const [turn] = this.queues;
    if (turn === undefined) {
      this.inside--;
      return;
    }
    const [who, queue] = turn;
    const next = queue.shift()!;
    this.queues.delete(who);
    if (queue.length > 0) this.queues.set(who, queue);
    next.go();
  }
}
