// A task that writes down what the runtime tells it, and what it should not have been told.

import type { Leases } from '../../src/partitions/leases.ts';
import type { Next, PartitionTask, Turn } from '../../src/partitions/task.ts';

const PAUSE_MS = 10;

export class TracedTask implements PartitionTask {
  readonly name = 'traced';
  /** Acquired, and not released since. */
  readonly holding = new Set<number>();
  /** What breaks the promises of the port. */
  readonly offences: string[] = [];
  /** Rounds that wait. */
  blocked = 0;
  private readonly tellings: { readonly what: string; readonly partition: number }[] = [];
  private readonly counts = new Map<number, number>();
  private readonly offered = new Map<number, readonly number[]>();
  private gate: Promise<void> | null = null;

  constructor(
    readonly groups: 'apart' | 'together',
    private readonly leases: Leases,
  ) {}

  async acquire(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) {
      if (this.holding.has(partition)) this.offences.push(`acquired ${partition} twice`);
      if (this.leases.fence(partition) === '') this.offences.push(`${partition} is not leased`);
      this.holding.add(partition);
      this.tellings.push({ what: 'acquire', partition });
    }
  }

  async round(partitions: readonly number[], { group }: Turn): Promise<Next> {
    this.offered.set(group, partitions);
    for (const partition of partitions) {
      if (!this.holding.has(partition)) this.offences.push(`${partition} was not acquired`);
      if (!this.leases.holds(partition)) this.offences.push(`a round over ${partition} unleased`);
      this.counts.set(partition, this.rounds(partition) + 1);
    }
    if (this.gate === null) return PAUSE_MS;
    this.blocked++;
    await this.gate;
    if (this.groups === 'together') return PAUSE_MS;
    for (const partition of partitions) {
      if (!this.holding.has(partition)) this.offences.push(`${partition} went amid a round`);
    }
    return PAUSE_MS;
  }

  release(partitions: readonly number[]): void {
    for (const partition of partitions) {
      if (!this.holding.delete(partition)) this.offences.push(`released ${partition} twice`);
      this.tellings.push({ what: 'release', partition });
    }
  }

  /** Rounds over a partition. */
  rounds(partition: number): number {
    return this.counts.get(partition) ?? 0;
  }

  /** The partitions of all groups' last rounds. */
  lastOffered(): readonly number[] {
    return [...this.offered.values()].flat();
  }

  /** The partitions it was told of, sorted; as often as it was told. */
  told(what: 'acquire' | 'release'): readonly number[] {
    const told = this.tellings.filter((telling) => telling.what === what);
    return told.map(({ partition }) => partition).sort();
  }

  /** Rounds wait from here on, until the function that it returns is called. */
  block(): () => void {
    let goOn: () => void = () => {};
    this.gate = new Promise((resolve) => {
      goOn = () => {
        this.gate = null;
        resolve();
      };
    });
    return goOn;
  }
}
