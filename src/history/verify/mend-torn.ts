// Makes a torn partition whole when what was lost of it will not come back, which an operator knows
// and nobody else. It counts on beyond everything that history, files and ledger have, so that no
// number is given twice; what had a number and is nowhere `verify` names as missing.

import { isTorn } from '../../ledger/ledger-reader.ts';
import { TABLE_NAMES } from '../../ledger/ledger-rows.ts';
import type { LedgerScripts } from '../../ledger/ledger-scripts.ts';
import type { HistorySink } from '../sinks/sink.ts';
import { LeaseLost } from '../writer/insert-blocks.ts';
import type { Extent } from './compare-ids.ts';

export interface MendParts {
  readonly ledger: LedgerScripts;
  readonly sink: Pick<HistorySink, 'query'>;
}

/**
 * Under the lease of `fence`.
 * @returns whether there was anything to mend
 * @throws LeaseLost; Unavailable without Redis, Error without ClickHouse
 */
export async function mendTorn(
  { ledger, sink }: MendParts,
  extent: Extent,
  fence: string,
): Promise<boolean> {
  if (!isTorn(extent)) return false;
  const { partition } = extent;
  const tables = TABLE_NAMES.map(
    (table) => `SELECT max(ledger_id) AS id FROM ${table} WHERE partition = ${partition}`,
  );
  const [row] = await sink.query<{ id: number | string }>(
    `SELECT max(id) AS id FROM (${tables.join(' UNION ALL ')})`,
  );
  const spooled = Math.max(0, ...extent.spooled.map(({ last }) => last));
  const outcome = await ledger.mend({ partition, fence, beyond: Number(row?.id ?? 0), spooled });
  if (outcome.kind === 'fenced') throw new LeaseLost();
  return outcome.kind === 'mended';
}
