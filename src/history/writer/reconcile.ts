// Bringing ranges into history when it may have them already, wholly, partly or twice: no token,
// acknowledgement or memory says what is there, only the tables do. So their positions are read
// back, surplus is removed, and what is missing is inserted. Ranges that were frozen and never
// marked, and ranges from a spool, go this way.

import { randomBytes } from 'node:crypto';
import type { LedgerRecord } from '../../ledger/ledger-reader.ts';
import { type Block, Blocks, inBatch, ROW_HEAD } from '../../ledger/ledger-rows.ts';
import type { FrozenRange } from '../../ledger/ledger-scripts.ts';
import type { HistorySink } from '../sinks/sink.ts';
import { recordsOf } from '../spool/spooled-ranges.ts';
import { LeaseLost } from './insert-blocks.ts';
import { rangesByPosition, removeRows, removeSurplus, type StoredRows } from './surplus.ts';

export interface ReconcileParts {
  readonly sink: HistorySink;
  /** Asked before everything that writes; false = stop. */
  readonly mayWrite: () => boolean;
  /** Inserts blocks. @throws Error when the outcome is unknown */
  insert(blocks: Blocks, queryId: string): Promise<void>;
}

export interface Reconciled {
  /** Records that were given; fewer than the ranges count when the ledger has lost some. */
  readonly records: number;
  /** Rows that no table held. */
  readonly missing: number;
  /** Rows removed because they were there twice, or should not be there at all. */
  readonly removed: number;
}

/** Rows are inserted before a batch is read whole once they are this large, UTF-16 units. */
export const BATCH_SIZE_MAX = 16 * 1024 * 1024;

/**
 * Brings ranges that do not overlap into history. No insert of theirs may be under way any more.
 * @param name begins the query ids of what is inserted; where a range has another, its rows say so
 * @param pages their records; those of other ranges are passed over
 * @throws Error when ClickHouse fails or the lease was lost; nothing is harmed, and it can be done
 *   again
 */
export async function reconcile(
  parts: ReconcileParts,
  name: string,
  ranges: readonly FrozenRange[],
  pages: AsyncIterable<readonly LedgerRecord[]>,
): Promise<Reconciled> {
  const { sink, mayWrite } = parts;
  const { stored, removed } = await removeSurplus(sink, ranges, mayWrite);
  const rangeOf = rangesByPosition(ranges);
  // Query ids of its own: the tokens of earlier attempts may be known for rows that never arrived.
  // They begin with the range's, by which these rows are known to be of it.
  const attempt = `r${randomBytes(6).toString('hex')}`;
  const nowMs = Date.now();
  let blocks = new Blocks();
  let records = 0;
  let missing = 0;
  let inserts = 0;
  const flush = async () => {
    missing += blocks.rowCount;
    await parts.insert(blocks, `${name}-${attempt}-${inserts++}`);
    blocks = new Blocks();
  };
  for await (const page of pages) {
    const expected = new Map<string, Blocks>();
    for (const { partition, id, text } of page) {
      const range = rangeOf(partition, id);
      if (range === undefined) continue;
      let ofQuery = expected.get(range.queryId);
      if (ofQuery === undefined) {
        ofQuery = new Blocks();
        expected.set(range.queryId, ofQuery);
      }
      ofQuery.addRecord(partition, id, text, nowMs);
      records++;
    }
    for (const [queryId, ofQuery] of expected) {
      addMissing(blocks, ofQuery, stored, queryId === name ? null : `${queryId}-${attempt}`);
    }
    if (blocks.size > BATCH_SIZE_MAX) await flush();
  }
  await flush();
  // What is left should not be there; but where the ledger lacks records history may have the only
  // copy.
  if (stored.size === 0 || records !== recordsOf(ranges)) return { records, missing, removed };
  if (!mayWrite()) throw new LeaseLost();
  await removeRows(sink, [...stored.values()]);
  return { records, missing, removed: removed + stored.size };
}

/** @param batch null = the insert says it */
function addMissing(
  blocks: Blocks,
  expected: Blocks,
  stored: StoredRows,
  batch: string | null,
): void {
  for (const block of expected.all()) {
    for (const row of block.rows) {
      if (stored.size > 0 && stored.delete(keyOf(block, row))) continue;
      blocks.add(block.table, block.month, batch === null ? row : inBatch(row, batch));
    }
  }
}

function keyOf(block: Block, row: string): string {
  const head = ROW_HEAD.exec(row);
  if (head === null) throw new Error('a row without its position');
  return `${head[1]} ${block.table} ${head[2]} ${head[3]}`;
}
