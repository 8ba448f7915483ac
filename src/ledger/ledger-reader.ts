// Reads positions and records of the ledger.

import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

/** How far a partition is. */
export interface Positions {
  /** Number of the last ledger record. */
  readonly written: number;
  /** Last record known to be in history. */
  readonly marked: number;
  /** First record the stream still holds; `written + 1` when it is empty. */
  readonly oldest: number;
}

/**
 * Whether a part of a partition's keys was lost, as freeze-ledger.lua says it: the position, or the
 * mark.
 */
export function isTorn({ written, marked, oldest }: Positions): boolean {
  return written < marked || (marked === 0 && written > 0 && oldest !== 1);
}

/** A record with its ledger id. */
export interface LedgerRecord {
  readonly partition: number;
  readonly id: number;
  readonly text: string;
}

/** A part of a partition's ledger, inclusive. */
export interface LedgerRange {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

/** Records of one page, at most: the common one is 1–3 MB then, and a larger one was not faster. */
const PAGE_RECORDS = 4_000;
/** Of the first ones: nobody knows yet how large records are. */
const FIRST_RECORDS = 200;
/**
 * What a page is to have at most. A decision with a list of long items takes up to megabytes, so pages have
 * as many records as those of the last one let expect.
 */
const PAGE_BYTES = 8 * 1024 * 1024;

/** Of a stream: an id, and names and values in turn. */
type Entry = [id: Buffer, fields: Buffer[]];

/** Positions of partitions, in one round trip. @throws Unavailable */
export async function readPositions(
  connection: RedisConnection,
  keys: Keys,
  partitions: readonly number[],
): Promise<Positions[]> {
  return Promise.all(
    partitions.map(async (partition) => {
      const names = keys.partition(partition);
      // The mark first: what is counted meanwhile is no position behind it.
      const [marked, position, head] = await Promise.all([
        connection.call('get', [names.marked]),
        connection.call('get', [names.position]),
        connection.call('xrange', [names.ledger, '-', '+', 'COUNT', '1']),
      ]);
      const written = Number(position ?? 0);
      const [first] = head as Entry[];
      const oldest = first === undefined ? written + 1 : idOf(first[0]);
      return { written, marked: Number(marked ?? 0), oldest };
    }),
  );
}

/** The query id that each partition's ledger is frozen under; null = it is not. @throws Unavailable */
export async function readFrozen(
  connection: RedisConnection,
  keys: Keys,
  partitions: readonly number[],
): Promise<(string | null)[]> {
  return Promise.all(
    partitions.map(async (partition) => {
      const query = await connection.call('hget', [keys.partition(partition).frozen, 'query']);
      return query === null ? null : String(query);
    }),
  );
}

/**
 * The records of ranges, page by page in order, several ranges together in a page. Records that are
 * not in the stream are left out. @throws Unavailable
 */
export async function* readRecords(
  connection: RedisConnection,
  keys: Keys,
  ranges: readonly LedgerRange[],
): AsyncGenerator<LedgerRecord[]> {
  let before: Promise<LedgerRecord[]> | null = null;
  let room = FIRST_RECORDS;
  for (const page of pagesOf(ranges, () => room)) {
    // The next page is on its way while the caller works on this one.
    const asked = readPage(connection, keys, page);
    asked.catch(() => {});
    if (before !== null) {
      const records = await before;
      room = roomAfter(records, room);
      yield records;
    }
    before = asked;
  }
  if (before !== null) yield await before;
}

/** One record's text; null = the stream does not hold it. @throws Unavailable */
export async function readText(
  connection: RedisConnection,
  keys: Keys,
  partition: number,
  id: number,
): Promise<string | null> {
  const [record] = await readPage(connection, keys, [{ partition, first: id, last: id }]);
  return record?.text ?? null;
}

async function readPage(
  connection: RedisConnection,
  keys: Keys,
  page: readonly LedgerRange[],
): Promise<LedgerRecord[]> {
  const replies = await Promise.all(
    page.map(({ partition, first, last }) =>
      connection.call('xrange', [keys.partition(partition).ledger, `${first}-0`, `${last}-0`]),
    ),
  );
  const records: LedgerRecord[] = [];
  for (let i = 0; i < page.length; i++) {
    const { partition } = page[i]!;
    const entries = replies[i] as Entry[];
    for (let j = 0; j < entries.length; j++) {
      const [id, fields] = entries[j]!;
      records.push({ partition, id: idOf(id), text: fields[1]?.toString('utf8') ?? '' });
    }
  }
  return records;
}

/** How many records the next page has. */
function roomAfter(page: readonly LedgerRecord[], before: number): number {
  if (page.length === 0) return before;
  const chars = page.reduce((sum, { text }) => sum + text.length, 0);
  return Math.max(1, Math.min(PAGE_RECORDS, Math.floor((PAGE_BYTES * page.length) / (chars + 1))));
}

/** @param most records of the page that begins */
function* pagesOf(ranges: readonly LedgerRange[], most: () => number): Generator<LedgerRange[]> {
  let page: LedgerRange[] = [];
  let room = most();
  for (const { partition, first, last } of ranges) {
    for (let from = first; from <= last; ) {
      const to = Math.min(last, from + room - 1);
      page.push({ partition, first: from, last: to });
      room -= to - from + 1;
      from = to + 1;
      if (room > 0) continue;
      yield page;
      page = [];
      room = most();
    }
  }
  if (page.length > 0) yield page;
}

/** `17-0` → 17. */
function idOf(id: Buffer): number {
  return Number.parseInt(id.toString('latin1'), 10);
}
