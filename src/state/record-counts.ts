// How many ledger records each state says its customer has had, for `proffer verify`: a SCAN over
// all keys, since Redis has no index of customers and needs none otherwise.

import { partitionOf } from '../model/hash.ts';
import type { RedisConnection } from '../redis/connection.ts';
import type { Keys } from '../redis/keys.ts';
import { StateCodec } from './codec.ts';
import { readStoredValue } from './stored-value.ts';

export interface RecordCount {
  readonly customerId: string;
  readonly records: number;
}

const SCAN_COUNT = '1000';

/**
 * By partition. Forwards of merged customers are left out.
 * @throws Unavailable; CorruptState when a stored value cannot be read
 */
export async function countRecords(
  connection: RedisConnection,
  keys: Keys,
): Promise<ReadonlyMap<number, readonly RecordCount[]>> {
  const codec = new StateCodec();
  const counts = new Map<number, RecordCount[]>();
  const seen = new Set<string>();
  for await (const found of customerKeys(connection, keys)) {
    // SCAN may return a key twice.
    const fresh = found.filter((key) => !seen.has(key));
    for (const key of fresh) seen.add(key);
    const values = await Promise.all(fresh.map((key) => connection.call('get', [key])));
    for (const [i, key] of fresh.entries()) {
      const value = values[i] as Buffer | null;
      if (value === null) continue;
      const customerId = keys.customerOf(key);
      const stored = readStoredValue(codec, customerId, value.toString('latin1'));
      if (stored.kind === 'moved') continue;
      const partition = partitionOf(customerId, keys.partitions);
      const list = counts.get(partition) ?? [];
      list.push({ customerId, records: stored.state.records });
      counts.set(partition, list);
    }
  }
  return counts;
}

/** All customer keys, of one master after the other. */
async function* customerKeys(connection: RedisConnection, keys: Keys): AsyncGenerator<string[]> {
  for (const node of connection.masters()) {
    let cursor = '0';
    do {
      const args = [cursor, 'MATCH', keys.anyCustomer, 'COUNT', SCAN_COUNT];
      const [next, found] = (await node.call('scan', args)) as [Buffer, Buffer[]];
      cursor = next.toString();
      yield found.map(String);
    } while (cursor !== '0');
  }
}
