// Typed bindings of the scripts that move a frozen range to a spool and out of it again.

import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import { loadScript } from '../../redis/script.ts';

export interface SpoolScripts {
  /**
   * A frozen range is in a file of `owner` now. `full`: too many ranges wait in files already.
   * @throws Unavailable when Redis does not answer; the outcome is then unknown
   */
  spool(asked: {
    readonly partition: number;
    readonly fence: string;
    readonly queryId: string;
    readonly owner: string;
  }): Promise<{ readonly kind: 'spooled' | 'stale' | 'full' | 'fenced' }>;
  /** A spooled range is in history now. @throws Unavailable as above */
  unspool(asked: {
    readonly partition: number;
    readonly queryId: string;
    readonly owner: string;
  }): Promise<{ readonly kind: 'unspooled' | 'stale' }>;
}

/** Ranges of one partition that may wait in files: what is read to know the lag stays small. */
export const SPOOLED_RANGES_MAX = 10_000;

/** Binds the spool scripts to a connection. */
export function bindSpool(connection: RedisConnection, keys: Keys): SpoolScripts {
  const spool = loadScript('spool-ledger');
  const unspool = loadScript('unspool-ledger');
  for (const script of [spool, unspool]) script.loadInto(connection);
  return {
    async spool({ partition, fence, queryId, owner }) {
      const { lease, frozen, marked, spooled } = keys.partition(partition);
      const args = [fence, queryId, owner, String(SPOOLED_RANGES_MAX)];
      const answer = await spool.run(connection, [lease, frozen, marked, spooled], args);
      const [status] = answer as [number];
      if (status === spool.status('spooled')) return { kind: 'spooled' };
      if (status === spool.status('fenced')) return { kind: 'fenced' };
      return { kind: status === spool.status('full') ? 'full' : 'stale' };
    },
    async unspool({ partition, queryId, owner }) {
      const { spooled } = keys.partition(partition);
      const [status] = (await unspool.run(connection, [spooled], [queryId, owner])) as [number];
      return { kind: status === unspool.status('unspooled') ? 'unspooled' : 'stale' };
    },
  };
}
