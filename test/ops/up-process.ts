// A supervisor of its own for each test: stand-ins for gateway and worker, a real Redis.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { builtProgram } from '../support/built-program.ts';
import { waitFor } from '../support/conditions.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { descendants, type RunningProcess, runningProcesses } from '../support/process-tree.ts';

const PROGRAM = builtProgram(new URL('./programs/up.ts', import.meta.url));
/** The stand-in for gateway and worker. */
const ROLE = fileURLToPath(new URL('./programs/role.mjs', import.meta.url));

export interface Up {
  readonly child: ChildProcess;
  readonly directory: string;
  readonly journal: () => readonly string[];
  readonly output: () => string;
  readonly ended: Promise<number | string>;
  /** Its processes with this word in their command line. */
  readonly find: (word: string) => readonly RunningProcess[];
}

export function up(env: Record<string, string> = {}, directory = freshDirectory()): Up {
  const journalPath = join(directory, 'journal.txt');
  const child = spawn(process.execPath, [PROGRAM], {
    env: {
      ...process.env,
      PROFFER_PORT: '0',
      PROFFER_SQL_PORT: '0',
      PROFFER_DATA_DIR: join(directory, 'data'),
      TEST_JOURNAL: journalPath,
      TEST_ROLE: ROLE,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  onTestFinished(async () => {
    const left = [child.pid!, ...descendants(child.pid!).map((p) => p.pid)];
    for (const pid of left) tryKill(pid);
    for (const { pid, commandLine } of runningProcesses()) {
      if (commandLine.includes(directory)) tryKill(pid);
    }
    await ended;
  });
  return {
    child,
    directory,
    journal: () =>
      existsSync(journalPath) ? readFileSync(journalPath, 'utf8').trim().split('\n') : [],
    output: () => output,
    ended,
    find: (word) => descendants(child.pid!).filter((p) => p.commandLine.includes(word)),
  };
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

export function serving(service: Up): Promise<unknown> {
  return waitFor(`the announcement in: ${service.output()}`, () =>
    service.output().includes('Ctrl-C stops it.'),
  );
}

/** The pids of everything that belongs to it, the supervisor too. */
export function pidsOf(service: Up): ReadonlySet<number> {
  return new Set([service.child.pid!, ...descendants(service.child.pid!).map((p) => p.pid)]);
}

export function nothingLeft(pids: ReadonlySet<number>): boolean {
  return runningProcesses().every((process) => !pids.has(process.pid));
}
