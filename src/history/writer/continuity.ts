// Whether history can have rows at the positions of a range that was never frozen before. Redis may
// come back without its last writes (a replica that was behind takes over, a restart without the
// last second) and then gives ids out again that history has rows of: the marks went back, too, so
// to the ledger such a range is new. Rows of a past that is no more would stand beside it.
//
// A range that follows a mark of our own, under the same lease, is beyond doubt. Of any other (the
// first after a start or after a lease was won, and the first after Redis went back) history is asked
// once. So it is of what lies beyond a range that is recovered.

import { TABLE_NAMES } from '../../ledger/ledger-rows.ts';
import type { FrozenRange, HeldRange } from '../../ledger/ledger-scripts.ts';
import type { HistorySink } from '../sinks/sink.ts';
import { quoted } from './surplus.ts';

/** What is lost goes missing within minutes; nobody looks later than that. Bounds what is read. */
const LOOK_BACK = 'received_at > now() - INTERVAL 31 DAY';
/**
 * A crash or a failover loses the last seconds, a replica that was behind the last minutes. What is
 * missing for longer is not lost but older: a copy of Redis that was put back.
 */
const LOST_MS_MAX = 10 * 60_000;
/** Ranges named in one statement: a statement has at most 256 KB. */
const RANGES_MAX = 300;

export class Continuity {
  /** Partition → the last fresh range that we marked, and Redis agreed. */
  private readonly marked = new Map<number, HeldRange>();
  private readonly doubtful = new Set<number>();

  /** A range is frozen that was not before. Until it is marked, what Redis has may change. */
  froze({ partition, first, fence }: HeldRange): void {
    const before = this.marked.get(partition);
    if (before?.last === first - 1 && before.fence === fence) this.doubtful.delete(partition);
    else this.doubtful.add(partition);
    this.marked.delete(partition);
  }

  /** Rows may have come that nobody froze: the next range is in doubt, whatever it follows. */
  doubt(partition: number): void {
    this.marked.delete(partition);
  }

  /** Whether history may have rows at the positions of this fresh range, and beyond. */
  doubts({ partition }: FrozenRange): boolean {
    return this.doubtful.has(partition);
  }

  /** A fresh range is in history, and Redis has its mark. */
  wrote(range: HeldRange): void {
    this.marked.set(range.partition, range);
  }
}

/**
 * Makes sure that what history has at and beyond these ranges, and did not get from them, is no more
 * than Redis can have lost by itself: that much is forgotten without a word, more by people only.
 * @throws Error when it is more, or ClickHouse fails
 */
export async function refuseLongPast(
  sink: HistorySink,
  ranges: readonly FrozenRange[],
): Promise<void> {
  for (let i = 0; i < ranges.length; i += RANGES_MAX) {
    const others = ranges
      .slice(i, i + RANGES_MAX)
      .map(
        ({ partition, first, queryId }) =>
          `(partition = ${partition} AND ledger_id >= ${first}
            AND NOT startsWith(toString(batch), ${quoted(queryId)}) AND batch != '')`,
      )
      .join(' OR ');
    const tables = TABLE_NAMES.map(
      (table) => `SELECT received_at FROM ${table} WHERE (${others}) AND ${LOOK_BACK}`,
    );
    const [found] = await sink.query<{ n: number | string; spanMs: number | string }>(
      `SELECT count() AS n,
        if(n = 0, 0, toUnixTimestamp64Milli(max(received_at)) - toUnixTimestamp64Milli(min(received_at))) AS spanMs
       FROM (${tables.join(' UNION ALL ')})`,
    );
    const { n, spanMs } = found!;
    if (Number(spanMs) <= LOST_MS_MAX) continue;
    const minutes = Math.round(Number(spanMs) / 60_000);
    throw new Error(
      `history has ${n} rows of ${minutes} minutes that Redis does not know of, as after an older ` +
        'copy of Redis was put back: `proffer verify` names them, `proffer verify --repair` removes them',
    );
  }
}

/**
 * Removes rows at and beyond the first positions of ranges that nothing was inserted of: all of them
 * are of a past that Redis has lost.
 * @param mayRemove asked before every removal; false = the lease is no longer ours
 * @returns rows removed
 * @throws Error when ClickHouse fails; it can be done again
 */
export async function forgetLostPast(
  sink: HistorySink,
  ranges: readonly FrozenRange[],
  mayRemove: () => boolean,
): Promise<number> {
  let removed = 0;
  for (let i = 0; i < ranges.length; i += RANGES_MAX) {
    removed += await forgetPastOf(sink, ranges.slice(i, i + RANGES_MAX), mayRemove);
  }
  return removed;
}

async function forgetPastOf(
  sink: HistorySink,
  ranges: readonly FrozenRange[],
  mayRemove: () => boolean,
): Promise<number> {
  const within = ranges.map(
    ({ partition, first }) => `(partition = ${partition} AND ledger_id >= ${first})`,
  );
  const where = `(${within.join(' OR ')}) AND ${LOOK_BACK}`;
  const counts = TABLE_NAMES.map(
    (table) =>
      `SELECT '${table}' AS name, count() AS n, groupUniqArray(toString(batch)) AS batches
       FROM ${table} WHERE ${where}`,
  );
  const found = await sink.query<{ name: string; n: number | string; batches: string[] }>(
    counts.join(' UNION ALL '),
  );
  let removed = 0;
  for (const { name, n, batches } of found) {
    if (Number(n) === 0) continue;
    if (!mayRemove()) return removed;
    // By name: if this worker is paused here, what others wrote meanwhile is not what it has seen.
    const seen = batches.map(quoted).join(',');
    await sink.command(
      `ALTER TABLE ${name} DELETE WHERE ${where} AND batch IN (${seen}) SETTINGS mutations_sync = 2`,
    );
    removed += Number(n);
  }
  return removed;
}
