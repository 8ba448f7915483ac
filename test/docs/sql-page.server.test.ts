// Every SQL block of docs/sql.md runs, on the tea shop's history, and gives the table that follows it.
// The tables were counted by hand. So does every query that another page mentions in passing.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openChdbSink } from '../../src/history/sinks/chdb-sink.ts';
import { migrate } from '../../src/history/sinks/migrations.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { TEA_SHOP_CATALOGS, teaShop } from './tea-shop.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/sql.md');
const pages = ['README.md', ...readdirSync(new URL('../../docs/', import.meta.url))]
  .filter((name) => name.endsWith('.md'))
  .map((name) => read(name === 'README.md' ? name : `docs/${name}`));
const VIEWS = [
  ...['orders', 'order_lines', 'offer_funnel', 'conversions', 'holdout'],
  ...['recommendation_funnel', 'recommendation_items', 'recommendation_orders'],
  ...['person_order_lines', 'identity_overrides', 'identity_lives'],
];

/** A block, the heading it stands under, and the table right behind it. */
const BLOCK = /^#+ ([^\n]*)$|^```sql\n(.*?)\n```\n(?:\n((?:\|[^\n]*\n)+))?/gms;

interface Block {
  readonly heading: string;
  readonly sql: string;
  /** null = no answer is given. */
  readonly answer: string | null;
}

function blocks(): Block[] {
  let heading = '';
  return [...page.matchAll(BLOCK)].flatMap(([, title, sql, answer]) => {
    heading = title ?? heading;
    return sql === undefined ? [] : [{ heading, sql, answer: answer ?? null }];
  });
}

let directory: string;
let sink: HistorySink;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-sql-page-'));
  sink = await openChdbSink(directory);
  await migrate(sink);
  await teaShop().writeTo(sink);
  await sink.insert({ table: 'catalog_versions', rows: TEA_SHOP_CATALOGS, queryId: 'catalogs' });
});
afterAll(async () => {
  await sink.close();
  await rm(directory, { recursive: true, force: true });
});

it.each(blocks())('$heading', async ({ sql, answer }) => {
  const rows = await sink.query<Record<string, unknown>>(sql);
  if (answer === null) return;
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: unknown[]) => `| ${cells.join(' | ')} |\n`;
  const values = rows.map((row) => line(names.map((name) => shown(row[name]))));
  const rule = `|${names.map(() => '---|').join('')}\n`;
  expect(line(names) + rule + values.join('')).toBe(answer);
});

function shown(value: unknown): unknown {
  return Array.isArray(value) ? JSON.stringify(value) : value;
}

/** Statements in backticks, or alone in a block; those of the page itself have run. */
const PASSING = /`(SELECT [^`]+)`|^```(?:sh|sql)\n(SELECT [^`]+)\n```$/gm;

it('runs what other pages ask in passing', async () => {
  const others = pages.map((text) => (text === page ? page.replace(BLOCK, '') : text));
  const asked = others.flatMap((text) => [...text.matchAll(PASSING)].map(([, a, b]) => a ?? b!));
  expect(asked.length).toBeGreaterThan(2);
  for (const sql of asked) await sink.query(sql);
});

it('shows every view with an answer', () => {
  const answered = blocks().filter(({ answer }) => answer !== null);
  expect(VIEWS.filter((view) => !answered.some(({ heading }) => heading === view))).toEqual([]);
  expect(page.match(/```sql/g)).toHaveLength(blocks().length);
});

it('names every column of every table and view', async () => {
  const columns = await sink.query<{ table: string; name: string }>(
    `SELECT table, name FROM system.columns WHERE database = currentDatabase()
     AND table NOT IN ('schema_migrations', 'deployments')`,
  );
  const missing = columns.filter(
    ({ name }) =>
      !page.includes(`\`${name}\``) && !page.includes(`\`${name.replace(/.*\./, '.')}\``),
  );
  expect(missing).toEqual([]);
});
