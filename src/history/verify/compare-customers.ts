// Compares states with history: a state counts the ledger records of its customer, and history must
// have as many. All customers of a few partitions are compared at once; those that differ may only
// have had another event meanwhile, so they are looked at again, one by one, between two readings of
// their states.

import { CUSTOMER_TABLES, UNCOUNTED_TABLES } from '../../ledger/ledger-rows.ts';
import { murmur3, partitionOf } from '../../model/hash.ts';
import type { HistorySink } from '../sinks/sink.ts';
import type { Differences } from './difference.ts';
import { countsSincePauses } from './forgotten-states.ts';

/** How many ledger records a state says its customer has had; null = it cannot be read. */
export interface CustomerRecords {
  readonly customerId: string;
  readonly records: number | null;
  /** The index of timers seems to lack the customer; absent = it does not. */
  readonly lacksEntry?: true;
}

/** The states, as the comparison needs them. */
export interface CustomerStates {
  /** Customers of a slice, page by page; one may come twice. */
  scan(slice: CustomerSlice): AsyncIterable<readonly CustomerRecords[]>;
  /** As they are now; 0 records where there is no state. */
  read(customerIds: readonly string[]): Promise<readonly CustomerRecords[]>;
  /** Those who lack an entry in the index of timers for certain, as it is now. */
  withoutEntry(customerIds: readonly string[]): Promise<readonly string[]>;
  /** About how many there are. */
  count(): Promise<number>;
}

/** Customers of `partitions`; of these, when `slices` > 1, a part by another hash of their ids. */
export interface CustomerSlice {
  readonly partitions: readonly number[];
  readonly slice: number;
  readonly slices: number;
}

export interface CustomersParts {
  readonly sink: Pick<HistorySink, 'query'>;
  readonly states: CustomerStates;
  /** Of all partitions of a deployment. */
  readonly partitions: number;
  /** Shortest time without an event after which Redis may have forgotten a customer, ms. */
  readonly forgetsAfterMs: number;
  /** Waits until all that these have written by now is in history. @returns those not in time */
  unsettled(partitions: readonly number[]): Promise<Iterable<number>>;
}

export interface CustomersOutcome {
  readonly compared: number;
  /** Those that could not be: their records are still on their way. */
  readonly unsettled: number;
  /** Those of whom history has more than a state, since Redis forgot them after a long pause. */
  readonly forgotten: number;
}

/** Customers looked at again at once. */
const AGAIN = 500;

/** Notes customers of a slice whose state and history differ. @throws Unavailable */
export async function compareCustomers(
  parts: CustomersParts,
  slice: CustomerSlice,
  differences: Differences,
): Promise<CustomersOutcome> {
  const states = new Map<string, number | null>();
  for await (const page of parts.states.scan(slice)) {
    const lacking = page.filter(({ lacksEntry }) => lacksEntry === true);
    await noteUntimed(parts, lacking, differences);
    for (const { customerId, records } of page) states.set(customerId, records);
  }
  const compared = states.size;
  const doubtful = new Map<number, string[]>();
  const doubt = (partition: number, customerId: string) => {
    const list = doubtful.get(partition);
    if (list === undefined) doubtful.set(partition, [customerId]);
    else list.push(customerId);
  };
  for (const partition of slice.partitions) {
    for (const { id, n } of await countsIn(parts, partition, sliceCondition(parts, slice))) {
      if (states.get(id) !== Number(n)) doubt(partition, id);
      states.delete(id);
    }
  }
  for (const [id, records] of states) {
    if (records !== 0) doubt(partitionOf(id, parts.partitions), id);
  }
  const { unsettled, forgotten } = await lookAgain(parts, doubtful, differences);
  return { compared: compared - unsettled, unsettled, forgotten };
}

/** Notes who has something due that nobody would come for. */
async function noteUntimed(
  { states, partitions }: CustomersParts,
  lacking: readonly CustomerRecords[],
  differences: Differences,
): Promise<void> {
  if (lacking.length === 0) return;
  const ids = lacking.map(({ customerId }) => customerId);
  for (const customerId of await states.withoutEntry(ids)) {
    const partition = partitionOf(customerId, partitions);
    differences.note({ kind: 'timer', partition, customerId });
  }
}

/**
 * Between two readings of a state history must have what the first counted, once that has had time
 * to arrive, and nothing beyond what the second counts. All partitions are waited for at once: each
 * needs seconds, as history trusts a record no sooner. @returns how many cannot be told, and how
 * many were forgotten
 */
