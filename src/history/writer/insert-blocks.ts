// Writes blocks, one insert each, on a server side by side. A block that the engine refuses because of its data is taken
// apart until the rows at fault are alone; those go to `rejected` as text, and the line goes on.

import { type Block, type Blocks, refusedRow } from '../../ledger/ledger-rows.ts';
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

/**
 * Inserts under way at once on a server: a block of every table that much is written to, so that slow answers are waited for
 * together. The embedded engine runs one statement at a time, and has to hold one block's text less.
 */
const INSERTS_MAX = 6;

/**
 * Writes blocks; `queryId` begins the query ids of all its inserts. None of them is under way any
 * more, as far as can be known here, when this resolves.
 */
export async function insertBlocks(
  sink: HistorySink,
  blocks: Blocks,
  queryId: string,
  mayInsert: MayInsert,
): Promise<WriteOutcome> {
  const run = new Run(sink, queryId, mayInsert);
  const cause = (await run.writeAll(blocks.all())) ?? (await run.writeAll(run.refusals()));
  return cause === null
    ? { kind: 'written', refused: run.refusedCount }
    : { kind: 'unknown', cause };
}

class Run {
  /** Blocks of `rejected` by month: written last, all together. */
  private readonly refused = new Map<
    number,
    { table: 'rejected'; month: number; rows: string[] }
  >();
  refusedCount = 0;
  private inserts = 0;

  constructor(
    private readonly sink: HistorySink,
    private readonly queryId: string,
    private readonly mayInsert: MayInsert,
  ) {}

  refusals(): Block[] {
    return [...this.refused.values()];
  }

  /** null = done. After a fault no other insert begins; those under way are waited for. */
  async writeAll(blocks: readonly Block[]): Promise<Error | null> {
    const waiting = [...blocks];
    const causes: Error[] = [];
    const next = async () => {
      while (causes.length === 0) {
        const block = waiting.shift();
        if (block === undefined) return;
        const cause = await this.write(block, null);
        if (cause !== null) causes.push(cause);
      }
    };
    const atOnce = this.sink.kind === 'server' ? INSERTS_MAX : 1;
    await Promise.all(Array.from({ length: Math.min(atOnce, blocks.length) }, next));
    // What was sent and is not known of weighs more than what was not sent.
    return causes.find((cause) => !(cause instanceof LeaseLost)) ?? causes[0] ?? null;
  }

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
