// What gateways of a running service have of the crowd, beside them: its tables, as anybody reads them from
// the service's Redis.

import type { CrowdTables } from '../../src/model/crowd/crowd-tables.ts';
import { FollowCrowd } from '../../src/recommend/follow-crowd.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { CrowdStore } from '../../src/redis/crowd-store.ts';
import { Keys } from '../../src/redis/keys.ts';

export interface FollowedCrowd {
  /** Of the tables as they are now. */
  digest(): Promise<string>;
  close(): void;
}

/** @param url of its Redis: a redis:// one, or a path of a socket */
export async function followCrowd(
  url: string,
  partitions: number,
  itemsMax: number,
): Promise<FollowedCrowd> {
  const connection = openConnection({ url, deadlineMs: 5_000 });
  await connection.ready();
  const crowd = new FollowCrowd({
    store: new CrowdStore(connection, new Keys('proffer:', partitions)),
    ...{ itemsMax, isNeeded: () => true, nowMs: () => Date.now() },
    onFault: () => {},
  });
  return {
    async digest() {
      await crowd.look();
      return (crowd.current() as CrowdTables).digest();
    },
    close: () => connection.close(),
  };
}
