// Whether the index of timers has everybody who has something due, for `proffer verify`. An entry without
// a reason is harmless: whoever looks takes it out. A missing one is a moment that never comes.

import { partitionOf } from '../model/hash.ts';
import type { CustomerState } from '../model/state.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { TimerScripts } from '../redis/timer-scripts.ts';
import { StateCodec } from './codec.ts';
import { ETAG_BYTES } from './etag.ts';
import { readStoredValue } from './stored-value.ts';

/** A worker may have put off who could not be served, and its clock is another. */
const PUT_OFF_MS_MAX = 120_000;
/** Readings of one customer between two commits to them. */
const READINGS_MAX = 5;

/** @throws Unavailable */
export async function lacksEntryOf(
  connection: RedisConnection,
  keys: Keys,
  state: CustomerState,
): Promise<boolean> {
  const atMs = neededMs(state, Date.now());
  if (atMs === null) return false;
  const { customerId } = state;
  const { timers } = keys.partition(partitionOf(customerId, keys.partitions));
  const score = (await connection.call('zscore', [timers, customerId])) as Buffer | null;
  return score === null || Number(score.toString()) > Math.max(atMs, Date.now() + PUT_OFF_MS_MAX);
}

/**
 * When the index must say that something is due, epoch ms; null = it need not. A look that is over may be
 * left in a state by a catalog that looks at nothing any more.
 */
function neededMs({ timers, lookAtMs }: CustomerState, nowMs: number): number | null {
  const first = timers[0]?.dueAtMs ?? Number.POSITIVE_INFINITY;
  const look = lookAtMs > nowMs + PUT_OFF_MS_MAX ? lookAtMs : Number.POSITIVE_INFINITY;
  const atMs = Math.min(first, look);
  return atMs === Number.POSITIVE_INFINITY ? null : atMs;
}

/**
 * Those of some customers who lack an entry for certain: their state was the same before and after the
 * index was read. Who is on the move, or never stands still, is not among them.
 * @throws Unavailable
 */
export async function withoutEntry(
  connection: RedisConnection,
  keys: Keys,
  customerIds: readonly string[],
): Promise<readonly CustomerState[]> {
  const codec = new StateCodec();
  const lacking = await Promise.all(
    customerIds.map((customerId) => lackingOf(connection, keys, codec, customerId)),
  );
  return lacking.flatMap((state) => state ?? []);
}

async function lackingOf(
  connection: RedisConnection,
  keys: Keys,
  codec: StateCodec,
  customerId: string,
): Promise<CustomerState | null> {
  const key = keys.customer(partitionOf(customerId, keys.partitions), customerId);
  for (let reading = 0; reading < READINGS_MAX; reading++) {
    const value = (await connection.call('get', [key])) as Buffer | null;
    if (value === null) return null;
    const stored = readStoredValue(codec, customerId, value.toString('latin1'));
    if (stored.kind !== 'state') return null;
    if (!(await lacksEntryOf(connection, keys, stored.state))) return null;
    const etag = (await connection.call('getrange', [key, '0', String(ETAG_BYTES - 1)])) as Buffer;
    if (etag.equals(value.subarray(0, ETAG_BYTES))) return stored.state;
  }
  return null;
}

/** Puts in who lacks an entry. @returns how many did @throws Unavailable */
export async function putIntoIndex(
  connection: RedisConnection,
  keys: Keys,
  customerIds: readonly string[],
): Promise<number> {
  const scripts = new TimerScripts(connection);
  const lacking = await withoutEntry(connection, keys, customerIds);
  for (const state of lacking) {
    const { timers } = keys.partition(partitionOf(state.customerId, keys.partitions));
    await scripts.visit(timers, state.customerId, neededMs(state, Date.now()) ?? Date.now());
  }
  return lacking.length;
}
