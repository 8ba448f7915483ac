// The product's own Redis: a `redis-server` child on a Unix socket, with its data in the data
// directory and no port, so that nothing else on the machine can meet it.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { SetupFault } from '../errors.ts';
import { mendAppendFile } from './append-file.ts';
import { socketPath } from './socket-path.ts';

/** Oldest major version whose scripts and streams do what the Lua files need. */
const VERSION_MIN = 7;

/** How to run the private Redis of a data directory. */
export interface PrivateRedis {
  /** What `REDIS_URL` is for its clients: the absolute path of its socket, as ioredis takes it. */
  readonly url: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Resolves when it answers; a large append-only file takes a while to load. */
  ready(abort: AbortSignal): Promise<void>;
  /**
   * Cuts what was never wholly written off its append-only file; it must not run.
   * @returns the bytes that were cut
   */
  mend(): number;
  /** Shuts down a server that an earlier run left on the socket, if there is one. */
  endLeftover(): Promise<void>;
  /** The last thing it wrote to its log, for messages. */
  lastWords(): string;
}

/**
 * @param directory the data directory, absolute and real
 * @throws SetupFault when there is no usable redis-server on the PATH, or its folder cannot be made
 */
export function privateRedis(directory: string, fsync: 'everysec' | 'always'): PrivateRedis {
  checkVersion();
  const home = join(directory, 'redis');
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new SetupFault(`${home} cannot be made (${(error as NodeJS.ErrnoException).code})`);
  }
  const socket = socketPath(directory, 'redis.sock');
  const logFile = join(home, 'redis.log');
  return {
    url: socket,
    command: 'redis-server',
    args: [
      ...['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700'],
      ...['--dir', home, '--dbfilename', 'proffer.rdb', '--appendonly', 'yes'],
      ...['--appendfsync', fsync, '--save', '', '--maxmemory-policy', 'noeviction'],
      ...['--loglevel', 'warning', '--logfile', logFile, '--daemonize', 'no'],
    ],
    async ready(abort) {
      while (!abort.aborted) {
        if (await answers(socket)) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('ended before it was ready');
    },
    mend: () => mendAppendFile(home),
    async endLeftover() {
      const client = connect(socket);
      try {
        await client.connect();
        // Not NOSAVE: SHUTDOWN writes and syncs the append-only file first.
        await client.shutdown();
      } catch {
        // Nobody there, or it closed the connection as it went.
      } finally {
        client.disconnect();
      }
      while (await connects(socket)) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    lastWords() {
      try {
        return readFileSync(logFile, 'utf8').trim().split('\n').at(-1) ?? '';
      } catch {
        return '';
      }
    },
  };
}

function checkVersion(): void {
  const asked = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  if (asked.error !== undefined) {
    throw new SetupFault(
      'redis-server is not on the PATH: install Redis 7 or newer, or set REDIS_URL',
    );
  }
  const version = /v=(\d+)[.\d]*/.exec(asked.stdout);
  if (version === null || Number(version[1]) < VERSION_MIN) {
    const found = version?.[0] ?? 'of an unknown version';
    throw new SetupFault(
      `redis-server ${found} is too old: install Redis ${VERSION_MIN} or newer, or set REDIS_URL`,
    );
  }
}

function connect(socket: string): Redis {
  const client = new Redis({
    path: socket,
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 1_000,
    disconnectTimeout: 100,
    commandTimeout: 10_000,
  });
  client.on('error', () => {});
  return client;
}

/** Whether it serves: while it loads it answers, but with an error. */
async function answers(socket: string): Promise<boolean> {
  const client = connect(socket);
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

async function connects(socket: string): Promise<boolean> {
  const client = new Redis({
    path: socket,
    lazyConnect: true,
    retryStrategy: () => null,
    disconnectTimeout: 100,
    enableReadyCheck: false,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
