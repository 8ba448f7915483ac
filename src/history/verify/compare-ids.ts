// Compares what history holds with what the ledger has counted, by ledger ids alone: this also works
// for what the ledger no longer holds. ClickHouse answers from bitmaps (a bit for an id that has
// neighbours), by buckets of ids, so that nobody ever holds all ids; only buckets that do not add up
// are looked into.

import type { LedgerRange } from '../../ledger/ledger-reader.ts';
import { TABLE_NAMES } from '../../ledger/ledger-rows.ts';
import type { HistorySink } from '../sinks/sink.ts';
import type { Differences } from './difference.ts';
import { without } from './difference.ts';

/** How far one partition is, and what of it is not expected in history yet. */
export interface Extent {
  readonly partition: number;
  /** Records that the ledger has counted. */
  readonly written: number;
  /** Records up to here should be in history… */
  readonly marked: number;
  /** …but for these, which wait in files; in order. */
  readonly spooled: readonly LedgerRange[];
  /** First record the ledger still holds; `written + 1` when it holds none. */
  readonly oldest: number;
}

const BUCKET = 65_536;
/** Ranges asked of one bucket. */
const RANGES_MAX = 2_000;

type Asked = Pick<HistorySink, 'query'>;
type Numeric = number | string;

/** Notes ids 1…marked that history lacks, and rows that it has more than once. */
export async function compareIds(
  sink: Asked,
  extents: readonly Extent[],
  differences: Differences,
): Promise<void> {
  if (extents.every(({ marked }) => marked === 0)) return;
  const counted = await countsByBucket(sink, extents);
  for (const extent of extents) {
    for (const bucket of bucketsOf(extent)) {
      const stored = counted.get(`${extent.partition} ${bucket.number}`) ?? 0;
      const lacks = bucket.last - bucket.first + 1 - stored;
      const isSpooled = extent.spooled.some(
        (r) => r.first <= bucket.last && r.last >= bucket.first,
      );
      if (lacks === 0 && !isSpooled) continue;
      if (differences.isFull) differences.noteMore(isSpooled ? 0 : lacks);
      else await noteMissing(sink, extent, bucket, differences);
    }
  }
  await noteDuplicates(sink, extents, differences);
}

/**
 * Notes ids that the ledger never wrote. `extents` must have been read after the last time history
 * was known to be behind: an id beyond `written` may be one that was written since.
 */
export async function compareSurplus(
  sink: Asked,
  extents: readonly Extent[],
  differences: Differences,
): Promise<void> {
  const ids = `SELECT DISTINCT partition, ledger_id AS id FROM (${rowsOf(extents)})
    WHERE ledger_id = 0 OR ledger_id > ${limitsOf(extents, 'written')}`;
  const rows = await sink.query<{ partition: number; first: Numeric; last: Numeric }>(
    islandsOf(ids),
  );
  for (const { partition, first, last } of rows) {
    const range = { first: Number(first), last: Number(last) };
    differences.note({ kind: 'surplus_record', partition, ...range });
  }
}

