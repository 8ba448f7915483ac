// Events about items from history, in pages small enough that an engine in the same process is soon done.

import type { LedgerRange } from '../ledger/ledger-reader.ts';
import type { EventRow } from './learned-events.ts';

/**
 * Rows of ranges, each partition's in the order of its ledger.
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

interface PageRow extends EventRow {
  readonly partition: number | string;
  readonly ledger_id: number | string;
}

/** Over the table `events`. */
export function historyPages(query: Query): ReadHistory {
  return async function* (ranges, events, sinceMs) {
    const upTo = new Map(ranges.map(({ partition, last }) => [partition, last]));
    const from = new Map(ranges.map(({ partition, first }) => [partition, first]));
    let partition = -1;
    let ledgerId = 0;
    for (;;) {
      const rows: PageRow[] = await query<PageRow>(
        `SELECT partition, ledger_id, customer_id, event,
           toUnixTimestamp64Milli(timestamp) AS at_ms, step_source
         FROM events
         WHERE (partition, ledger_id) > ({partition:Int32}, {id:UInt64})
           AND event IN {events:Array(String)}
           AND received_at >= fromUnixTimestamp64Milli({since:Int64})
           AND partition IN {partitions:Array(UInt16)}
         ORDER BY partition, ledger_id LIMIT ${PAGE_ROWS}`,
        {
          ...{ partition, id: ledgerId, events, since: sinceMs ?? 0 },
          partitions: [...upTo.keys()],
        },
      );
      yield rows.filter((row) => {
        const id = Number(row.ledger_id);
        const p = Number(row.partition);
        return id >= (from.get(p) ?? 1) && id <= (upTo.get(p) ?? 0);
      });
      if (rows.length < PAGE_ROWS) return;
      const last = rows.at(-1)!;
      partition = Number(last.partition);
      ledgerId = Number(last.ledger_id);
    }
  };
}
