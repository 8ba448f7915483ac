// The port to ClickHouse, as the writer needs it. Two implementations: a server or cluster over
// HTTP, and the engine embedded in this process; test/contract/history-sink runs on both.

import type { Table } from '../../ledger/ledger-rows.ts';

/** What became of an insert. */
export type InsertOutcome =
  | { readonly kind: 'inserted' }
  | {
      /** The data is at fault and always will be: nothing of this block was written. */
      readonly kind: 'refused';
      readonly code: number;
      readonly reason: string;
      /** Index of the row the engine stopped at, when it said; a hint, not a verdict. */
      readonly row: number | null;
    }
  /** Nobody knows what was written: read positions back before anything else. */
  | { readonly kind: 'unknown'; readonly cause: Error };

export interface InsertBlock {
  readonly table: Table | 'catalog_versions';
  /** JSONEachRow lines without newlines; written as one block. */
  readonly rows: readonly string[];
  /** Query id, and deduplication token: never used for other rows. */
  readonly queryId: string;
}

/** A connection to history. Not shared between users: settings are per connection. */
export interface HistorySink {
  readonly kind: 'embedded' | 'server';
  /** Runs a statement that answers nothing. @throws Error with ClickHouse's message */
  command(sql: string): Promise<void>;
  /** Rows of a query. Identifiers and numbers in `sql` are ours, strings go into `params`. */
  query<Row>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<Row[]>;
  insert(block: InsertBlock): Promise<InsertOutcome>;
  /**
   * Resolves when no insert whose query id starts with `prefix` runs any more.
   * @throws Error when that cannot be brought about
   */
  ended(prefix: string): Promise<void>;
  /**
   * Where reads may meet a server that has not heard of every insert yet: resolves when all have of
   * those that ended before. Absent where that cannot be.
   */
  caughtUp?(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Settings of every insert: one block whatever its size, strings stay strings, and a token that only
 * saves work when the very same insert is sent twice (it is not trusted after a crash).
 */
export function insertSettings(block: InsertBlock) {
  return {
    async_insert: 0,
    insert_deduplicate: 1,
    insert_deduplication_token: block.queryId,
    max_insert_block_size: '10000000',
    min_insert_block_size_rows: '10000000',
    min_insert_block_size_bytes: '0',
    input_format_parallel_parsing: 0,
    input_format_try_infer_dates: 0,
    input_format_try_infer_datetimes: 0,
    input_format_skip_unknown_fields: 0,
    input_format_defaults_for_omitted_fields: 1,
    // A score that is read back must be the one that was decided on, to the last bit.
    precise_float_parsing: 1,
  } as const;
}