async function countsByBucket(
  sink: Asked,
  extents: readonly Extent[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await sink.query<{ partition: number; bucket: Numeric; stored: Numeric }>(
    `SELECT partition, intDiv(ledger_id, ${BUCKET}) AS bucket, groupBitmap(ledger_id) AS stored
     FROM (${rowsOf(extents)}) WHERE ledger_id BETWEEN 1 AND ${limitsOf(extents, 'marked')}
     GROUP BY partition, bucket`,
  );
  return new Map(rows.map((row) => [`${row.partition} ${row.bucket}`, Number(row.stored)]));
}

interface Bucket {
  readonly number: number;
  readonly first: number;
  readonly last: number;
}

function* bucketsOf({ marked }: Extent): Generator<Bucket> {
  for (let number = 0; number * BUCKET <= marked; number++) {
    const first = Math.max(1, number * BUCKET);
    const last = Math.min(marked, (number + 1) * BUCKET - 1);
    if (first <= last) yield { number, first, last };
  }
}

async function noteMissing(
  sink: Asked,
  extent: Extent,
  { first, last }: Bucket,
  differences: Differences,
): Promise<void> {
  const { partition, spooled } = extent;
  const within = `ledger_id BETWEEN ${first} AND ${last}`;
  const ids = `SELECT toUInt16(${partition}) AS partition, number AS id
    FROM numbers(${first}, ${last - first + 1})
    WHERE number NOT IN (SELECT ledger_id FROM (${rowsOf([extent])}) WHERE ${within})`;
  const rows = await sink.query<{ first: Numeric; last: Numeric }>(islandsOf(ids));
  for (const row of rows) {
    const range = { first: Number(row.first), last: Number(row.last) };
    for (const part of without(range, spooled)) {
      differences.note({ kind: 'missing_record', partition, ...part });
    }
  }
}

async function noteDuplicates(
  sink: Asked,
  extents: readonly Extent[],
  differences: Differences,
): Promise<void> {
  const limit = limitsOf(extents, 'marked');
  const buckets = await sink.query<{ partition: number; home: string; bucket: Numeric }>(
    `SELECT DISTINCT partition, home, bucket FROM (
       SELECT partition, home, ordinal, intDiv(ledger_id, ${BUCKET}) AS bucket
       FROM (${rowsOf(extents)}) WHERE ledger_id <= ${limit}
       GROUP BY partition, home, ordinal, bucket HAVING count() > groupBitmap(ledger_id)
     ) ORDER BY partition, home, bucket`,
  );
  for (const { partition, home, bucket } of buckets) {
    const extent = extents.find((candidate) => candidate.partition === partition)!;
    const first = Number(bucket) * BUCKET;
    const last = Math.min(extent.marked, first + BUCKET - 1);
    const rows = await sink.query<{ id: Numeric; extra: Numeric }>(
      `SELECT ledger_id AS id, count() - uniqExact(ordinal) AS extra FROM (${rowsOf([extent])})
       WHERE home = '${home}' AND ledger_id BETWEEN ${first} AND ${last}
       GROUP BY ledger_id HAVING extra > 0 ORDER BY ledger_id`,
    );
    for (const row of rows) {
      const id = Number(row.id);
      if (extent.spooled.some((range) => range.first <= id && id <= range.last)) continue;
      const difference = { partition, first: id, last: id, table: home, rows: Number(row.extra) };
      differences.note({ kind: 'duplicate_row', ...difference });
    }
  }
}

/** All rows of partitions, over all tables; a row that its table refused is at home there. */
function rowsOf(extents: readonly { readonly partition: number }[]): string {
  const partitions = extents.map(({ partition }) => partition).join(',');
  return TABLE_NAMES.map((table) => {
    const home =
      table === 'rejected' ? `if(source = '', 'rejected', toString(source))` : `'${table}'`;
    return `SELECT partition, ledger_id, ordinal, CAST(${home} AS String) AS home FROM ${table}
      WHERE partition IN (${partitions})`;
  }).join(' UNION ALL ');
}

/** An expression that is each partition's own limit. */
function limitsOf(extents: readonly Extent[], which: 'marked' | 'written'): string {
  const partitions = extents.map(({ partition }) => partition).join(',');
  const limits = extents.map((extent) => `toUInt64(${extent[which]})`).join(',');
  return `transform(partition, [${partitions}], [${limits}], toUInt64(0))`;
}

/** Rows of (partition, id) as ranges without gaps. */
function islandsOf(ids: string): string {
  return `SELECT partition, min(id) AS first, max(id) AS last FROM (
      SELECT partition, id,
        toInt64(id) - toInt64(row_number() OVER (PARTITION BY partition ORDER BY id)) AS island
      FROM (${ids})
    ) GROUP BY partition, island ORDER BY partition, first LIMIT ${RANGES_MAX}`;
}
