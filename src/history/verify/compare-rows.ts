// Compares what the ledger still holds with history, row by row.

import { type LedgerRange, readPositions, readRecords } from '../../ledger/ledger-reader.ts';
import { Blocks } from '../../ledger/ledger-rows.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { HistorySink } from '../sinks/sink.ts';
import type { Extent } from './compare-ids.ts';
import { type Differences, without } from './difference.ts';
import { positionOf, type StoredPositions, storedPositions } from './read-back.ts';

/** Records whose rows are in memory at once. */
export const RANGE_RECORDS = 10_000;

export interface RowSource {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly sink: Pick<HistorySink, 'query'>;
}

/** Ranges named in one statement, once for each table. */
const RANGES_MAX = 300;

/**
 * Notes what differs.
 * @returns of each extent, how many records were compared
 * @throws Unavailable
 */
export async function compareRows(
  source: RowSource,
  extents: readonly Extent[],
  differences: Differences,
): Promise<number[]> {
  const compared = new Map(extents.map(({ partition }) => [partition, 0]));
  for (const ranges of together(extents)) {
    const expected: Expected[] = [];
    for (const range of ranges) {
      const { rows, ids } = await readExpected(source, range);
      if (ids.size <= range.last - range.first) await noteGaps(source, range, ids, differences);
      compared.set(range.partition, compared.get(range.partition)! + ids.size);
      if (ids.size > 0) expected.push({ range, rows, ids });
    }
    if (expected.length === 0) continue;
    const stored = await storedPositions(
      source.sink,
      expected.map(({ range }) => range),
    );
    for (const it of expected) compareRange(it, stored.get(it.range.partition)!, differences);
  }
  return [...compared.values()];
}

/** What the ledger holds and history should have, in groups of bounded size. */
function* together(extents: readonly Extent[]): Generator<LedgerRange[]> {
  let group: LedgerRange[] = [];
  let records = 0;
  for (const range of extents.flatMap((extent) => [...rangesOf(extent)])) {
    const { length } = range;
    if (group.length === RANGES_MAX || (group.length > 0 && records + length > RANGE_RECORDS)) {
      yield group;
      group = [];
      records = 0;
    }
    group.push(range);
    records += length;
  }
  if (group.length > 0) yield group;
}

interface SizedRange extends LedgerRange {
  readonly length: number;
}

function* rangesOf({ partition, oldest, marked, spooled }: Extent): Generator<SizedRange> {
  for (const { first, last } of without({ first: oldest, last: marked }, spooled)) {
    for (let from = first; from <= last; from += RANGE_RECORDS) {
      const to = Math.min(last, from + RANGE_RECORDS - 1);
      yield { partition, first: from, last: to, length: to - from + 1 };
    }
  }
}

/** The rows that the ledger has of a range, and which of its records it lacks. */
export async function readExpected(
  { connection, keys }: Pick<RowSource, 'connection' | 'keys'>,
  range: LedgerRange,
): Promise<{ readonly rows: Blocks; readonly ids: ReadonlySet<number> }> {
  const rows = new Blocks();
  const ids = new Set<number>();
  for await (const page of readRecords(connection, keys, [range])) {
    for (const { partition, id, text } of page) {
      rows.addRecord(partition, id, text, Date.now());
      ids.add(id);
    }
  }
  return { rows, ids };
}

/** What history should have of a range. */
interface Expected {
  readonly range: LedgerRange;
  readonly rows: Blocks;
  readonly ids: ReadonlySet<number>;
}

/** @param stored of its partition; what is found of it is taken out */
function compareRange(
  { range: { partition }, rows, ids }: Expected,
  stored: StoredPositions,
  differences: Differences,
): void {
  const missing: string[] = [];
  for (const block of rows.all()) {
    for (const row of block.rows) {
      const { key } = positionOf(block, row);
      if (!stored.delete(key)) missing.push(key);
    }
  }
  noteRows('missing_row', partition, missing, differences);
  // What was trimmed meanwhile cannot be judged any more.
  const surplus = [...stored.keys()].filter((key) => ids.has(Number(key.split(' ')[1])));
  noteRows('surplus_row', partition, surplus, differences);
}

/** Records that are not in the stream although it holds older ones: they were not trimmed. */
async function noteGaps(
  { connection, keys }: RowSource,
  { partition, first, last }: LedgerRange,
  ids: ReadonlySet<number>,
  differences: Differences,
): Promise<void> {
  const [now] = await readPositions(connection, keys, [partition]);
  for (let id = Math.max(first, now!.oldest); id <= last; id++) {
    if (!ids.has(id)) differences.note({ kind: 'ledger_gap', partition, first: id, last: id });
  }
}

/** @param keys `<table> <ledger id> <ordinal>` */
function noteRows(
  kind: 'missing_row' | 'surplus_row',
  partition: number,
  keys: readonly string[],
  differences: Differences,
): void {
  const rows = keys.map((key) => {
    const [table = '', id] = key.split(' ');
    return { table, id: Number(id) };
  });
  rows.sort((a, b) => (a.table === b.table ? a.id - b.id : a.table < b.table ? -1 : 1));
  for (const { table, id } of rows) {
    differences.note({ kind, partition, first: id, last: id, table, rows: 1 });
  }
}
