// Events about items and merges from history, in pages small enough that an engine in the same process is soon done.

import type { LedgerRange } from '../ledger/ledger-reader.ts';
import type { EventRow } from './learned-events.ts';

/**
 * Rows of ranges, a day after the other, each partition's in the order of its ledger.
 * @param sinceMs received then or later; null = whenever
 * @throws Error when history does not answer
 */
export type ReadHistory = (
  ranges: readonly LedgerRange[],
  events: readonly string[],
  sinceMs: number | null,
) => AsyncIterable<readonly EventRow[]>;

type Query = <Row>(sql: string, params?: Readonly<Record<string, unknown>>) => Promise<Row[]>;

const PAGE_ROWS = 5_000;
const DAY_MS = 86_400_000;
/** Of `identity_changes`: what LearnedEvents takes of a record. */
export const IS_FOLD = 'canonical_id = customer_id AND from_records > 0';

interface PageRow extends EventRow {
  readonly partition: number | string;
  readonly ledger_id: number | string;
}

/**
 * Over the table `events`, which lies in the order of time: a day after the other, so that a page looks
 * through one day and not through all of them.
 */
export function historyPages(query: Query, nowMs: () => number): ReadHistory {
  return async function* (ranges, events, sinceMs) {
    const held = ranges.filter(({ first, last }) => first <= last);
    if (held.length === 0) return;
    if (sinceMs === null) {
      yield* pagesBetween(query, held, events, 0, null);
      return;
    }
    // What gateways' clocks put after now is in the last one.
    for (let from = sinceMs; ; from += DAY_MS) {
      const isLast = from + DAY_MS > nowMs();
      yield* pagesBetween(query, held, events, from, isLast ? null : from + DAY_MS);
      if (isLast) return;
    }
  };
}

async function* pagesBetween(
  query: Query,
  ranges: readonly LedgerRange[],
  events: readonly string[],
  fromMs: number,
  toMs: number | null,
): AsyncGenerator<readonly EventRow[]> {
  let partition = -1;
  let ledgerId = 0;
  for (;;) {
    const rows: PageRow[] = await query<PageRow>(
      `SELECT * FROM (
       SELECT e.partition AS partition, ledger_id, customer_id, event,
         toUnixTimestamp64Milli(timestamp) AS at_ms, step_source, '' AS from_id,
         intDiv(toUnixTimestamp64Milli(received_at), ${DAY_MS}) AS day
       FROM events AS e
       WHERE ${within('e', toMs)} AND event IN {events:Array(String)}
       UNION ALL
       SELECT i.partition AS partition, ledger_id, customer_id, '' AS event,
         0 AS at_ms, '' AS step_source, from_id,
         intDiv(toUnixTimestamp64Milli(received_at), ${DAY_MS}) AS day
       FROM identity_changes AS i
       WHERE ${within('i', toMs)} AND ${IS_FOLD}
       ) ORDER BY partition, ledger_id LIMIT ${PAGE_ROWS}`,
      {
        ...{ partition, id: ledgerId, events, from: fromMs, to: toMs ?? 0 },
        partitions: ranges.map((range) => range.partition),
        firsts: ranges.map(({ first }) => first),
        lasts: ranges.map(({ last }) => last),
      },
    );
    yield rows;
    if (rows.length < PAGE_ROWS) return;
    const last = rows.at(-1)!;
    partition = Number(last.partition);
    ledgerId = Number(last.ledger_id);
  }
}

function within(table: 'e' | 'i', toMs: number | null): string {
  return `received_at >= fromUnixTimestamp64Milli({from:Int64})
         ${toMs === null ? '' : 'AND received_at < fromUnixTimestamp64Milli({to:Int64})'}
         AND (${table}.partition, ledger_id) > ({partition:Int32}, {id:UInt64})
         AND ledger_id >= transform(${table}.partition, {partitions:Array(UInt16)}, {firsts:Array(UInt64)}, toUInt64(1))
         AND ledger_id <= transform(${table}.partition, {partitions:Array(UInt16)}, {lasts:Array(UInt64)}, toUInt64(0))`;
}
