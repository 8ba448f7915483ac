// Partition 0 of a private Redis, with the history scripts bound to it.

import type { Redis } from 'ioredis';
import { bindSpool, type SpoolScripts } from '../../src/history/spool/spool-scripts.ts';
import { bindSuspects, type SuspectScripts } from '../../src/history/writer/suspect-scripts.ts';
import { bindLedger, type LedgerScripts } from '../../src/ledger/ledger-scripts.ts';
import { bindLeases, type LeaseScripts } from '../../src/partitions/lease-scripts.ts';
import { bindRoster, type RosterScripts } from '../../src/partitions/roster-scripts.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys, type PartitionKeys } from '../../src/redis/keys.ts';
import { append } from '../ledger/ledger-fixture.ts';
import { startPrivateRedis } from '../support/private-redis.ts';

export interface HistoryScripts {
  readonly redis: Redis;
  readonly leases: LeaseScripts;
  readonly ledger: LedgerScripts;
  readonly spools: SpoolScripts;
  readonly suspects: SuspectScripts;
  readonly roster: RosterScripts;
  readonly keys: Keys;
  readonly names: PartitionKeys;
  /** Appends so many records. */
  append(count: number): Promise<void>;
  /** Takes the lease of partition 0 for a token. */
  hold(fence: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startHistoryScripts(): Promise<HistoryScripts> {
  const server = await startPrivateRedis();
  const redis = server.connect();
  const keys = new Keys('lua:', 1);
  const connection = openConnection({ url: server.socket, deadlineMs: 2_000 });
  await connection.ready();
  const spools = bindSpool(connection, keys);
  const suspects = bindSuspects(connection, keys);
  const leases = bindLeases(connection, keys);
  return {
    ...{
      redis,
      leases,
      ledger: bindLedger(connection, keys),
      spools,
      suspects,
      names: keys.partition(0),
    },
    ...{ roster: bindRoster(connection, keys), keys },
    append: (count) => append(redis, keys, 0, new Array<string>(count).fill('r')),
    async hold(fence) {
      await redis.del(keys.partition(0).lease);
      await leases.acquire({ partition: 0, fence, owner: 'test', ttlMs: 60_000 });
    },
    async stop() {
      connection.close();
      await server.stop();
    },
  };
}
