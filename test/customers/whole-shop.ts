// What there is in the end: every customer field by field, and the ledger beside them.

import { expect } from 'vitest';
import { readHead } from '../../src/ledger/record-head.ts';
import { keyAt, SEEN_CHARS, seenCount } from '../../src/model/seen-messages.ts';
import type { CustomerState } from '../../src/model/state.ts';
import type { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { readRecordCounts } from '../../src/state/record-counts.ts';
import type { Shop } from './shop.ts';

/** A state as it can be compared: all but what differs from run to run, ids that are hashes. */
export function plainOf(state: CustomerState) {
  const { customerId, asOfMs, memberships, drawnAs } = state;
  return {
    ...{ customerId, asOfMs, memberships, drawnAs },
    decisions: state.decisions.map(({ decisionId, ...decision }) => decision),
    links: [...state.links].sort((a, b) => (a.id < b.id ? -1 : 1)),
    merges: state.merges.map(({ from, atMs }) => ({ from, atMs })).sort(byFrom),
    features: plain(state.features),
    traits: plain(state.traits),
    consent: plain(state.consent),
    caps: plain(state.caps),
    contacts: plain(state.contacts),
    cooldowns: plain(state.cooldowns),
    answers: state.answers.map(({ message }) => Buffer.from(message, 'latin1').toString('hex')),
    seen: seenOf(state).sort(),
  };
}

/** Hashes of the messages that are remembered in the state itself. */
function seenOf({ seen }: CustomerState): string[] {
  const keys = Array.from({ length: seenCount(seen) }, (_, i) => keyAt(seen, i * SEEN_CHARS));
  return keys.map((key) => Buffer.from(key, 'latin1').toString('hex'));
}

export type PlainState = ReturnType<typeof plainOf>;

function byFrom(a: { from: string }, b: { from: string }): number {
  return a.from < b.from ? -1 : 1;
}

function plain(values: Iterable<readonly [string, unknown]>): unknown {
  const entries = [...values].map(([key, value]) => [
    key,
    value instanceof Map ? plain(value as Map<string, unknown>) : value,
  ]);
  return entries.sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
}

/** Whom each name leads to, as one gateway sees it now. */
export async function findAll(
  shop: Shop,
  names: readonly string[],
): Promise<Map<string, CustomerState>> {
  const found = new Map<string, CustomerState>();
  for (const name of names) found.set(name, (await shop.customers.findFresh(name)).state);
  return found;
}

/** The same to be compared: names → customer, and every customer there is anything of. */
export async function endOf(shop: Shop, names: readonly string[]) {
  const found = await findAll(shop, names);
  const states = new Map([...found.values()].map((state) => [state.customerId, state]));
  return {
    names: Object.fromEntries([...found].map(([name, { customerId }]) => [name, customerId])),
    customers: [...states.values()]
      .filter(({ asOfMs }) => asOfMs > 0)
      .map(plainOf)
      .sort((a, b) => (a.customerId < b.customerId ? -1 : 1)),
  };
}

interface LedgerRow {
  readonly partition: number;
  readonly customerId: string;
  readonly record: number;
  readonly text: string;
  /** The `i` row of a fold, or of one that was taken back. */
  readonly fold: Readonly<Record<string, string>> | null;
}

/** All records, in the order of their partitions. */
export async function ledgerOf(connection: RedisConnection, keys: Keys): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for (let partition = 0; partition < keys.partitions; partition++) {
    const args = [keys.partition(partition).ledger, '-', '+'];
    const entries = (await connection.call('xrange', args)) as [Buffer, Buffer[]][];
    for (const [, [, record]] of entries) {
      const text = record!.toString();
      const [head, first] = text.split('\n') as [string, string];
      const row = JSON.parse(first.slice(1)) as Record<string, string>;
      rows.push({
        ...{ partition, text },
        customerId: row.customer_id!,
        record: readHead(head)!.step!.record,
        fold: first[0] === 'i' && row.from_state !== undefined ? row : null,
      });
    }
  }
  return rows;
}

/** What verify compares: records of the ledger, and what states and those who are no more had. */
/** @returns how many records there are */
export async function expectAllCounted(connection: RedisConnection, keys: Keys): Promise<number> {
  const rows = await ledgerOf(connection, keys);
  const inLedger: Record<string, number> = {};
  for (const { customerId } of rows) inLedger[customerId] = (inLedger[customerId] ?? 0) + 1;
  const counts = await readRecordCounts(connection, keys, Object.keys(inLedger));
  const counted = Object.fromEntries(counts.map((c) => [c.customerId, c.records]));
  expect(counted).toEqual(inLedger);
  return rows.length;
}
