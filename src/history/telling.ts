// What the work on history tells: what it counts, and what it logs.

/** Every method is called once per batch at most. */
export interface HistoryMetrics {
  /** Records of the ledger are in history, as so many rows. */
  wrote(records: number, rows: number, durationMs: number): void;
  refused(rows: number): void;
  recovered(missing: number, removed: number): void;
  /** Records went to a file instead of to history. */
  spooled(records: number): void;
  /** Records from files are in history. */
  broughtHome(records: number): void;
  /** A spool file, or what should be in one, cannot be read. */
  damaged(): void;
  failed(): void;
}

export interface HistoryLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
