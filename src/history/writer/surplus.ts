// Rows that history holds and should not: second copies of a row, and rows of a ledger that is no
// more. Rows are told apart by the insert that brought them (the column `batch`), so that a copy is
// removed without the other, and removing twice, or by two workers, or half and then again, leaves
// one copy: it is always the one with the greatest batch that stays. Query ids begin with the time of
// their freeze, so that is the younger one where Redis lost a freeze and gave its ids again.
//
// A row whose batch does not begin with the query id that its range is written under comes from a
// past that Redis lost (a failover, a restart without its last second): the same position, maybe
// other contents. It goes.

import { TABLE_NAMES, type Table } from '../../ledger/ledger-rows.ts';
import type { FrozenRange } from '../../ledger/ledger-scripts.ts';
import type { HistorySink } from '../sinks/sink.ts';
import { LeaseLost } from './insert-blocks.ts';

/** A row that a table holds once: `<partition> <home table> <ledger id> <ordinal>` → where it is. */
export type StoredRows = Map<string, StoredRow>;

export interface StoredRow {
  /** The table it is in: `rejected` when its home refused it. */
  readonly table: Table;
  readonly partition: number;
  readonly id: number;
  readonly ordinal: number;
  readonly batch: string;
}

interface Found {
  name: Table;
  partition: number;
  ledger_id: number | string;
  ordinal: number;
  source: string;
  copies: number | string;
  batches: string[];
}

/** Positions named in one statement: a statement has at most 256 KB. */
const POSITIONS_MAX = 5_000;
/** Ranges named in one statement, once for each table. */
const RANGES_MAX = 300;
/** A round removes all that it finds; a second one sees none, unless somebody still inserts. */
const ROUNDS_MAX = 5;

/**
 * Removes surplus from ranges, and says what is there then, each row once. No insert of theirs may be
 * under way any more.
 * @param ranges that do not overlap; `queryId` '' = whatever brought a row, it may stay
 * @param mayRemove asked before every removal; false = stop (the lease is no longer ours)
 */
export async function removeSurplus(
  sink: HistorySink,
  ranges: readonly FrozenRange[],
  mayRemove: () => boolean,
): Promise<{ readonly stored: StoredRows; readonly removed: number }> {
  let removed = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { stored, surplus } = await look(sink, ranges);
    if (surplus.length === 0) return { stored, removed };
    if (!mayRemove()) throw new LeaseLost();
    await removeRows(sink, surplus);
    removed += surplus.length;
  }
  throw new Error('surplus rows keep coming');
}

/** As `removeSurplus`, for ranges that are in history: only second copies go. */
export async function removeCopies(
  sink: HistorySink,
  ranges: readonly FrozenRange[],
  mayRemove: () => boolean,
): Promise<number> {
  const unnamed = ranges.map((range) => ({ ...range, queryId: '' }));
  const { surplus } = await look(sink, unnamed);
  // Copies of one and the same insert cannot be told apart, and here nothing could be put back.
  const apart = surplus.filter(({ batch }) => batch !== null);
  if (apart.length === 0 || !mayRemove()) return 0;
  await removeRows(sink, apart);
  return apart.length;
}

/** Rows to be removed; `batch` null = whatever brought them. */
export type SurplusRow = Omit<StoredRow, 'batch'> & { readonly batch: string | null };

/** Removes rows by position and batch; resolves when they are gone. */
export async function removeRows(sink: HistorySink, rows: readonly SurplusRow[]): Promise<void> {
  const groups = new Map<string, SurplusRow[]>();
  for (const row of rows) {
    const key = `${row.table} ${row.partition} ${row.batch}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  for (const group of groups.values()) {
    for (let i = 0; i < group.length; i += POSITIONS_MAX) {
      const { table, partition, batch } = group[0]!;
      const positions = group
        .slice(i, i + POSITIONS_MAX)
        .map((row) => `(${row.id},${row.ordinal})`);
      const ofBatch = batch === null ? '' : ` AND batch = ${quoted(batch)}`;
      await sink.command(
        `ALTER TABLE ${table} DELETE WHERE partition = ${partition}${ofBatch}
         AND (ledger_id, ordinal) IN (${positions.join(',')}) SETTINGS mutations_sync = 2`,
      );
    }
  }
}

async function look(sink: HistorySink, ranges: readonly FrozenRange[]) {
  const stored: StoredRows = new Map();
  const surplus: SurplusRow[] = [];
  const rangeOf = rangesByPosition(ranges);
  for (let i = 0; i < ranges.length; i += RANGES_MAX) {
    for (const found of await foundIn(sink, ranges.slice(i, i + RANGES_MAX))) {
      const { name: table, partition, ordinal, source } = found;
      const id = Number(found.ledger_id);
      const at = { table, partition, id, ordinal };
      const { queryId } = rangeOf(partition, id)!;
      const own = found.batches.filter((batch) => batch === '' || batch.startsWith(queryId));
      for (const batch of found.batches) {
        if (!own.includes(batch)) surplus.push({ ...at, batch });
      }
      const [kept, ...others] = own.sort().reverse();
      if (kept === undefined) continue;
      if (Number(found.copies) > found.batches.length) {
        // One insert has brought it twice (rows from before the column): none can be kept.
        surplus.push({ ...at, batch: null });
        continue;
      }
      for (const batch of others) surplus.push({ ...at, batch });
      // A row that its table refused counts where it belongs, not as a row of `rejected`.
      const key = `${partition} ${source === '' ? table : source} ${id} ${ordinal}`;
      // Of a row that is in its table and among the refused ones, the later of the two goes.
      if (stored.has(key)) surplus.push({ ...at, batch: kept });
      else stored.set(key, { ...at, batch: kept });
    }
  }
  return { stored, surplus };
}

/** Which of ranges that do not overlap has a position. */
export function rangesByPosition<R extends FrozenRange>(ranges: readonly R[]) {
  const byPartition = new Map<number, R[]>();
  for (const range of ranges) {
    const others = byPartition.get(range.partition);
    if (others === undefined) byPartition.set(range.partition, [range]);
    else others.push(range);
  }
  return (partition: number, id: number): R | undefined =>
    byPartition.get(partition)?.find(({ first, last }) => id >= first && id <= last);
}

/** Of all tables in one statement, in the order in which they are written. */
async function foundIn(sink: HistorySink, ranges: readonly FrozenRange[]): Promise<Found[]> {
  const within = ranges
    .map(
      ({ partition, first, last }) =>
        `(partition = ${partition} AND ledger_id BETWEEN ${first} AND ${last})`,
    )
    .join(' OR ');
  const parts = TABLE_NAMES.map(
    (table) =>
      `SELECT '${table}' AS name, partition, ledger_id, ordinal,
              ${table === 'rejected' ? 'toString(source)' : `''`} AS source, count() AS copies,
              groupUniqArray(toString(batch)) AS batches
       FROM ${table} WHERE ${within} GROUP BY partition, ledger_id, ordinal, source`,
  );
  const found = await sink.query<Found>(parts.join(' UNION ALL '));
  const order = (row: Found) => TABLE_NAMES.indexOf(row.name);
  return found.sort((a, b) => order(a) - order(b));
}

/** A batch as a literal: query ids are ours, but they are read from tables others can write to. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, (char) => `\\${char}`)}'`;
}
