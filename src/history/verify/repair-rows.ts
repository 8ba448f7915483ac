// What a repair does to rows. Every step leaves at least one copy of what history had, and every
// removal names positions and the insert that brought them: whatever interrupts it, and however late
// a statement arrives, doing all of it again ends the same.

import { randomBytes } from 'node:crypto';
import type { LedgerRange } from '../../ledger/ledger-reader.ts';
import { Blocks, TABLE_NAMES } from '../../ledger/ledger-rows.ts';
import type { FrozenRange } from '../../ledger/ledger-scripts.ts';
import type { HistorySink } from '../sinks/sink.ts';
import { insertBlocks, LeaseLost } from '../writer/insert-blocks.ts';
import { removeCopies, removeRows, removeSurplus, type StoredRow } from '../writer/surplus.ts';
import type { Extent } from './compare-ids.ts';
import { type RowSource, readExpected } from './compare-rows.ts';
import { positionOf } from './read-back.ts';

export interface RepairSource extends RowSource {
  readonly sink: HistorySink;
  /** Whether the partition is still ours; asked before everything that writes. */
  readonly mayWrite: () => boolean;
}

export interface Repaired {
  inserted: number;
  removed: number;
  /** The partition was torn, and counts on. */
  mended: boolean;
}

/** Rows named in one statement. */
const POSITIONS_MAX = 5_000;

/** Removes second copies of rows. */
export async function removeDuplicates(
  source: RepairSource,
  range: LedgerRange,
  repaired: Repaired,
): Promise<void> {
  const { sink, mayWrite } = source;
  repaired.removed += await removeCopies(sink, [unnamed(range)], mayWrite);
  for (const table of TABLE_NAMES) {
    const rows = await sink.query<{ id: number | string; ordinal: number; extra: number | string }>(
      `SELECT ledger_id AS id, ordinal, count() - 1 AS extra FROM ${table} WHERE ${within(range)}
       GROUP BY ledger_id, ordinal HAVING extra > 0`,
    );
    for (let i = 0; i < rows.length; i += POSITIONS_MAX) {
      const some = rows.slice(i, i + POSITIONS_MAX);
      const positions = some.map(({ id, ordinal }) => `(${id},${ordinal})`).join(',');
      await rewrite(source, table, `${within(range)} AND (ledger_id, ordinal) IN (${positions})`);
      repaired.removed += some.reduce((sum, { extra }) => sum + Number(extra), 0);
    }
  }
}

/**
 * Copies of one and the same insert cannot be told apart: one of them is written anew, as of another
 * insert, and then the others go.
 */
async function rewrite(source: RepairSource, table: string, where: string): Promise<void> {
  const { sink, mayWrite } = source;
  const batch = newBatch();
  if (!mayWrite()) throw new LeaseLost();
  await sink.command(
    `INSERT INTO ${table} SELECT * REPLACE ('${batch}' AS batch) FROM ${table} WHERE ${where}
     LIMIT 1 BY ledger_id, ordinal`,
  );
  await sink.caughtUp?.();
  if (!mayWrite()) throw new LeaseLost();
  await sink.command(
    `ALTER TABLE ${table} DELETE WHERE ${where} AND batch != '${batch}' SETTINGS mutations_sync = 2`,
  );
}

/** Makes history's rows of a range those of the ledger, as far as the ledger has it. */
export async function restore(
  source: RepairSource,
  range: LedgerRange,
  repaired: Repaired,
): Promise<void> {
  const { sink, mayWrite } = source;
  const { rows, ids } = await readExpected(source, range);
  const { stored, removed } = await removeSurplus(sink, [unnamed(range)], mayWrite);
  repaired.removed += removed;
  const missing = new Blocks();
  for (const block of rows.all()) {
    for (const row of block.rows) {
      if (stored.delete(`${range.partition} ${positionOf(block, row).key}`)) continue;
      missing.add(block.table, block.month, row);
    }
  }
  const outcome = await insertBlocks(sink, missing, newBatch(), mayWrite);
  if (outcome.kind === 'unknown') throw outcome.cause;
  repaired.inserted += missing.rowCount;
  // Of a record that the ledger lacks, history may have the only copy.
  const surplus = [...stored.values()].filter(({ id }) => ids.has(id));
  if (surplus.length === 0) return;
  if (!mayWrite()) throw new LeaseLost();
  await removeRows(sink, surplus);
  repaired.removed += surplus.length;
}

/** Removes rows of records that were never written. */
export async function removeUnwritten(
  source: RepairSource,
  { partition, written }: Extent,
  repaired: Repaired,
): Promise<void> {
  const { sink, mayWrite } = source;
  const where = `partition = ${partition} AND (ledger_id = 0 OR ledger_id > ${written})`;
  for (const table of TABLE_NAMES) {
    for (;;) {
      const found = await sink.query<{
        ledger_id: number | string;
        ordinal: number;
        batch: string;
      }>(
        `SELECT DISTINCT ledger_id, ordinal, toString(batch) AS batch FROM ${table}
         WHERE ${where} LIMIT ${POSITIONS_MAX}`,
      );
      if (found.length === 0) break;
      // By the inserts that brought them: ids may be given again while this is on its way.
      const rows = found.map(
        ({ ledger_id, ordinal, batch }): StoredRow => ({
          table,
          partition,
          id: Number(ledger_id),
          ordinal,
          batch,
        }),
      );
      if (!mayWrite()) throw new LeaseLost();
      await removeRows(sink, rows);
      repaired.removed += rows.length;
    }
  }
}

function newBatch(): string {
  return `v-${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`;
}

function within({ partition, first, last }: LedgerRange): string {
  return `partition = ${partition} AND ledger_id BETWEEN ${first} AND ${last}`;
}

function unnamed(range: LedgerRange): FrozenRange {
  return { ...range, queryId: '' };
}
