// Events with ever other property names: what they make of the tables' parts on disk.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openChdbSink } from '../../src/history/sinks/chdb-sink.ts';
import { migrate, readMigrations } from '../../src/history/sinks/migrations.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { waitFor } from '../support/conditions.ts';

let directory: string;
let sink: HistorySink;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-paths-'));
  sink = await openChdbSink(directory);
});
afterEach(async () => {
  await sink.close();
  await rm(directory, { recursive: true, force: true });
});

/** Events whose properties and context name 600 others each, in turns. */
const STRANGE = `INSERT INTO events (partition, ledger_id, received_at, properties, context)
  SELECT 1, number, 0, concat('{"price":', toString(number), ',"p', toString(number % 600), '":1}'),
    concat('{"c', toString(number % 600), '":{"d":"x"}}')
  FROM numbers(3000)`;

async function largestPartFiles(): Promise<number> {
  const parts = await sink.query<{ path: string }>(
    `SELECT path FROM system.parts WHERE active AND table = 'events'`,
  );
  const files = await Promise.all(parts.map(async ({ path }) => (await readdir(path)).length));
  return Math.max(...files);
}

it('takes any names in a few files a part', async () => {
  await migrate(sink);
  await sink.command(STRANGE);
  expect(await largestPartFiles()).toBeLessThan(50);
  // As a part has them that is too large for one file.
  await sink.command('ALTER TABLE events MODIFY SETTING min_bytes_for_wide_part = 1');
  await sink.command('OPTIMIZE TABLE events FINAL');
  expect(await largestPartFiles()).toBeLessThan(2_000);
});

it('keeps what is there when it is upgraded', async () => {
  const before = readMigrations().filter(({ name }) => name < '0010');
  await migrate(sink, before);
  await sink.command(STRANGE);
  const sums = () =>
    sink.query(`SELECT toUInt32(count()) AS n, toUInt32(sum(properties.price.:Int64)) AS price,
      toUInt32(countIf(properties.p77 = 1)) AS p77, toUInt32(countIf(context.c5.d = 'x')) AS c5
      FROM events`);
  const expected = [{ n: 3_000, price: (3_000 * 2_999) / 2, p77: 5, c5: 5 }];
  expect(await sums()).toEqual(expected);
  await migrate(sink);
  expect(await sums()).toEqual(expected);
  // Written anew behind the start, which does not wait for it.
  await waitFor('parts with few files', async () => (await largestPartFiles()) < 2_000);
  expect(await sums()).toEqual(expected);
  const [customers] = await sink.query<{ type: string }>(
    `SELECT type FROM system.columns WHERE table = 'customers' AND name = 'traits'`,
  );
  expect(customers?.type).toContain('max_dynamic_paths=64');
});
