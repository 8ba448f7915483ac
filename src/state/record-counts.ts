// How many ledger records each state says its customer has had, for `proffer verify`: a SCAN over
// all keys, since Redis has no index of customers and needs none otherwise. Nothing is kept.
//
// A customer who was folded into another has no state any more, and records in history under the id of
// then: how many, is noted beside the forward (forward-customer.lua).

import { partitionOf } from '../model/hash.ts';
import type { CustomerState } from '../model/state.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { StateCodec } from './codec.ts';
import { lacksEntryOf } from './indexed-timers.ts';
import { SECTIONS } from './section-table.ts';
import { readStoredValue } from './stored-value.ts';

export interface RecordCount {
  readonly customerId: string;
  /** 0 where there never was a state; null = it cannot be read. */
  readonly records: number | null;
  /** The index of timers does not say what is due for the customer: perhaps only just now. */
  readonly lacksEntry?: true;
}

const SCAN_COUNT = '1000';
const PAGE_KEYS_MAX = 2_000;

/**
 * Customers that `wants` names, page by page; one may come twice. Names that never were customers are
 * left out. @throws Unavailable
 */
export async function* scanRecordCounts(
  connection: RedisConnection,
  keys: Keys,
  wants: (customerId: string) => boolean,
): AsyncGenerator<RecordCount[]> {
  for await (const found of customerIds(connection, keys)) {
    const wanted = found.filter(wants);
    if (wanted.length === 0) continue;
    const counts = await readPage(connection, keys, wanted);
    yield counts.filter(({ records }) => records !== 0);
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
    counts.push(...(await readPage(connection, keys, ids.slice(i, i + PAGE_KEYS_MAX))));
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
): Promise<RecordCount[]> {
  const codec = new StateCodec();
  const values = await Promise.all(
    ids.map((id) => connection.call('get', [keys.customer(partitionOf(id, keys.partitions), id)])),
  );
  return Promise.all(
    ids.map(async (customerId, i) => {
      const state = stateIn(codec, customerId, values[i] as Buffer | null);
      if (state === null) return { customerId, records: null };
      if (state !== 'elsewhere') {
        const lacksEntry = await lacksEntryOf(connection, keys, state);
        return { customerId, records: state.records, ...(lacksEntry && { lacksEntry }) };
      }
      const past = keys.alias(partitionOf(customerId, keys.partitions), customerId);
      const records = Number((await connection.call('hget', [past, 'records'])) ?? 0);
      return { customerId, records };
    }),
  );
}

/** Also one that moves; 'elsewhere' = there is none, only what it once counted; null = it cannot be read. */
function stateIn(
  codec: StateCodec,
  customerId: string,
  value: Buffer | null,
): CustomerState | null | 'elsewhere' {
  if (value === null) return 'elsewhere';
  try {
    const stored = readStoredValue(codec, customerId, value.toString('latin1'));
    if (stored.kind === 'moved') return 'elsewhere';
    readThrough(stored.state);
    return stored.state;
  } catch {
    return null;
  }
}

/** Every part of a state is decoded when it is first read. @throws CorruptState where one is damaged */
function readThrough(state: CustomerState): void {
  for (const { name } of SECTIONS) void state[name];
  for (const _ of state.features);
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
