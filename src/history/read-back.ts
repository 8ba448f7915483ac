// Recovery. A range that was frozen and never marked may be in history wholly, partly or not at all,
// and no token, acknowledgement or memory says which: only the tables do. So their positions are
// read back, what is missing is inserted, what is there more than once is removed and inserted once.

import type { LedgerRange } from './ledger-reader.ts';
import { type Block, Blocks, ROW_HEAD, TABLE_NAMES, type Table } from './ledger-rows.ts';
import type { FrozenRange } from './ledger-scripts.ts';
import type { HistorySink } from './sink.ts';

/** What a table holds of a range. */
interface Held {
  ledger_id: number | string;
  ordinal: number;
  source: string;
  copies: number | string;
}

export interface Comparison {
  /** Rows that no table holds. */
  readonly missing: Blocks;
  readonly missingCount: number;
  /** Rows removed because they were there more than once, or should not be there at all. */
  readonly removedCount: number;
}

/**
 * Compares the rows a range should have (`expected`) with what the tables hold, removes surplus,
 * and returns what is missing. The old insert must have ended.
 */
export async function compareWithHistory(
  sink: HistorySink,
  range: FrozenRange,
  expected: Blocks,
): Promise<Comparison> {
  const held = await heldPositions(sink, range);
  const missing = new Blocks();
  const surplus = new Map<Table, number[]>();
  let removedCount = 0;
  for (const block of expected.all()) {
    for (const row of block.rows) {
      const { id, key } = positionOf(block, row);
      const copies = held.get(key) ?? 0;
      held.delete(key);
      if (copies === 1) continue;
      if (copies > 1) note(surplus, block.table, id);
      removedCount += copies;
      missing.add(block.table, block.month, row);
    }
  }
  // What is left should not be there: it comes from a ledger that lost its tail.
  for (const [key, copies] of held) {
    const [table = '', id = ''] = key.split(' ');
    note(surplus, table as Table, Number(id));
    removedCount += copies;
  }
  if (surplus.size === 0) return { missing, missingCount: missing.rowCount, removedCount };
  await remove(sink, range, surplus);
  // Whole ledger ids were removed, also their sound rows: compare again, now without surplus.
  const again = await compareWithHistory(sink, range, expected);
  return { ...again, removedCount: removedCount + again.removedCount };
}

/** `<table> <ledger id> <ordinal>` of all rows of a range → how often history holds it. */
export async function heldPositions(
  sink: HistorySink,
  range: LedgerRange,
): Promise<Map<string, number>> {
  const held = new Map<string, number>();
  for (const table of TABLE_NAMES) {
    for (const row of await heldRows(sink, table, range)) {
      // A row that its table refused counts where it belongs, not as a row of `rejected`.
      const home = row.source === '' ? table : row.source;
      const key = `${home} ${row.ledger_id} ${row.ordinal}`;
      held.set(key, (held.get(key) ?? 0) + Number(row.copies));
    }
  }
  return held;
}

function heldRows(sink: HistorySink, table: Table, range: LedgerRange): Promise<Held[]> {
  const source = table === 'rejected' ? 'source' : `''`;
  return sink.query<Held>(
    `SELECT ledger_id, ordinal, ${source} AS source, count() AS copies FROM ${table}
     WHERE partition = ${range.partition} AND ledger_id BETWEEN ${range.first} AND ${range.last}
     GROUP BY ledger_id, ordinal, source`,
  );
}

async function remove(
  sink: HistorySink,
  range: FrozenRange,
  surplus: ReadonlyMap<Table, readonly number[]>,
): Promise<void> {
  for (const [table, ids] of surplus) {
    const where = `partition = ${range.partition} AND ledger_id IN (${ids.join(',')})`;
    const deletes = [`ALTER TABLE ${table} DELETE WHERE ${where} SETTINGS mutations_sync = 2`];
    if (table !== 'rejected') {
      deletes.push(
        `ALTER TABLE rejected DELETE WHERE ${where} AND source = '${table}' SETTINGS mutations_sync = 2`,
      );
    }
    for (const statement of deletes) await sink.command(statement);
  }
}

/** A row's ledger id, and its key as in `heldPositions`. */
export function positionOf(block: Block, row: string): { id: number; key: string } {
  const head = ROW_HEAD.exec(row);
  if (head === null) throw new Error('a row without its position');
  return { id: Number(head[2]), key: `${block.table} ${head[2]} ${head[3]}` };
}

function note(surplus: Map<Table, number[]>, table: Table, id: number): void {
  const ids = surplus.get(table);
  if (ids === undefined) surplus.set(table, [id]);
  else ids.push(id);
}
