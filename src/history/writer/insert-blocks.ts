// Writes blocks, one insert each. A block that the engine refuses because of its data is taken
// apart until the rows at fault are alone; those go to `rejected` as text, and the line goes on.

import { type Block, type Blocks, refusedRow } from '../ledger/ledger-rows.ts';
import type { HistorySink } from '../sinks/sink.ts';

export type WriteOutcome =
  /** Every row is in its table, or in `rejected`. */
  | { readonly kind: 'written'; readonly refused: number }
  /** Something may be missing or not: positions must be read back. */
  | { readonly kind: 'unknown'; readonly cause: Error };

/** Told before every insert; false = stop here (the lease is no longer ours). */
export type MayInsert = () => boolean;

/** Nothing was sent: the partition is another worker's. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease was lost before an insert');
  }
}

/** Writes blocks one after the other; `queryId` begins the query ids of all its inserts. */
export async function insertBlocks(
  sink: HistorySink,
  blocks: Blocks,
  queryId: string,
  mayInsert: MayInsert,
): Promise<WriteOutcome> {
  const run = new Run(sink, queryId, mayInsert);
  for (const block of blocks.all()) {
    const cause = await run.write(block, null);
    if (cause !== null) return { kind: 'unknown', cause };
  }
  const refused = run.refused;
  for (const block of refused.values()) {
    const cause = await run.write(block, null);
    if (cause !== null) return { kind: 'unknown', cause };
  }
  return { kind: 'written', refused: run.refusedCount };
}

class Run {
  /** Blocks of `rejected` by month: written last, all together. */
  readonly refused = new Map<number, { table: 'rejected'; month: number; rows: string[] }>();
  refusedCount = 0;
  private inserts = 0;

  constructor(
    private readonly sink: HistorySink,
    private readonly queryId: string,
    private readonly mayInsert: MayInsert,
  ) {}

  /** null = done. `hint`: the row that the engine blamed when it refused a larger block. */
  async write(block: Block, hint: number | null): Promise<Error | null> {
    if (block.rows.length === 0) return null;
    if (hint !== null) return this.split(block, hint);
    if (!this.mayInsert()) return new LeaseLost();
    const { table, month, rows } = block;
    const queryId = `${this.queryId}-${table}-${month}-${this.inserts++}`;
    const outcome = await this.sink.insert({ table, rows, queryId });
    switch (outcome.kind) {
      case 'inserted':
        return null;
      case 'unknown':
        return outcome.cause;
      case 'refused':
        if (rows.length > 1) return this.write(block, outcome.row ?? rows.length >> 1);
        return this.refuse(block, outcome.code, outcome.reason);
    }
  }

  /** Before the blamed row, the row alone, and after it; by halves when nothing was blamed. */
  private async split(block: Block, at: number): Promise<Error | null> {
    const { table, month, rows } = block;
    const row = Math.min(Math.max(at, 0), rows.length - 1);
    for (const part of [rows.slice(0, row), rows.slice(row, row + 1), rows.slice(row + 1)]) {
      const cause = await this.write({ table, month, rows: part }, null);
      if (cause !== null) return cause;
    }
    return null;
  }

  private refuse(block: Block, code: number, reason: string): Error | null {
    const row = block.rows[0]!;
    // `rejected` takes any text; if it does not, that is a fault to mend, not a row to drop.
    if (block.table === 'rejected') return new Error(`rejected refuses a row: ${reason}`);
    let target = this.refused.get(block.month);
    if (target === undefined) {
      target = { table: 'rejected', month: block.month, rows: [] };
      this.refused.set(block.month, target);
    }
    target.rows.push(refusedRow(block.table, row, code, reason));
    this.refusedCount++;
    return null;
  }
}
