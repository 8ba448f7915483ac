// Applies schemas/clickhouse/*.sql in order, once each, recorded in the table `schema_migrations`.
// ClickHouse has no transactional DDL: a file that broke half-way is run again from its start, so
// statements that already took effect are told apart by their error (it exists already).
//
// Files named `….server.sql` concern servers only (roles); where the writer's user may not create
// roles, whoever may does it by hand, and the file counts as applied.
//
// Migrations only add: a worker of the release before goes on writing into the tables of the next, so
// that two releases run side by side and one can go back. A file that would break that must be named
// `….breaking.sql`; a release that does not know it refuses to start.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { SetupFault } from '../../errors.ts';
import { projectFile } from '../../ops/project-files.ts';
import { codeOf } from './refusals.ts';
import type { HistorySink } from './sink.ts';

const FOLDER = projectFile('schemas/clickhouse/');
const TABLE_ALREADY_EXISTS = 57;
/** Access denied, and the role is unknown because it could not be created. */
const NOT_ALLOWED = [497, 511];

/** A numbered file of statements. */
export interface Migration {
  /** Like `0001-events`. */
  readonly name: string;
  readonly statements: readonly string[];
  readonly hash: string;
}

/** The migrations of this release, in order. */
export function readMigrations(folder: URL = FOLDER): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      return {
        name: file.slice(0, -4),
        statements: statementsOf(text),
        hash: createHash('sha256').update(text).digest('hex').slice(0, 16),
      };
    });
}

/**
 * Brings history's tables up to this release; returns the names of what was applied.
 * @throws SetupFault when a newer release changed what this one needs, or a file that was applied has
 *   been changed since
 */
export async function migrate(
  sink: HistorySink,
  migrations: readonly Migration[] = readMigrations(),
): Promise<string[]> {
  await sink.command(
    `CREATE TABLE IF NOT EXISTS schema_migrations (name String, hash String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
     ENGINE = MergeTree ORDER BY name SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  );
  const applied = new Map<string, string>();
  const rows = await sink.query<{ name: string; hash: string }>(
    'SELECT name, hash FROM schema_migrations',
  );
  for (const row of rows) applied.set(row.name, row.hash);
  const known = new Set(migrations.map((migration) => migration.name));
  for (const name of applied.keys()) {
    if (known.has(name) || !name.endsWith('.breaking')) continue;
    throw new SetupFault(`history: made by a newer release (${name})`);
  }
  const done: string[] = [];
  for (const { name, statements, hash } of migrations) {
    const before = applied.get(name);
    if (before !== undefined && before !== hash) {
      throw new SetupFault(
        `history: schemas/clickhouse/${name}.sql has changed since it was applied`,
      );
    }
    if (before !== undefined) continue;
    const serverOnly = name.endsWith('.server');
    if (!serverOnly || sink.kind === 'server') {
      const ignored = [TABLE_ALREADY_EXISTS, ...(serverOnly ? NOT_ALLOWED : [])];
      for (const statement of statements) await run(sink, statement, ignored);
    }
    await sink.command(`INSERT INTO schema_migrations (name, hash) VALUES ('${name}', '${hash}')`);
    done.push(name);
  }
  return done;
}

async function run(
  sink: HistorySink,
  statement: string,
  ignored: readonly number[],
): Promise<void> {
  const view = /^CREATE OR REPLACE VIEW (\w+)/.exec(statement)?.[1];
  if (view !== undefined && (await isOthers(sink, view))) return;
  try {
    await sink.command(statement);
  } catch (error) {
    const code = error instanceof Error ? codeOf(error) : null;
    if (code === null || !ignored.includes(code)) throw error;
  }
}

/**
 * A table of somebody else that has the name of a view: whoever had it first keeps it, and a
 * replacement would drop it.
 */
async function isOthers(sink: HistorySink, view: string): Promise<boolean> {
  const [found] = await sink.query<{ engine: string }>(
    'SELECT engine FROM system.tables WHERE database = currentDatabase() AND name = {view:String}',
    { view },
  );
  return found !== undefined && found.engine !== 'View';
}

/** Statements end with `;` at the end of a line; lines that begin with `--` are comments. */
function statementsOf(text: string): string[] {
  return text
    .replace(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
