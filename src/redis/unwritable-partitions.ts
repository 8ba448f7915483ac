// How many partitions nobody can write to now: the part of the customers whose events are answered 503
// while the others are served. A master without a successor, or without the replicas that must confirm,
// is no reason to send callers to another gateway, which has the same Redis; but somebody must know.

import type { Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Cheap enough for each scrape: a look at a table for every partition. */
export function unwritablePartitions(connection: RedisConnection, keys: Keys): number {
  let count = 0;
  for (let partition = 0; partition < keys.partitions; partition++) {
    if (!connection.takesWrites(keys.partition(partition).position)) count++;
  }
  return count;
}
