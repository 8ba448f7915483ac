// Typed bindings of the scripts by which workers know of each other, and repairs ask for partitions.

import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { loadScript } from '../redis/script.ts';
import type { PartitionClaims, Roster } from './leases.ts';

/** Every method throws `Unavailable` when Redis does not answer. */
export interface RosterScripts extends PartitionClaims {
  /** Says that `worker` lives for another `ttlMs`, and answers who else does. */
  announce(worker: string, ttlMs: number): Promise<Roster>;
  /** The others need not wait for `worker` any more. */
  withdraw(worker: string): Promise<void>;
}

/** Binds the scripts to a connection. */
export function bindRoster(connection: RedisConnection, keys: Keys): RosterScripts {
  const announce = loadScript('announce-worker');
  const claim = loadScript('claim-partition');
  for (const script of [announce, claim]) script.loadInto(connection);
  const { alive, claims } = keys.workers;
  return {
    async announce(worker, ttlMs) {
      const answer = await announce.run(connection, [alive, claims], [worker, String(ttlMs)]);
      const [, workers, claimed] = answer as [number, Buffer[], Buffer[]];
      // Sorted here: in the set they are in the order of their last announcements.
      return { workers: workers.map(String).sort(), claims: claimed.map(Number) };
    },
    async withdraw(worker) {
      await connection.call('zrem', [alive, worker]);
    },
    async claim(partition, ttlMs) {
      await claim.run(connection, [claims], [String(partition), String(ttlMs)]);
    },
    async unclaim(partition) {
      await connection.call('zrem', [claims, String(partition)]);
    },
  };
}