async function lookAgain(
  parts: CustomersParts,
  doubtful: ReadonlyMap<number, readonly string[]>,
  differences: Differences,
): Promise<Pick<CustomersOutcome, 'unsettled' | 'forgotten'>> {
  const before = new Map<number, readonly CustomerRecords[]>();
  for (const [partition, ids] of doubtful) before.set(partition, await readStates(parts, ids));
  const behind = new Set(await parts.unsettled([...doubtful.keys()]));
  let unsettled = 0;
  let forgotten = 0;
  for (const [partition, ids] of doubtful) {
    if (behind.has(partition)) unsettled += ids.length;
    else forgotten += await compareAgain(parts, partition, before.get(partition)!, differences);
  }
  return { unsettled, forgotten };
}

/** What a state must count at least and at most, and what history has of its customer. */
interface Doubt {
  readonly customerId: string;
  readonly least: number | null;
  readonly state: number | null;
  readonly history: number;
}

function agrees({ least, state }: Doubt, history: number): boolean {
  return least !== null && state !== null && least <= history && history <= state;
}

/** Notes those that differ. @returns how many were forgotten */
async function compareAgain(
  parts: CustomersParts,
  partition: number,
  before: readonly CustomerRecords[],
  differences: Differences,
): Promise<number> {
  let forgotten = 0;
  for (let from = 0; from < before.length; from += AGAIN) {
    const states = before.slice(from, from + AGAIN);
    const ids = states.map(({ customerId }) => customerId);
    const inHistory = new Map<string, number>();
    for (const { id, n } of await countsIn(parts, partition, OF_IDS, { ids })) {
      inHistory.set(id, Number(n));
    }
    const after = await parts.states.read(ids);
    const doubts: Doubt[] = ids.map((customerId, i) => ({
      customerId,
      least: states[i]!.records,
      state: after[i]!.records,
      history: inHistory.get(customerId) ?? 0,
    }));
    const different = doubts.filter((doubt) => !agrees(doubt, doubt.history));
    const paused = await sincePauses(parts, partition, different);
    for (const doubt of different) {
      const { customerId, state, history } = doubt;
      if (paused.get(customerId)?.some((count) => agrees(doubt, count))) forgotten++;
      else differences.note({ kind: 'customer', partition, customerId, state, history });
    }
  }
  return forgotten;
}

/** Of those of whom history has more than their state. */
async function sincePauses(
  { sink, forgetsAfterMs }: CustomersParts,
  partition: number,
  doubts: readonly Doubt[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const ids = doubts
    .filter(({ state, history }) => state !== null && history > state)
    .map(({ customerId }) => customerId);
  if (ids.length === 0) return new Map();
  const forgetting = { pauseMs: forgetsAfterMs, nowMs: Date.now() };
  return countsSincePauses(sink, recordsIn(partition, OF_IDS), { ids }, forgetting);
}

async function readStates(
  { states }: CustomersParts,
  ids: readonly string[],
): Promise<readonly CustomerRecords[]> {
  const read: CustomerRecords[] = [];
  for (let from = 0; from < ids.length; from += AGAIN) {
    read.push(...(await states.read(ids.slice(from, from + AGAIN))));
  }
  return read;
}

/** Codes of rows in `rejected` that stand for records which a state counted. */
const COUNTED_CODES = `'refused_by_history', 'no_placement'`;
/** Tables whose rows no state counts, also where they were refused. */
const OF_NOBODY = UNCOUNTED_TABLES.map((table) => `'${table}'`).join(', ');

const COUNTED = `code IN (${COUNTED_CODES}) AND source NOT IN (${OF_NOBODY})`;

/** Which of the customers that a statement is given. */
const OF_IDS = 'AND customer_id IN ({ids:Array(String)})';

/** Rows of records that states count: `id`, `ledger_id`, `at`. */
function recordsIn(partition: number, condition: string): string {
  const where = `WHERE partition = ${partition} ${condition}`;
  const tables = CUSTOMER_TABLES.map((table) => {
    const counted = table === 'rejected' ? ` AND ${COUNTED}` : '';
    return `SELECT customer_id AS id, ledger_id, received_at AS at FROM ${table} ${where}${counted}`;
  });
  return tables.join(' UNION ALL ');
}

function countsIn(
  { sink }: CustomersParts,
  partition: number,
  condition: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<{ id: string; n: number | string }[]> {
  return sink.query(
    `SELECT id, groupBitmap(ledger_id) AS n FROM (${recordsIn(partition, condition)}) GROUP BY id`,
    params,
  );
}

/** Whether a customer is in a slice; `sliceCondition` says the same to ClickHouse. */
export function isInSlice(
  customerId: string,
  partitions: number,
  { slice, slices, partitions: among }: CustomerSlice,
): boolean {
  if (!among.includes(partitionOf(customerId, partitions))) return false;
  return slices === 1 || Math.floor(murmur3(customerId) / partitions) % slices === slice;
}

function sliceCondition({ partitions }: CustomersParts, { slice, slices }: CustomerSlice): string {
  if (slices === 1) return '';
  return `AND intDiv(murmurHash3_32(customer_id), ${partitions}) % ${slices} = ${slice}`;
}
