// A trigger that is new to the catalog concerns customers who send nothing, too: each is visited once, and
// what it waits for is armed in the state. Once per definition and partition: which have been is written
// down, so that a restart goes on where nobody has been, and a catalog that is published again costs
// nothing.

import { partitionOf } from '../model/hash.ts';
import type { Next, PartitionTask, Turn } from '../partitions/task.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection, RedisNode } from '../redis/redis-connection.ts';
import type { TimerScripts } from '../redis/timer-scripts.ts';
import type { TimedCustomers } from './timed-customers.ts';

const LOOK_MS = 500;
const IDLE_MS = 2_000;
/** Keys of a call, and customers visited at once. */
const PAGE = 200;
const AT_ONCE = 16;

export interface VisitCustomersParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: TimerScripts;
  /** null = there is no catalog yet. */
  readonly core: () => VisitorCore | null;
  /** Customers a second, at most. */
  readonly rate: number;
  readonly visited: (count: number) => void;
}

export interface VisitorCore {
  readonly customers: TimedCustomers;
  readonly visitIds: () => readonly string[];
  nowMs(): number;
}

const UNAVAILABLE = { kind: 'unavailable' } as const;

export class VisitCustomers implements PartitionTask {
  readonly name = 'visits';
  readonly groups = 'together';
  /** Partitions → ids that all of their customers have been visited for, as far as is known here. */
  private readonly done = new Map<number, Set<string>>();

  constructor(private readonly parts: VisitCustomersParts) {}

  release(partitions: readonly number[]): void {
    for (const partition of partitions) this.done.delete(partition);
  }

  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    if (turn.isStopping) return 'done';
    const core = this.parts.core();
    if (core === null) return IDLE_MS;
    const ids = core.visitIds();
    const wanting = await this.wanting(partitions, ids);
    if (wanting.size === 0) return LOOK_MS;
    for (const node of this.parts.connection.masters()) {
      if (!(await this.visitAll(node, wanting, core, turn))) return LOOK_MS;
    }
    await this.note(wanting, ids);
    return 'again';
  }

  /** Partitions with customers who have not been visited for one of the ids. */
  private async wanting(
    partitions: readonly number[],
    ids: readonly string[],
  ): Promise<ReadonlySet<number>> {
    const { connection, keys } = this.parts;
    const wanting = new Set<number>();
    await Promise.all(
      partitions.map(async (partition) => {
        const known = this.done.get(partition);
        if (known?.size === ids.length && ids.every((id) => known.has(id))) return;
        const { swept } = keys.partition(partition);
        const members = (await connection.call('smembers', [swept])) as readonly Buffer[];
        const visited = members.map(String);
        // One that comes back has to be visited for again: there are others by then.
        const gone = visited.filter((id) => !ids.includes(id));
        if (gone.length > 0) await connection.call('srem', [swept, ...gone]);
        this.done.set(partition, new Set(visited.filter((id) => ids.includes(id))));
        if (!ids.every((id) => visited.includes(id))) wanting.add(partition);
      }),
    );
    return wanting;
  }

  /** @returns false where the worker has to stop before the end */
  private async visitAll(
    node: RedisNode,
    wanting: ReadonlySet<number>,
    core: VisitorCore,
    turn: Turn,
  ): Promise<boolean> {
    const { keys, rate, visited } = this.parts;
    let cursor = '0';
    do {
      if (turn.isStopping) return false;
      const startedAtMs = performance.now();
      const page = ['match', keys.anyCustomer, 'count', String(PAGE)];
      const [next, found] = (await node.call('scan', [cursor, ...page])) as [Buffer, Buffer[]];
      cursor = next.toString();
      const customers = found
        .map((key) => keys.customerOf(key.toString()))
        .filter((id) => wanting.has(partitionOf(id, keys.partitions)));
      await this.visit(customers, core);
      visited(customers.length);
      const restMs = (customers.length / rate) * 1_000 - (performance.now() - startedAtMs);
      if (restMs > 1) await new Promise((resolve) => setTimeout(resolve, restMs));
    } while (cursor !== '0');
    return true;
  }

  private async visit(customers: readonly string[], core: VisitorCore): Promise<void> {
    let at = 0;
    const go = async () => {
      while (at < customers.length) await this.visitOne(customers[at++]!, core);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, go));
  }

  /** The index knows of everybody then who has something due; one who cannot be served now is due now. */
  private async visitOne(customerId: string, core: VisitorCore): Promise<void> {
    const { keys, scripts } = this.parts;
    const seen = await core.customers.see(customerId, core.nowMs()).catch(() => UNAVAILABLE);
    if (seen.kind === 'committed') return;
    const atMs = seen.kind === 'next' ? seen.atMs : core.nowMs();
    if (atMs === Number.POSITIVE_INFINITY) return;
    const { timers } = keys.partition(partitionOf(customerId, keys.partitions));
    await scripts.visit(timers, customerId, atMs);
  }

  private async note(partitions: ReadonlySet<number>, ids: readonly string[]): Promise<void> {
    const { connection, keys } = this.parts;
    for (const partition of partitions) {
      await connection.call('sadd', [keys.partition(partition).swept, ...ids]);
      for (const id of ids) this.done.get(partition)?.add(id);
    }
  }
}
