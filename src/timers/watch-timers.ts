// How many customers have something due some day, and how late whoever is due has become: of the
// partitions held here, looked at every few seconds, so that who asks for it costs nothing.

import type { Next, PartitionTask, Turn } from '../partitions/task.ts';
import type { Keys } from '../redis/keys.ts';
import type { TimerScripts } from '../redis/timer-scripts.ts';

const LOOK_MS = 5_000;

export interface WatchTimersParts {
  readonly keys: Keys;
  readonly scripts: Pick<TimerScripts, 'pending' | 'due'>;
  /** null = there is no catalog yet, and so nobody who would see to what is due. */
  readonly core: () => { nowMs(): number } | null;
}

interface Seen {
  readonly pending: number;
  /** Epoch ms; Infinity = nothing is due. */
  readonly oldestMs: number;
}

export class WatchTimers implements PartitionTask {
  readonly name = 'timers watch';
  readonly groups = 'together';
  private readonly seen = new Map<number, Seen>();
  private nowMs = 0;

  constructor(private readonly parts: WatchTimersParts) {}

  /** Customers who have something due some day. */
  get pending(): number {
    let sum = 0;
    for (const { pending } of this.seen.values()) sum += pending;
    return sum;
  }

  /** How long the oldest of what is due has been so; 0 = nothing is. */
  get lateMs(): number {
    let oldestMs = this.nowMs;
    for (const seen of this.seen.values()) oldestMs = Math.min(oldestMs, seen.oldestMs);
    return this.nowMs - oldestMs;
  }

  release(partitions: readonly number[]): void {
    for (const partition of partitions) this.seen.delete(partition);
  }

  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    if (turn.isStopping) return 'done';
    const core = this.parts.core();
    if (core === null) return LOOK_MS;
    const nowMs = core.nowMs();
    const seen = await Promise.all(partitions.map((partition) => this.look(partition, nowMs)));
    // Some may have gone meanwhile; another worker counts them.
    this.seen.clear();
    for (const [i, partition] of partitions.entries()) this.seen.set(partition, seen[i]!);
    this.nowMs = nowMs;
    return LOOK_MS;
  }

  private async look(partition: number, nowMs: number): Promise<Seen> {
    const { keys, scripts } = this.parts;
    const { timers } = keys.partition(partition);
    const [pending, [oldest]] = await Promise.all([
      scripts.pending(timers),
      scripts.due(timers, nowMs, 1),
    ]);
    return { pending, oldestMs: oldest?.atMs ?? Number.POSITIVE_INFINITY };
  }
}
