// The task that time's firings come from: five times a second it asks the index of each partition who has
// something due, the oldest first, and sees to them. It polls what the index says, so no wake-up can be
// lost; and it goes at a bounded rate, so that a backlog after an outage does not run over everything else.

import { partitionOf } from '../model/hash.ts';
import type { Next, PartitionTask, Turn } from '../partitions/task.ts';
import type { Keys } from '../redis/keys.ts';
import type { DueEntry, TimerScripts } from '../redis/timer-scripts.ts';
import type { TimedCustomers } from './timed-customers.ts';

/** Between two looks at the index while somebody waits for time. */
const POLL_MS = 200;
/** While no catalog has a trigger of time: what is left of one that had. */
const IDLE_MS = 2_000;
/** Customers of a round, and of one partition. */
const ROUND_MAX = 256;
const PARTITION_MAX = 64;
/** Customers seen to at once. */
const AT_ONCE = 32;
/** One that could not be served is left alone for so long; doubled each time. */
const BACK_OFF_MS = 1_000;
const BACK_OFF_MS_MAX = 60_000;
/** Customers whose failures are remembered. */
const FAILED_MAX = 10_000;

/** What the task works with, once there is a catalog. */
export interface TimerCore {
  readonly customers: TimedCustomers;
  readonly isAwaited: () => boolean;
  nowMs(): number;
}

export interface FireTimersParts {
  readonly keys: Keys;
  readonly scripts: TimerScripts;
  /** null = there is no catalog yet. */
  readonly core: () => TimerCore | null;
  /** Customers a second, at most. */
  readonly rate: number;
  /** Told of a customer who could not be served. */
  readonly onFault: (customerId: string, error: unknown) => void;
}

export class FireTimers implements PartitionTask {
  readonly name = 'timers';
  readonly groups = 'together';
  private readonly failures = new Map<string, number>();

  constructor(private readonly parts: FireTimersParts) {}

  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    if (turn.isStopping) return 'done';
    const core = this.parts.core();
    if (core === null) return IDLE_MS;
    const startedAtMs = performance.now();
    const nowMs = core.nowMs();
    const found = await Promise.all(partitions.map((partition) => this.dueIn(partition, nowMs)));
    const due = found.flat().sort((a, b) => a.atMs - b.atMs);
    if (due.length === 0) return core.isAwaited() ? POLL_MS : IDLE_MS;
    const batch = due.slice(0, ROUND_MAX);
    await this.seeTo(core, batch);
    const tookMs = performance.now() - startedAtMs;
    const restMs = (batch.length / this.parts.rate) * 1_000 - tookMs;
    return Math.max(1, restMs, due.length > ROUND_MAX ? 0 : POLL_MS - tookMs);
  }

  private dueIn(partition: number, nowMs: number): Promise<readonly DueEntry[]> {
    const { timers } = this.parts.keys.partition(partition);
    return this.parts.scripts.due(timers, nowMs, PARTITION_MAX);
  }

  private async seeTo(core: TimerCore, batch: readonly DueEntry[]): Promise<void> {
    let at = 0;
    const go = async () => {
      while (at < batch.length) await this.seeToOne(core, batch[at++]!);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, go));
  }

  private async seeToOne(core: TimerCore, { customerId, atMs }: DueEntry): Promise<void> {
    const seen = await core.customers.see(customerId, atMs).catch((error) => {
      this.parts.onFault(customerId, error);
      return UNAVAILABLE;
    });
    if (seen.kind === 'committed') {
      this.failures.delete(customerId);
      return;
    }
    if (seen.kind === 'unavailable') {
      await this.move(customerId, null, atMs, core.nowMs() + this.backOffMs(customerId));
      return;
    }
    this.failures.delete(customerId);
    const isMoved = await this.move(customerId, seen.etag, atMs, seen.atMs);
    // What was cached here may be from before others committed.
    if (!isMoved) core.customers.forget(customerId);
  }

  private async move(
    customerId: string,
    expectedEtag: string | null,
    thenMs: number,
    atMs: number,
  ): Promise<boolean> {
    const { keys, scripts } = this.parts;
    const partition = partitionOf(customerId, keys.partitions);
    const customerKey = keys.customer(partition, customerId);
    const timersKey = keys.partition(partition).timers;
    return scripts.move({ customerKey, timersKey, customerId, expectedEtag, thenMs, atMs });
  }

  private backOffMs(customerId: string): number {
    const { failures } = this;
    const times = failures.get(customerId) ?? 0;
    if (failures.size >= FAILED_MAX) failures.clear();
    failures.set(customerId, times + 1);
    return Math.min(BACK_OFF_MS * 2 ** times, BACK_OFF_MS_MAX);
  }
}

const UNAVAILABLE = { kind: 'unavailable' } as const;
