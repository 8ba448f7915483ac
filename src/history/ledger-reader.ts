// Reads positions and records of the ledger.

import { orUnavailable, type RedisConnection } from '../redis/connection.ts';
import type { Keys } from '../redis/keys.ts';

/** How far a partition is. */
export interface Positions {
  /** Number of the last ledger record. */
  readonly written: number;
  /** Last record known to be in history. */
  readonly marked: number;
  /** First record the stream still holds; `written + 1` when it is empty. */
  readonly held: number;
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

/**
 * Records of one page: 32 KB an event and its decisions bound a page to some 100 MB at worst; the
 * common page is 1–3 MB, and a larger one was not faster.
 */
const PAGE_RECORDS = 4_000;

/** Positions of partitions, in one round trip. @throws Unavailable */
export async function readPositions(
  connection: RedisConnection,
  keys: Keys,
  partitions: readonly number[],
): Promise<Positions[]> {
  const pipeline = connection.client.pipeline();
  for (const partition of partitions) {
    const names = keys.partition(partition);
    pipeline.get(names.position).get(names.marked).xrange(names.ledger, '-', '+', 'COUNT', 1);
  }
  const replies = await repliesOf(pipeline.exec());
  return partitions.map((_, i) => {
    const written = Number(replies[i * 3] ?? 0);
    const oldest = (replies[i * 3 + 2] as [string, string[]][])[0];
    return {
      written,
      marked: Number(replies[i * 3 + 1] ?? 0),
      held: oldest === undefined ? written + 1 : idOf(oldest[0]),
    };
  });
}

/** The query id that each partition's ledger is frozen under; null = it is not. @throws Unavailable */
export async function readFrozen(
  connection: RedisConnection,
  keys: Keys,
  partitions: readonly number[],
): Promise<(string | null)[]> {
  const pipeline = connection.client.pipeline();
  for (const partition of partitions) pipeline.hget(keys.partition(partition).frozen, 'query');
  return (await repliesOf(pipeline.exec())) as (string | null)[];
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
  for (const page of pagesOf(ranges)) {
    // The next page is on its way while the caller works on this one.
    const asked = readPage(connection, keys, page);
    asked.catch(() => {});
    if (before !== null) yield await before;
    before = asked;
  }
  if (before !== null) yield await before;
}

async function readPage(
  connection: RedisConnection,
  keys: Keys,
  page: readonly LedgerRange[],
): Promise<LedgerRecord[]> {
  const pipeline = connection.client.pipeline();
  for (const { partition, first, last } of page) {
    pipeline.xrange(keys.partition(partition).ledger, `${first}-0`, `${last}-0`);
  }
  const replies = await repliesOf(pipeline.exec());
  const records: LedgerRecord[] = [];
  for (let i = 0; i < page.length; i++) {
    const { partition } = page[i]!;
    const entries = replies[i] as [string, string[]][];
    for (let j = 0; j < entries.length; j++) {
      const [id, fields] = entries[j]!;
      records.push({ partition, id: idOf(id), text: fields[1] ?? '' });
    }
  }
  return records;
}

function* pagesOf(ranges: readonly LedgerRange[]): Generator<LedgerRange[]> {
  let page: LedgerRange[] = [];
  let room = PAGE_RECORDS;
  for (const { partition, first, last } of ranges) {
    for (let from = first; from <= last; ) {
      const to = Math.min(last, from + room - 1);
      page.push({ partition, first: from, last: to });
      room -= to - from + 1;
      from = to + 1;
      if (room > 0) continue;
      yield page;
      page = [];
      room = PAGE_RECORDS;
    }
  }
  if (page.length > 0) yield page;
}

/** `17-0` → 17. */
function idOf(id: string): number {
  return Number.parseInt(id, 10);
}

async function repliesOf(
  exec: Promise<[error: Error | null, result: unknown][] | null>,
): Promise<unknown[]> {
  const replies = (await orUnavailable(exec)) ?? [];
  const failed = replies.find(([error]) => error !== null)?.[0];
  if (failed) await orUnavailable(Promise.reject(failed));
  return replies.map(([, result]) => result);
}
