// Typed bindings of the scripts that say which worker has a partition.

import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { loadScript } from '../redis/script.ts';
import type { Lease } from './leases.ts';

export type AcquireOutcome =
  | { readonly kind: 'acquired' }
  /** Another token holds it; `owner` as its holder named itself. */
  | { readonly kind: 'held'; readonly owner: string };

/** The leases of a deployment. Every method throws `Unavailable` when Redis does not answer. */
export interface LeaseScripts {
  /** Takes a free lease; also answers `acquired` when `fence` holds it already. */
  acquire(
    lease: Lease & { readonly owner: string; readonly ttlMs: number },
  ): Promise<AcquireOutcome>;
  renew(lease: Lease & { readonly ttlMs: number }): Promise<{ readonly kind: 'renewed' | 'lost' }>;
  release(lease: Lease): Promise<{ readonly kind: 'released' | 'lost' }>;
}

/** Binds the lease scripts to a connection. */
export function bindLeases(connection: RedisConnection, keys: Keys): LeaseScripts {
  const acquire = loadScript('acquire-lease');
  const renew = loadScript('renew-lease');
  const release = loadScript('release-lease');
  for (const script of [acquire, renew, release]) script.loadInto(connection);
  const keyOf = (partition: number) => [keys.partition(partition).lease];
  return {
    async acquire({ partition, fence, owner, ttlMs }) {
      const answer = await acquire.run(connection, keyOf(partition), [fence, owner, String(ttlMs)]);
      const [status, holder] = answer as [number, Buffer];
      if (status === acquire.status('acquired')) return { kind: 'acquired' };
      return { kind: 'held', owner: holder.toString() };
    },
    async renew({ partition, fence, ttlMs }) {
      const answer = await renew.run(connection, keyOf(partition), [fence, String(ttlMs)]);
      const [status] = answer as [number];
      return { kind: status === renew.status('renewed') ? 'renewed' : 'lost' };
    },
    async release({ partition, fence }) {
      const [status] = (await release.run(connection, keyOf(partition), [fence])) as [number];
      return { kind: status === release.status('released') ? 'released' : 'lost' };
    },
  };
}
