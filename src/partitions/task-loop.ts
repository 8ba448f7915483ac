// One loop of one task: over one group of partitions, or over all. It knows which leases its task has
// been told of, by their tokens: a partition that was lost and won again between two rounds is
// released and acquired anew.

import type { Lease, Leases } from './leases.ts';
import type { Next, PartitionTask, Turn } from './task.ts';

export class TaskLoop {
  /** Partition → token of the lease that the task has acquired. */
  private readonly acquired = new Map<number, string>();
  private underWay: ReadonlySet<number> = new Set();

  constructor(
    readonly task: PartitionTask,
    private readonly turn: Turn,
    /** Told of a `release` that throws: it is over nonetheless. */
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** The group it is about; null = all partitions. */
  get group(): number | null {
    return this.task.groups === 'apart' ? this.turn.group : null;
  }

  /** For logs: several loops of a task are told apart. */
  get name(): string {
    return this.group === null ? this.task.name : `${this.task.name} ${this.group}`;
  }

  /** Whether a round is under way that a partition must not go from. */
  pins(partition: number): boolean {
    return this.group !== null && this.underWay.has(partition);
  }

  /** A round over the partitions of leases that can be relied upon. */
  async round(held: readonly Lease[], leases: Leases): Promise<Next> {
    this.underWay = new Set(held.map(({ partition }) => partition));
    try {
      const fresh = held.filter(({ partition, fence }) => this.acquired.get(partition) !== fence);
      if (fresh.length > 0) await this.acquire(fresh);
      // Acquiring may have taken its time.
      const still = held.filter((lease) => leases.holdsUnder(lease));
      return await this.task.round(
        still.map(({ partition }) => partition),
        this.turn,
      );
    } finally {
      this.underWay = new Set();
    }
  }

  /** Tells the task of what is ours no more; `keeps` says of a lease whether it is. */
  releaseAllBut(keeps: (lease: Lease) => boolean): void {
    const gone = [...this.acquired]
      .filter(([partition, fence]) => !keeps({ partition, fence }))
      .map(([partition]) => partition);
    if (gone.length === 0) return;
    for (const partition of gone) this.acquired.delete(partition);
    try {
      this.task.release?.(gone);
    } catch (error) {
      this.onFault(error);
    }
  }

  private async acquire(leases: readonly Lease[]): Promise<void> {
    await this.task.acquire?.(leases.map(({ partition }) => partition));
    for (const { partition, fence } of leases) this.acquired.set(partition, fence);
  }
}
