// Whether a customer is somebody else by now: a look at the first bytes of a key, which reads no state. Who
// has thousands connected looks at each every few seconds.

import { partitionOf } from '../model/hash.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { ETAG_BYTES } from './etag.ts';
import { isForward } from './stored-value.ts';

/** Where the key of a customer or of a name leads; '' = nowhere. @throws Unavailable */
export async function leadOf(connection: RedisConnection, keys: Keys, id: string): Promise<string> {
  const key = keys.customer(partitionOf(id, keys.partitions), id);
  const head = (await connection.call('getrange', [key, '0', String(ETAG_BYTES)])) as Buffer;
  if (!isForward(head)) return '';
  const value = (await connection.call('get', [key])) as Buffer | null;
  return value !== null && isForward(value) ? value.toString('utf8', ETAG_BYTES + 1) : '';
}
