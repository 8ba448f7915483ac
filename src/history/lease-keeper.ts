// Which partitions this worker drains. Acquires free leases, has them renewed by lease-thread, and
// answers from shared memory whether a lease can still be relied upon.
//
//   free ──acquire──► held ──renewals──► held ──no renewal for ⅔ of the ttl──► doubtful (no inserts)
//                      │ release: free    └ refused: lost ──► free again, for anyone

import { randomBytes } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { LeaseScripts } from './lease-scripts.ts';
import type { LeaseOrder, LeaseThreadSettings } from './lease-thread.ts';
import { startThread } from './start-thread.ts';

export interface LeaseSettings {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly partitions: number;
  /** Who holds the leases, for people. */
  readonly owner: string;
  /** How long a dead worker's partitions stay without one, ms. */
  readonly ttlMs: number;
  /** Faults of the renewing thread; it is started again. */
  readonly onError?: (error: Error) => void;
}

const RESTART_MS = 200;
/** How long the thread may take to end by itself. */
const END_MS = 2_000;

export class LeaseKeeper {
  private readonly renewedAtMs: Float64Array<SharedArrayBuffer>;
  private readonly fences = new Map<number, string>();
  private readonly threadSettings: LeaseThreadSettings;
  private thread: Worker;
  private closing = false;
  private started: () => void = () => {};
  private readonly renewing: Promise<void>;

  constructor(
    private readonly scripts: LeaseScripts,
    private readonly settings: LeaseSettings,
  ) {
    const shared = new SharedArrayBuffer(settings.partitions * Float64Array.BYTES_PER_ELEMENT);
    this.renewedAtMs = new Float64Array(shared);
    const { redisUrl, prefix, partitions, ttlMs } = settings;
    this.threadSettings = { redisUrl, prefix, partitions, ttlMs, renewedAtMs: shared };
    this.renewing = new Promise((resolve) => {
      this.started = resolve;
    });
    this.thread = this.startRenewals();
  }

  /** Tries to get every partition that is not ours; returns the ones that were won. */
  async acquireFree(): Promise<number[]> {
    // Nothing is acquired before somebody is there to renew it.
    await this.renewing;
    const wanted: number[] = [];
    for (let p = 0; p < this.settings.partitions; p++) if (!this.holds(p)) wanted.push(p);
    const won = await Promise.all(wanted.map((partition) => this.acquire(partition)));
    return wanted.filter((_, i) => won[i]);
  }

  /** Whether the lease is ours, and will be for long enough to begin something. */
  holds(partition: number): boolean {
    const age = Date.now() - this.renewedAtMs[partition]!;
    return this.fences.has(partition) && age < (this.settings.ttlMs * 2) / 3;
  }

  /** The partitions that `holds` is true of. */
  held(): number[] {
    return [...this.fences.keys()].filter((partition) => this.holds(partition));
  }

  /** The fencing token of a partition; '' when it is not ours (no script accepts that). */
  fence(partition: number): string {
    return this.fences.get(partition) ?? '';
  }

  /** A script said that the lease is another's. */
  lost(partition: number): void {
    this.fences.delete(partition);
    this.renewedAtMs[partition] = 0;
    this.order({ kind: 'forget', partition });
  }

  /** Gives everything back and ends the thread. */
  async close(): Promise<void> {
    const mine = [...this.fences];
    this.closing = true;
    for (const [partition] of mine) this.lost(partition);
    this.started();
    await Promise.allSettled(
      mine.map(([partition, fence]) => this.scripts.release({ partition, fence })),
    );
    if (this.thread.threadId < 0) return;
    const ended = new Promise((resolve) => this.thread.once('exit', resolve));
    const timer = setTimeout(() => this.thread.terminate(), END_MS);
    this.order({ kind: 'end' });
    await ended;
    clearTimeout(timer);
  }

  private async acquire(partition: number): Promise<boolean> {
    const { owner, ttlMs } = this.settings;
    // A token never repeats: the time says which is older, the random part makes it ours alone.
    const fence = `${Date.now().toString(36)}-${randomBytes(9).toString('base64url')}`;
    const askedAtMs = Date.now();
    const outcome = await this.scripts.acquire({ partition, fence, owner, ttlMs });
    if (outcome.kind === 'held') return false;
    this.fences.set(partition, fence);
    this.renewedAtMs[partition] = askedAtMs;
    this.order({ kind: 'keep', partition, fence });
    return true;
  }

  /** A thread that dies is replaced; its leases are kept if that takes less than their time. */
  private startRenewals(): Worker {
    const thread = startThread('lease-thread', this.threadSettings);
    thread.once('message', () => this.started());
    thread.on('error', (error) => this.settings.onError?.(error));
    thread.once('exit', () => {
      if (!this.closing) setTimeout(() => this.restartRenewals(), RESTART_MS).unref();
    });
    return thread;
  }

  private restartRenewals(): void {
    if (this.closing) return;
    this.thread = this.startRenewals();
    for (const [partition, fence] of this.fences) this.order({ kind: 'keep', partition, fence });
  }

  private order(order: LeaseOrder): void {
    this.thread.postMessage(order);
  }
}
