// Which positions of a range history holds, for comparing it with the ledger.

import type { LedgerRange } from '../ledger/ledger-reader.ts';
import { type Block, ROW_HEAD, TABLE_NAMES, type Table } from '../ledger/ledger-rows.ts';
import type { HistorySink } from '../sinks/sink.ts';

/** What a table holds of a range. */
interface Held {
  ledger_id: number | string;
  ordinal: number;
  source: string;
  copies: number | string;
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

/** A row's ledger id, and its key as in `heldPositions`. */
export function positionOf(block: Block, row: string): { id: number; key: string } {
  const head = ROW_HEAD.exec(row);
  if (head === null) throw new Error('a row without its position');
  return { id: Number(head[2]), key: `${block.table} ${head[2]} ${head[3]}` };
}
