// Which positions of ranges history holds, for comparing it with the ledger.

import type { LedgerRange } from '../../ledger/ledger-reader.ts';
import { type Block, ROW_HEAD, TABLE_NAMES, type Table } from '../../ledger/ledger-rows.ts';
import type { HistorySink } from '../sinks/sink.ts';

/** What a table holds of a range. */
interface Held {
  name: Table;
  partition: number;
  ledger_id: number | string;
  ordinal: number;
  source: string;
  copies: number | string;
}

/** `<table> <ledger id> <ordinal>` → how often history holds it. */
export type StoredPositions = Map<string, number>;

/**
 * All rows of ranges, by partition. Of all tables and ranges in one statement: to plan one costs the
 * engine more than to read a few thousand rows.
 */
export async function storedPositions(
  sink: Pick<HistorySink, 'query'>,
  ranges: readonly LedgerRange[],
): Promise<ReadonlyMap<number, StoredPositions>> {
  const stored = new Map(ranges.map(({ partition }) => [partition, new Map<string, number>()]));
  const within = ranges
    .map(
      ({ partition, first, last }) =>
        `(partition = ${partition} AND ledger_id BETWEEN ${first} AND ${last})`,
    )
    .join(' OR ');
  const parts = TABLE_NAMES.map(
    (table) =>
      `SELECT '${table}' AS name, partition, ledger_id, ordinal,
              ${table === 'rejected' ? 'toString(source)' : `''`} AS source, count() AS copies
       FROM ${table} WHERE ${within} GROUP BY partition, ledger_id, ordinal, source`,
  );
  for (const row of await sink.query<Held>(parts.join(' UNION ALL '))) {
    // A row that its table refused counts where it belongs, not as a row of `rejected`.
    const home = row.source === '' ? row.name : row.source;
    const key = `${home} ${row.ledger_id} ${row.ordinal}`;
    const ofPartition = stored.get(row.partition)!;
    ofPartition.set(key, (ofPartition.get(key) ?? 0) + Number(row.copies));
  }
  return stored;
}

/** A row's ledger id, and its key as in `storedPositions`. */
export function positionOf(block: Block, row: string): { id: number; key: string } {
  const head = ROW_HEAD.exec(row);
  if (head === null) throw new Error('a row without its position');
  return { id: Number(head[2]), key: `${block.table} ${head[2]} ${head[3]}` };
}
