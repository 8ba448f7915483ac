// Embedded history with its tables in place: to make them takes the engine 0.2 s of CPU, to copy them
// almost nothing. They are made once a checkout, and anew when the migrations or the engine change.
// What migrations do is tested where they run for real: test/contract/history-sink.server.test.ts,
// test/history/cluster-*.server.test.ts and every start of a fresh project (test/setup).

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMigrations } from '../../src/history/sinks/migrations.ts';

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));
const MAKER = fileURLToPath(new URL('./history-maker.ts', import.meta.url));

/** Fills a directory that is not there yet, or empty, with history that has tables and no rows. */
export function layMigratedHistory(directory: string): void {
  layHistory(template(), directory);
}

/** Copies history that nobody has open into a directory that is not there yet, or empty. */
export function layHistory(from: string, directory: string): void {
  mkdirSync(directory, { recursive: true });
  // Its symbolic links are relative, and have to stay so.
  cpSync(from, directory, { recursive: true, verbatimSymlinks: true });
}

function template(): string {
  const path = join(CACHE, `history-${identity()}`);
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(join(CACHE, 'history-in-the-making-'));
  try {
    // In a process of its own: this one may have an engine open on another directory.
    execFileSync(process.execPath, ['--import', 'tsx', MAKER, join(made, 'history')]);
    renameSync(join(made, 'history'), path);
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return path;
}

function identity(): string {
  const { version } = createRequire(import.meta.url)('chdb/package.json') as { version: string };
  const hash = createHash('sha256').update(version);
  for (const { name, hash: content } of readMigrations()) hash.update(`${name} ${content}\n`);
  return hash.digest('hex').slice(0, 16);
}
