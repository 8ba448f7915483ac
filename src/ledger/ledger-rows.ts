// Hot path. Ledger records as the history worker reads them: text in, blocks of rows out, one block
// per table and month of `received_at`. Rows are spliced, never parsed.

import { columnString } from '../model/json-hazards.ts';
import { readHead, type StepHead } from './record-head.ts';

/** Tables by the tag of their lines. */
export const TABLES = {
  e: 'events',
  f: 'firings',
  t: 'due_timers',
  d: 'decisions',
  o: 'outcomes',
  r: 'rejected',
  c: 'customer_changes',
  i: 'identity_changes',
  x: 'refused_merges',
  a: 'audit',
  v: 'deliveries',
  m: 'items',
  n: 'recommendations',
} as const;

export type Table = (typeof TABLES)[keyof typeof TABLES];

/** All tables that hold ledger rows, in the order they are written. */
export const TABLE_NAMES: readonly Table[] = Object.values(TABLES);

/** Those whose records no customer's state counts. */
export const UNCOUNTED_TABLES: readonly Table[] = [
  ...(['audit', 'deliveries', 'items', 'recommendations'] as const),
];

/** Those whose rows are of a customer each, whose state counts their records. */
export const CUSTOMER_TABLES = TABLE_NAMES.filter((table) => !UNCOUNTED_TABLES.includes(table));

/** Rows of one table and one month: what one insert writes as one block. */
export interface Block {
  readonly table: Table;
  /** Like 202611; what the tables are partitioned by. */
  readonly month: number;
  /** JSONEachRow lines without newlines; each begins as `ROW_HEAD` says. */
  readonly rows: string[];
}

/** Collects the blocks of a batch. */
export class Blocks {
  private readonly byKey = new Map<string, Block>();
  private lastKey = '';
  private lastBlock: Block | null = null;
  /** UTF-16 units of all rows: what bounds a batch in memory. */
  size = 0;
  rowCount = 0;

  all(): Block[] {
    return [...this.byKey.values()];
  }

  add(table: Table, month: number, row: string): void {
    const key = `${month}${table}`;
    if (key !== this.lastKey || this.lastBlock === null) {
      let block = this.byKey.get(key);
      if (block === undefined) {
        block = { table, month, rows: [] };
        this.byKey.set(key, block);
      }
      this.lastKey = key;
      this.lastBlock = block;
    }
    this.lastBlock.rows.push(row);
    this.size += row.length;
    this.rowCount++;
  }

  /**
   * Adds all rows of a record. A record that is none of ours becomes a row of `rejected`, so that
   * its ledger id is in history and the line goes on.
   */
  addRecord(partition: number, ledgerId: number, record: string, nowMs: number): void {
    let lineEnd = record.indexOf('\n');
    const head = lineEnd < 0 ? null : readHead(record.slice(0, lineEnd));
    if (head === null) {
      this.addUnreadable(partition, ledgerId, record, nowMs);
      return;
    }
    const { receivedAtMs, step } = head;
    const month = monthOf(receivedAtMs);
    let ordinal = 0;
    while (lineEnd >= 0) {
      const start = lineEnd + 1;
      lineEnd = record.indexOf('\n', start);
      const row = record.slice(start + 2, lineEnd < 0 ? record.length : lineEnd);
      const table = TABLES[record[start] as keyof typeof TABLES];
      const position = rowHead(partition, ledgerId, ordinal, receivedAtMs);
      if (table === undefined || record[start + 1] !== '{') {
        this.add('rejected', month, position + unreadableRow(record));
      } else if (ordinal === 0 && step !== null) {
        this.add(table, month, position + stepColumns(step) + withSource(table, row));
      } else {
        this.add(table, month, position + row);
      }
      ordinal++;
    }
  }

  private addUnreadable(partition: number, ledgerId: number, record: string, nowMs: number): void {
    const head = rowHead(partition, ledgerId, 0, nowMs);
    this.add('rejected', monthOf(nowMs), head + unreadableRow(record));
  }
}

