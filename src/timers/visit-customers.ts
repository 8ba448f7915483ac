// A trigger that is new to the catalog concerns customers who send nothing, too: each is visited once, and
// what it waits for is armed in the state. Once per definition and partition: which have been is written
// down (visited-ids.ts), so that a restart goes on where nobody has been, and a catalog that is published
// again costs nothing.
//
// A visit counts for the definitions that each catalog had under which somebody was met, and for the
// partitions whose keys have been in one place all the while: what moves may pass by the cursor of a SCAN.

import { partitionOf } from '../model/hash.ts';
import type { Next, PartitionTask, Turn } from '../partitions/task.ts';
import { keySlot } from '../redis/key-slot.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection, RedisNode } from '../redis/redis-connection.ts';
import type { TimerScripts } from '../redis/timer-scripts.ts';
import type { TimedCustomers } from './timed-customers.ts';
import { type InForce, VisitedIds } from './visited-ids.ts';

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
  readonly inForce: () => InForce;
  nowMs(): number;
}

const UNAVAILABLE = { kind: 'unavailable' } as const;
/** By partition; null = on the way. */
type Places = ReadonlyMap<number, string | null>;
const NOWHERE: Places = new Map();

/** A visit that is under way. */
interface Visit {
  readonly core: VisitorCore;
  readonly partitions: readonly number[];
  readonly wanting: ReadonlySet<number>;
  /** The last catalog under which somebody was met. */
  inForce: InForce;
  /** The ids that each of them had. */
  ids: ReadonlySet<string>;
}

export class VisitCustomers implements PartitionTask {
  readonly name = 'visits';
  readonly groups = 'together';
  private readonly visitedIds: VisitedIds;

  constructor(private readonly parts: VisitCustomersParts) {
    this.visitedIds = new VisitedIds(parts.connection, parts.keys);
  }

  release(partitions: readonly number[]): void {
    this.visitedIds.forget(partitions);
  }

  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    if (turn.isStopping) return 'done';
    const core = this.parts.core();
    if (core === null) return IDLE_MS;
    const inForce = core.inForce();
    const all = await this.visitedIds.wanting(partitions, inForce);
    const places = all.size === 0 ? NOWHERE : await this.placesOf(all);
    // Of what is on its way from one server to another nobody could say that all were met.
    const wanting = new Set([...all].filter((partition) => places.get(partition) !== null));
    if (wanting.size === 0) return LOOK_MS;
    const visit: Visit = { core, partitions, wanting, inForce, ids: new Set(inForce.visitIds) };
    for (const node of this.parts.connection.masters()) {
      if (!(await this.visitAll(node, visit, turn))) return LOOK_MS;
    }
    const placesNow = await this.placesOf(wanting);
    const { publication } = visit.inForce;
    for (const partition of wanting) {
      if (placesNow.get(partition) !== places.get(partition)) continue;
      await this.visitedIds.note(partition, publication, visit.ids);
    }
    return 'again';
  }

  private async placesOf(partitions: ReadonlySet<number>): Promise<Places> {
    const { connection, keys } = this.parts;
    const all = [...partitions];
    const slots = all.map((partition) => keySlot(keys.partition(partition).swept));
    const places = await connection.places(slots);
    return new Map(all.map((partition, i) => [partition, places[i] ?? null]));
  }

  /** @returns false where it ends before the end: the worker has to stop, or it would count for nothing */
  private async visitAll(node: RedisNode, visit: Visit, turn: Turn): Promise<boolean> {
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
        .filter((id) => visit.wanting.has(partitionOf(id, keys.partitions)));
      await this.visit(customers, visit.core);
      await this.follow(visit);
      visited(customers.length);
      const restMs = (customers.length / rate) * 1_000 - (performance.now() - startedAtMs);
      await this.rest(restMs, visit, turn);
      if (visit.ids.size === 0) return false;
    } while (cursor !== '0');
    return true;
  }

  private async rest(ms: number, visit: Visit, turn: Turn): Promise<void> {
    for (let left = ms; left > 1 && !turn.isStopping; left -= LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, LOOK_MS)));
      await this.follow(visit);
    }
  }

  /** Another catalog may have come into force: the visit goes on for what is in both. */
  private async follow(visit: Visit): Promise<void> {
    const { inForce: before, core, partitions } = visit;
    const now = core.inForce();
    if (now.publication === before.publication) return;
    const isNext = now.publication <= before.publication + 1;
    visit.ids = new Set(isNext ? now.visitIds.filter((id) => visit.ids.has(id)) : []);
    visit.inForce = now;
    await this.visitedIds.wanting(partitions, now);
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
}
