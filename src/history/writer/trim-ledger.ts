// Lets go of what history has: of each partition held here what its trail says is due, and all that is
// marked once the ledger is half full. Looks then how far history is behind.

import { readPositions } from '../../ledger/ledger-reader.ts';
import type { LedgerScripts } from '../../ledger/ledger-scripts.ts';
import type { Leases } from '../../partitions/leases.ts';
import type { Next, PartitionTask, Turn } from '../../partitions/task.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { HistoryLag } from '../history-lag.ts';
import type { Trail } from './trail.ts';

export interface TrimParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly ledger: Pick<LedgerScripts, 'trim'>;
  readonly leases: Pick<Leases, 'fence' | 'lost'>;
  readonly trail: Trail;
  readonly lag: Pick<HistoryLag, 'look'>;
  /** Records that a partition's ledger may hold. */
  readonly ledgerMax: number;
  readonly intervalMs: number;
}

export class TrimLedger implements PartitionTask {
  readonly name = 'trim';
  readonly groups = 'together';

  constructor(private readonly parts: TrimParts) {}

  /** What an earlier worker marked and did not trim is trimmed a delay from now. @throws Unavailable */
  async acquire(partitions: readonly number[]): Promise<void> {
    const { connection, keys, trail } = this.parts;
    const positions = await readPositions(connection, keys, partitions);
    for (let i = 0; i < partitions.length; i++) {
      trail.marked(partitions[i]!, positions[i]!.marked, Date.now());
    }
  }

  /** @throws Unavailable */
  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    if (turn.isStopping) return 'done';
    await this.trim(partitions);
    await this.parts.lag.look(partitions);
    return this.parts.intervalMs;
  }

  release(partitions: readonly number[]): void {
    for (const partition of partitions) this.parts.trail.forget(partition);
  }

  private async trim(partitions: readonly number[]): Promise<void> {
    const { connection, keys, leases, ledger, ledgerMax, trail } = this.parts;
    const positions = await readPositions(connection, keys, partitions);
    for (let i = 0; i < partitions.length; i++) {
      const partition = partitions[i]!;
      const { written, oldest, marked } = positions[i]!;
      const crowded = written - oldest + 1 > ledgerMax / 2;
      const last = crowded ? marked : trail.due(partition, Date.now());
      if (last === null || last < oldest) continue;
      const lease = { partition, fence: leases.fence(partition) };
      const outcome = await ledger.trim({ ...lease, last });
      if (outcome.kind === 'fenced') leases.lost(lease);
    }
  }
}
