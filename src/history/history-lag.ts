// How far history is behind: in records, and in time. What waits in a spool is behind as well.

import { readPositions, readText } from '../ledger/ledger-reader.ts';
import { receivedAtOf } from '../ledger/ledger-rows.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import type { Spool } from './spool/spool.ts';
import { readSpooled, recordsOf } from './spool/spooled-ranges.ts';
import { frozenAtMs } from './writer/freezing.ts';

export interface HistoryLagParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  /** null = nothing is ever spooled. */
  readonly spool: Pick<Spool, 'lookAtDisk' | 'oldestFirst'> | null;
}

export class HistoryLag {
  private readonly records: number[];
  private spooledRecords = 0;
  private oldestAtMs: number | null = null;
  private lags: ReadonlyMap<number, number> = new Map();

  constructor(
    groups: number,
    private readonly parts: HistoryLagParts,
  ) {
    this.records = new Array<number>(groups).fill(0);
  }

  /** Ledger records that are not in history, as last seen, over the partitions of this worker. */
  get total(): number {
    return this.records.reduce((sum, records) => sum + records, this.spooledRecords);
  }

  /** The same by partition, as last looked at; 0 where one is held only since. */
  byPartition(held: readonly number[]): ReadonlyMap<number, number> {
    return new Map(held.map((partition) => [partition, this.lags.get(partition) ?? 0]));
  }

  /** Between mark and end of a group's ledgers. */
  note(group: number, records: number): void {
    this.records[group] = records;
  }

  /** Age of the oldest record that was not in history when this was last looked at; ms. */
  ageMs(nowMs: number): number {
    return this.oldestAtMs === null ? 0 : Math.max(0, nowMs - this.oldestAtMs);
  }

  /** Looks at the partitions that are held; cheap enough for once per second. @throws Unavailable */
  async look(held: readonly number[]): Promise<void> {
    const { connection, keys, spool } = this.parts;
    const [positions, spooled] = await Promise.all([
      readPositions(connection, keys, held),
      readSpooled(connection, keys, held),
      spool?.lookAtDisk(),
    ]);
    const received = await Promise.all(
      held.map(async (partition, i) => {
        const { marked, written } = positions[i]!;
        if (marked >= written) return null;
        return receivedAtOf((await readText(connection, keys, partition, marked + 1)) ?? '');
      }),
    );
    const ages = received.filter((atMs) => atMs !== null);
    for (const file of spool?.oldestFirst() ?? []) ages.push(file.header.oldestAtMs);
    // Of files that this worker has not, it is known when they were frozen: somebody must say so,
    // above all where nobody has them.
    for (const { queryId } of spooled.flat()) {
      const atMs = frozenAtMs(queryId);
      if (!Number.isNaN(atMs)) ages.push(atMs);
    }
    this.oldestAtMs = ages.length === 0 ? null : Math.min(...ages);
    this.spooledRecords = recordsOf(spooled.flat());
    this.lags = new Map(
      held.map((partition, i) => {
        const { marked, written } = positions[i]!;
        return [partition, written - marked + recordsOf(spooled[i]!)];
      }),
    );
  }
}
