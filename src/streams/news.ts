// Whose feeds have something new: each partition with listeners says so in a stream of its own, which all
// gateways look at. One command for all partitions where one Redis has them; on a cluster one each, in one
// write a node.
//
// Rejected: pub/sub, which tells nobody what they missed; blocking reads, which need a connection each.

import { NEWS_MAX } from '../model/delivery.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

export interface Heard {
  /** Customers whose feeds have something new. */
  readonly customers: ReadonlySet<string>;
  /** Of these partitions some news was missed. */
  readonly missed: readonly number[];
}

export class News {
  /** Partition → the last that was read of it; null = nothing yet. */
  private readonly positions = new Map<number, string | null>();

  /** @param isCluster a command may touch one partition only */
  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
    private readonly isCluster: boolean,
  ) {}

  watch(partition: number): void {
    if (!this.positions.has(partition)) this.positions.set(partition, null);
  }

  unwatch(partition: number): void {
    this.positions.delete(partition);
  }

  /** What was read may be gone from Redis: everything is missed. */
  forget(): void {
    for (const partition of this.positions.keys()) this.positions.set(partition, null);
  }

  /** What came since the last look. @throws Unavailable: nothing is lost by that */
  async look(): Promise<Heard> {
    const customers = new Set<string>();
    const known: [number, string][] = [];
    const unknown: number[] = [];
    for (const [partition, position] of this.positions) {
      if (position === null) unknown.push(partition);
      else known.push([partition, position]);
    }
    const [missed] = await Promise.all([this.read(known, customers), this.begin(unknown)]);
    return { customers, missed: [...missed, ...unknown] };
  }

  /** From the end: what came before is missed. */
  private async begin(partitions: readonly number[]): Promise<void> {
    const reads = partitions.map(async (partition) => {
      const { news } = this.keys.partition(partition);
      const last = (await this.connection.call('xrevrange', [
        ...[news, '+', '-'],
        ...['COUNT', '1'],
      ])) as readonly Entry[];
      this.advance(partition, null, last[0]?.[0].toString() ?? '0-0');
    });
    await Promise.all(reads);
  }

  private async read(
    known: readonly [number, string][],
    customers: Set<string>,
  ): Promise<readonly number[]> {
    const missed: number[] = [];
    const groups = this.isCluster ? known.map((one) => [one]) : known.length > 0 ? [known] : [];
    const reads = groups.map(async (group) => {
      for (const { partition, after, entries } of await this.readGroup(group)) {
        for (const [, fields] of entries) customers.add(fields[1]!.toString());
        // So many are kept for certain; of more the oldest may be gone.
        if (entries.length >= NEWS_MAX) missed.push(partition);
        this.advance(partition, after, entries.at(-1)![0].toString());
      }
    });
    await Promise.all(reads);
    return missed;
  }

  private async readGroup(group: readonly [number, string][]) {
    const keys = group.map(([partition]) => this.keys.partition(partition).news);
    if (this.isCluster) {
      const [[partition, after]] = group as readonly [[number, string]];
      const args = [keys[0]!, `(${after}`, '+', 'COUNT', String(NEWS_MAX)];
      const entries = (await this.connection.call('xrange', args)) as readonly Entry[];
      return entries.length === 0 ? [] : [{ partition, after, entries }];
    }
    const positions = group.map(([, position]) => position);
    const args = ['COUNT', String(NEWS_MAX), 'STREAMS', ...keys, ...positions];
    const answer = (await this.connection.call('xread', args)) as readonly Read[] | null;
    return (answer ?? []).map(([key, entries]) => {
      const [partition, after] = group[keys.indexOf(key.toString())]!;
      return { partition, after, entries };
    });
  }

  /** Unless it was forgotten, or let go of, meanwhile. */
  private advance(partition: number, from: string | null, to: string): void {
    if (this.positions.get(partition) === from) this.positions.set(partition, to);
  }
}

type Entry = readonly [Buffer, readonly Buffer[]];
type Read = readonly [Buffer, readonly Entry[]];
