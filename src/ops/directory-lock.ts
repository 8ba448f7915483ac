// One supervisor per data directory. The lock is a Unix socket that the owner listens on: it can be
// asked (it answers with its pid), and it ends with its process whatever ends that. What a crash
// leaves is a file nobody listens on: it is moved aside and, if it turns out to be alive after all
// (two starters at once), put back. A pid file was rejected: pids are given again.

import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { SetupFault } from '../errors.ts';
import { socketPath } from './socket-path.ts';

/** A data directory that is ours until `release`, or until this process ends. */
export interface DirectoryLock {
  /** Absolute, real path of the directory. */
  readonly directory: string;
  release(): Promise<void>;
}

const ATTEMPTS_MAX = 5;

/** A listener that does not say who it is within this time is alive all the same; ms. */
const ANSWER_DEADLINE_MS = 1_000;

/**
 * Makes the directory where it is missing and locks it.
 * @throws SetupFault when another process has it or it cannot be made or written
 */
export async function lockDirectory(path: string): Promise<DirectoryLock> {
  let directory: string;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    directory = realpathSync(path);
  } catch (error) {
    throw new SetupFault(`data directory ${path} cannot be made (${code(error)})`);
  }
  const socket = socketPath(directory, 'lock.sock');
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const server = await listen(socket, path);
    if (server !== null) {
      return {
        directory,
        release: () => new Promise((resolve) => server.close(() => resolve())),
      };
    }
    const owner = await ask(socket);
    if (owner !== null) {
      throw new SetupFault(
        `data directory ${path} is in use by process ${owner}: stop it, or set PROFFER_DATA_DIR`,
      );
    }
    await removeStale(socket);
  }
  throw new SetupFault(`data directory ${path} is being taken by another process`);
}

/** null when something is there already. */
async function listen(socket: string, path: string): Promise<Server | null> {
  const server = createServer((asker) => {
    asker.on('error', () => {});
    asker.end(String(process.pid));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
  } catch (error) {
    if (code(error) === 'EADDRINUSE') return null;
    throw new SetupFault(`data directory ${path} cannot be written (${code(error)})`);
  }
  // The lock alone must not keep its process alive.
  server.unref();
  return server;
}

/** The pid of who listens; '?' when it does not say; null when nobody does. */
function ask(socket: string): Promise<string | null> {
  return new Promise((resolve) => {
    const asker = connect(socket);
    let answer = '';
    const finish = (owner: string | null) => {
      asker.destroy();
      resolve(owner);
    };
    asker.setTimeout(ANSWER_DEADLINE_MS, () => finish('?'));
    asker.on('data', (bytes) => {
      answer += bytes.toString();
    });
    asker.on('end', () => finish(answer || '?'));
    asker.on('error', (error) => finish(isNobody(error) ? null : '?'));
  });
}

async function removeStale(socket: string): Promise<void> {
  const aside = `${socket}.${randomUUID().slice(0, 8)}`;
  try {
    renameSync(socket, aside);
  } catch {
    return;
  }
  if ((await ask(aside)) !== null) {
    try {
      linkSync(aside, socket);
    } catch {
      // Somebody listens there by now: the next attempt meets them.
    }
  }
  rmSync(aside, { force: true });
}

function isNobody(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(code(error));
}

function code(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
