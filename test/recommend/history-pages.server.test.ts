// What the learner reads of history: events, merges and members, each partition's in the order of its
// ledger, a day after the other, however many pages that takes.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openChdbSink } from '../../src/history/sinks/chdb-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { historyPages } from '../../src/recommend/history-pages.ts';
import type { EventRow } from '../../src/recommend/learned-events.ts';
import { layMigratedHistory } from '../support/migrated-history.ts';

const DAY = 86_400_000;
const SINCE = 20_000 * DAY;
const NOW = SINCE + 2 * DAY + 1_000;
const EVENTS = 5_003;

let directory: string;
let sink: HistorySink;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-pages-'));
  layMigratedHistory(directory);
  sink = await openChdbSink(directory);
  let puts = 0;
  const put = (table: string, columns: string, rows: string) =>
    sink.command(
      `INSERT INTO ${table} (partition, ledger_id, received_at, customer_id, ${columns}) SELECT ${rows}
       SETTINGS insert_deduplication_token = 'put ${puts++}'`,
    );
  const at = (ms: number | string) => `fromUnixTimestamp64Milli(toInt64(${ms}))`;
  const head = (partition: number, ledgerId: number, ms: number, customer: string) =>
    `${partition}, ${ledgerId}, ${at(ms)}, '${customer}'`;
  // Of partition 1 one page and three more, of which one is marked later.
  await put(
    ...(['events', 'event, timestamp, step_source'] as const),
    `1, number + 10, ${at(SINCE)}, 'many', 'Product Viewed', ${at(`${SINCE} + number`)}, '{}' FROM numbers(${EVENTS})`,
  );
  const event = (ledgerId: number, ms: number, customer: string, name = 'Product Viewed') =>
    put(
      ...(['events', 'event, timestamp, step_source'] as const),
      `${head(0, ledgerId, ms, customer)}, '${name}', ${at(ms)}, '{}'`,
    );
  await event(1, SINCE - 1, 'old');
  await event(3, SINCE + DAY, 'u1');
  await event(4, SINCE + DAY, 'u1', 'Signed Up');
  await event(5, NOW, 'u2');
  const changed = (ledgerId: number, ms: number, customer: string, tier: string) =>
    put(
      ...(['customer_changes', 'traits, segments, updated_at'] as const),
      `${head(0, ledgerId, ms, customer)}, '{}', map('tier', '${tier}'), ${at(ms)}`,
    );
  await changed(1, SINCE - 3 * DAY, 'old', 'silver');
  await changed(2, SINCE - 2 * DAY, 'old', 'gold');
  await changed(3, SINCE + DAY, 'u1', 'gold');
  const folded = (ledgerId: number, canonical: string, records: number) =>
    put(
      ...(['identity_changes', 'from_id, canonical_id, from_records, overridden_at'] as const),
      `${head(0, ledgerId, SINCE + DAY, 'u1')}, 'anonymous:a${ledgerId}', '${canonical}', ${records}, ${at(SINCE)}`,
    );
  await folded(2, 'u1', 3);
  await folded(6, 'u1', 0);
  await folded(7, 'anonymous:a7', 3);
});
afterAll(async () => {
  await sink?.close();
  await rm(directory, { recursive: true, force: true });
});

async function pages(groups: readonly string[], sinceMs: number | null): Promise<EventRow[][]> {
  const read = historyPages(
    (sql, params) => sink.query(sql, params),
    () => NOW,
  );
  const ranges = [
    { partition: 0, first: 1, last: 7 },
    { partition: 1, first: 11, last: 9 + EVENTS },
  ];
  const found: EventRow[][] = [];
  for await (const page of read(ranges, ['Product Viewed'], sinceMs, groups)) found.push([...page]);
  return found;
}

const said = (row: EventRow) =>
  [row.customer_id, row.event, row.from_id ?? '', ...(row.members ?? [])].join(' ').trim();

it('events and merges, and nothing of customers where no group is learned', async () => {
  const rows = (await pages([], SINCE)).flat();
  expect(rows.filter(({ customer_id }) => customer_id === 'many')).toHaveLength(EVENTS - 1);
  const others = rows.filter(({ customer_id }) => customer_id !== 'many');
  expect(others.map(said)).toEqual([
    ...['u1  anonymous:a2', 'u1 Product Viewed', 'u2 Product Viewed'],
  ]);
  expect(others.map(({ day }) => Number(day))).toEqual([20_001, 20_001, 20_002]);
});

it('who was a member of what before, and then each change before the event of its record', async () => {
  const found = await pages(['tier'], SINCE);
  const rows = found.flat();
  expect(rows.filter(({ customer_id }) => customer_id !== 'many').map(said)).toEqual([
    ...['old   gold', 'u1  anonymous:a2', 'u1   gold', 'u1 Product Viewed', 'u2 Product Viewed'],
  ]);
  expect(Math.max(...found.map(({ length }) => length))).toBe(5_000);
});

it('all of a part of the ledger, whenever it was', async () => {
  const rows = (await pages(['tier'], null)).flat();
  expect(new Set(rows.map(said))).toEqual(
    new Set([
      ...['old   silver', 'old Product Viewed', 'old   gold', 'u1  anonymous:a2', 'u1   gold'],
      ...['u1 Product Viewed', 'u2 Product Viewed', 'many Product Viewed'],
    ]),
  );
  expect(rows).toHaveLength(EVENTS - 1 + 7);
});