/** When a record was received, epoch ms; null = it is not a record. */
export function receivedAtOf(record: string): number | null {
  const lineEnd = record.indexOf('\n');
  return (lineEnd < 0 ? null : readHead(record.slice(0, lineEnd)))?.receivedAtMs ?? null;
}

function stepColumns({ mode, clockMs, publication, record, catalog }: StepHead): string {
  return (
    `"step_mode":${mode},"step_clock":${clockMs},"step_publication":${publication}` +
    `,"step_record":${record},"step_catalog":"${catalog}",`
  );
}

const PROPERTIES = ',"properties":';

/**
 * The row of an event with what was sent beside it, as text: the JSON columns drop nulls and empty
 * objects and forget the order of keys, and whoever steps the event again must see what was seen.
 * Measured: 4 of 20 µs of a row's insert.
 */
function withSource(table: Table, row: string): string {
  // Quotes inside of texts are escaped: nothing there looks like a column. A row that ends in a text
  // has its source already.
  if (table !== 'events' || !row.endsWith('}}')) return row;
  const sent = `{${row.slice(row.indexOf(PROPERTIES) + 1, -1)}}`;
  return `${row.slice(0, -1)},"step_source":${JSON.stringify(sent)}}`;
}

/** What the position of a row looks like in front of it. */
export const ROW_HEAD =
  /^\{"partition":(\d+),"ledger_id":(\d+),"ordinal":(\d+),"received_at":(-?\d+),/;

function rowHead(partition: number, id: number, ordinal: number, receivedAtMs: number): string {
  return `{"partition":${partition},"ledger_id":${id},"ordinal":${ordinal},"received_at":${receivedAtMs},`;
}

/** Longest part of a row or record that is kept as the text of a rejection. */
const KEPT_TEXT_MAX = 65_536;

function unreadableRow(record: string): string {
  const body = columnString(record.slice(0, KEPT_TEXT_MAX));
  return `"code":"unreadable_record","message":"not a ledger record","body":${body}}`;
}

const NAMED_BATCH = /^"batch":"[\w-]+",/;

/** A row that says itself which batch it is of: where rows of several are inserted together. */
export function inBatch(row: string, batch: string): string {
  const head = ROW_HEAD.exec(row);
  if (head === null) throw new Error('a row without its position');
  return `${head[0]}"batch":"${batch}",${row.slice(head[0].length)}`;
}

/** The row of `rejected` for a row that its table refused for a reason that will not pass. */
export function refusedRow(table: Table, row: string, code: number, reason: string): string {
  const head = ROW_HEAD.exec(row);
  if (head === null) throw new Error('a row without its position');
  const batch = NAMED_BATCH.exec(row.slice(head[0].length))?.[0] ?? '';
  const plain = head[0] + row.slice(head[0].length + batch.length);
  // Every row of a customer names it before anything that callers shape; strings are escaped, so
  // nothing inside one looks like this.
  const customer = /"customer_id":("(?:[^"\\]|\\.)*")/.exec(row)?.[1] ?? '""';
  return (
    `${head[0]}${batch}"source":"${table}","code":"refused_by_history","customer_id":${customer}` +
    `,"message":${columnString(`${code}: ${reason}`.slice(0, 500))}` +
    `,"body":${columnString(plain.slice(0, KEPT_TEXT_MAX))}}`
  );
}

const MONTH_MS = 31 * 86_400_000;
let monthStartMs = 0;
let monthEndMs = 0;
let monthNumber = 0;

/** The UTC month of a time, like 202611. */
export function monthOf(atMs: number): number {
  if (atMs >= monthStartMs && atMs < monthEndMs) return monthNumber;
  const at = new Date(atMs);
  const year = at.getUTCFullYear();
  const month = at.getUTCMonth();
  monthStartMs = Date.UTC(year, month);
  monthEndMs = Math.min(Date.UTC(year, month + 1), monthStartMs + MONTH_MS);
  monthNumber = year * 100 + month + 1;
  return monthNumber;
}
