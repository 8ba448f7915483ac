// Events about items and merges from history, in pages small enough that an engine in the same process is soon done.

import type { LedgerRange } from '../ledger/ledger-reader.ts';
import { MEMBERS_KNOWN_MAX } from './known-members.ts';
import type { EventRow } from './learned-events.ts';

/**
 * Rows of ranges, a day after the other, each partition's in the order of its ledger.
 * @param sinceMs received then or later; null = whenever
 * @param groups segment groups whose members are asked for, those of before `sinceMs`, too
 * @throws Error when history does not answer
 */
export type ReadHistory = (
  ranges: readonly LedgerRange[],
  events: readonly string[],
  sinceMs: number | null,
  groups: readonly string[],
) => AsyncIterable<readonly EventRow[]>;

type Query = <Row>(sql: string, params?: Readonly<Record<string, unknown>>) => Promise<Row[]>;

const PAGE_ROWS = 5_000;
const DAY_MS = 86_400_000;
/** Of `identity_changes`: what LearnedEvents takes of a record. */
export const IS_FOLD = 'canonical_id = customer_id AND from_records > 0';

interface PageRow extends EventRow {
  readonly partition: number | string;
  readonly ledger_id: number | string;
  readonly kind: number | string;
}

/** What pages are of. */
interface Asked {
  readonly ranges: readonly LedgerRange[];
  readonly events: readonly string[];
  readonly groups: readonly string[];
}

/**
 * Over the tables `events`, `identity_changes` and, for groups, `customer_changes`, which lie in the order
 * of time: a day after the other, so that a page looks through one day and not through all of them.
 */
export function historyPages(query: Query, nowMs: () => number): ReadHistory {
  return async function* (ranges, events, sinceMs, groups) {
    const held = ranges.filter(({ first, last }) => first <= last);
    if (held.length === 0) return;
    const asked = { ranges: held, events, groups };
    if (sinceMs === null) {
      yield* pagesBetween(query, asked, 0, null);
      return;
    }
    if (groups.length > 0) yield* membersBefore(query, asked, sinceMs);
    // What gateways' clocks put after now is in the last one.
    for (let from = sinceMs; ; from += DAY_MS) {
      const isLast = from + DAY_MS > nowMs();
      yield* pagesBetween(query, asked, from, isLast ? null : from + DAY_MS);
      if (isLast) return;
    }
  };
}

/** Who was a member of what when the first page begins. */
async function* membersBefore(
  query: Query,
  { ranges, groups }: Asked,
  beforeMs: number,
): AsyncGenerator<readonly EventRow[]> {
  const most = Math.ceil(MEMBERS_KNOWN_MAX / ranges.length);
  for (const { partition, last } of ranges)
    yield await query<EventRow>(MEMBERS_BEFORE, { groups, partition, last, beforeMs, most });
}

async function* pagesBetween(
  query: Query,
  { ranges, events, groups }: Asked,
  fromMs: number,
  toMs: number | null,
): AsyncGenerator<readonly EventRow[]> {
  let after: Pick<PageRow, 'partition' | 'ledger_id' | 'kind'> = NOTHING_YET;
  const sql = pageOf(toMs !== null, groups.length > 0);
  for (;;) {
    const rows: PageRow[] = await query<PageRow>(sql, {
      ...{
        partition: Number(after.partition),
        id: Number(after.ledger_id),
        kind: Number(after.kind),
      },
      ...{ events, groups, from: fromMs, to: toMs ?? 0 },
      partitions: ranges.map((range) => range.partition),
      firsts: ranges.map(({ first }) => first),
      lasts: ranges.map(({ last }) => last),
    });
    yield rows;
    if (rows.length < PAGE_ROWS) return;
    after = rows.at(-1)!;
  }
}

const NOTHING_YET = { partition: -1, ledger_id: 0, kind: 0 };

/** Of one record the customer's row comes first: it says what holds with the event. */
function pageOf(hasEnd: boolean, hasGroups: boolean): string {
  const day = `intDiv(toUnixTimestamp64Milli(received_at), ${DAY_MS}) AS day`;
  const no = `emptyArrayString() AS members`;
  const selects = [
    `SELECT t.partition AS partition, ledger_id, 2 AS kind, customer_id, event,
       toUnixTimestamp64Milli(timestamp) AS at_ms, step_source, '' AS from_id, ${no}, ${day}
     FROM events AS t WHERE ${within(2, hasEnd)} AND event IN {events:Array(String)}`,
    `SELECT t.partition AS partition, ledger_id, 1 AS kind, customer_id, '' AS event,
       0 AS at_ms, '' AS step_source, from_id, ${no}, ${day}
     FROM identity_changes AS t WHERE ${within(1, hasEnd)} AND ${IS_FOLD}`,
  ];
  if (hasGroups) {
    selects.push(`SELECT t.partition AS partition, ledger_id, 0 AS kind, customer_id, '' AS event,
       0 AS at_ms, '' AS step_source, '' AS from_id, ${MEMBERS_OF} AS members, ${day}
     FROM customer_changes AS t WHERE ${within(0, hasEnd)}`);
  }
  return `SELECT * FROM (${selects.join(' UNION ALL ')})
    ORDER BY partition, ledger_id, kind LIMIT ${PAGE_ROWS}`;
}

export const MEMBERS_OF = 'arrayMap(g -> segments[g], {groups:Array(String)})';

/** Of one partition, the newest of each customer; of too many those whose rows are the newest. */
const MEMBERS_BEFORE = `SELECT customer_id, '' AS event, argMax(${MEMBERS_OF}, ledger_id) AS members
  FROM customer_changes AS t
  WHERE t.partition = {partition:UInt16} AND received_at < fromUnixTimestamp64Milli({beforeMs:Int64})
    AND ledger_id <= {last:UInt64}
  GROUP BY customer_id HAVING arrayExists(m -> m != '', members)
  ORDER BY max(ledger_id) DESC LIMIT {most:UInt32}`;

function within(kind: number, hasEnd: boolean): string {
  return `received_at >= fromUnixTimestamp64Milli({from:Int64})
       ${hasEnd ? 'AND received_at < fromUnixTimestamp64Milli({to:Int64})' : ''}
       AND (t.partition, ledger_id, ${kind}) > ({partition:Int32}, {id:UInt64}, {kind:UInt8})
       AND ledger_id >= transform(t.partition, {partitions:Array(UInt16)}, {firsts:Array(UInt64)}, toUInt64(1))
       AND ledger_id <= transform(t.partition, {partitions:Array(UInt16)}, {lasts:Array(UInt64)}, toUInt64(0))`;
}
