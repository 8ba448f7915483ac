// How many ledger records each state says its customer has had, for `proffer verify`: a SCAN over
// all keys, since Redis has no index of customers and needs none otherwise. Nothing is kept.

import { partitionOf } from '../model/hash.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { StateCodec } from './codec.ts';
import { readStoredValue } from './stored-value.ts';

export interface RecordCount {
  readonly customerId: string;
  /** 0 where there is no state; null = it cannot be read. */
  readonly records: number | null;
}

const SCAN_COUNT = '1000';
const PAGE_KEYS_MAX = 2_000;

/**
 * Customers that `wants` names, page by page; one may come twice. Forwards of merged customers are
 * left out. @throws Unavailable
 */
export async function* scanRecordCounts(
  connection: RedisConnection,
  keys: Keys,
  wants: (customerId: string) => boolean,
): AsyncGenerator<RecordCount[]> {
  for await (const found of customerIds(connection, keys)) {
    const wanted = found.filter(wants);
    if (wanted.length > 0) yield await readPage(connection, keys, wanted, true);
  }
}

/** Counts as they are now, in the order asked. @throws Unavailable */
export async function readRecordCounts(
  connection: RedisConnection,
  keys: Keys,
  ids: readonly string[],
): Promise<RecordCount[]> {
  const counts: RecordCount[] = [];
  for (let i = 0; i < ids.length; i += PAGE_KEYS_MAX) {
    counts.push(...(await readPage(connection, keys, ids.slice(i, i + PAGE_KEYS_MAX), false)));
  }
  return counts;
}

/** How many keys there are, of customers and all else: more than customers, and cheap. */
export async function countKeys(connection: RedisConnection): Promise<number> {
  const sizes = await Promise.all(connection.masters().map((node) => node.call('dbsize', [])));
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0);
}

async function readPage(
  connection: RedisConnection,
  keys: Keys,
  ids: readonly string[],
  skipForwards: boolean,
): Promise<RecordCount[]> {
  const codec = new StateCodec();
  const values = await Promise.all(
    ids.map((id) => connection.call('get', [keys.customer(partitionOf(id, keys.partitions), id)])),
  );
  const counts: RecordCount[] = [];
  for (let i = 0; i < ids.length; i++) {
    const customerId = ids[i]!;
    const value = values[i] as Buffer | null;
    const records = value === null ? 0 : recordsOf(codec, customerId, value);
    if (records === 'moved' && skipForwards) continue;
    counts.push({ customerId, records: records === 'moved' ? 0 : records });
  }
  return counts;
}

function recordsOf(codec: StateCodec, customerId: string, value: Buffer): number | null | 'moved' {
  try {
    const stored = readStoredValue(codec, customerId, value.toString('latin1'));
    return stored.kind === 'moved' ? 'moved' : stored.state.records;
  } catch {
    return null;
  }
}

/** The ids of all customer keys, of one master after the other. */
async function* customerIds(connection: RedisConnection, keys: Keys): AsyncGenerator<string[]> {
  for (const node of connection.masters()) {
    let cursor = '0';
    do {
      const args = [cursor, 'MATCH', keys.anyCustomer, 'COUNT', SCAN_COUNT];
      const [next, found] = (await node.call('scan', args)) as [Buffer, Buffer[]];
      cursor = next.toString();
      yield found.map((key) => keys.customerOf(key.toString()));
    } while (cursor !== '0');
  }
}
