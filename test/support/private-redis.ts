// A redis-server of the test's own: a fresh directory, a Unix socket, no port, and it ends with the
// test (and with the test process, whatever ends that).

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

export interface PrivateRedis {
  /** Path of its Unix socket; ioredis takes it as `path`. */
  readonly socket: string;
  readonly directory: string;
  readonly pid: number;
  /** A new client that is closed with the server. */
  connect(): Redis;
  /** The signal, then waits for its end. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data after `kill`. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings extra redis-server arguments, e.g. `['--maxmemory', '20mb']` */
export async function startPrivateRedis(settings: readonly string[] = []): Promise<PrivateRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'proffer-redis-'));
  const socket = join(directory, 'redis.sock');
  const clients: Redis[] = [];
  let child = await launch(directory, socket, settings);
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    socket,
    directory,
    get pid() {
      return child.pid ?? -1;
    },
    connect() {
      const client = new Redis({ path: socket, enableAutoPipelining: false });
      client.on('error', () => {});
      clients.push(client);
      return client;
    },
    kill,
    async restart() {
      child = await launch(directory, socket, settings);
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await kill();
      process.removeListener('exit', killWithParent);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function launch(
  directory: string,
  socket: string,
  settings: readonly string[],
): Promise<ChildProcess> {
  const child = spawn(
    'redis-server',
    [
      ...['--port', '0', '--unixsocket', socket, '--dir', directory],
      ...['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'],
      // A replica is sent the data when it asks, not 5 s later.
      ...['--repl-diskless-sync-delay', '0'],
      ...settings,
    ],
    { stdio: 'ignore' },
  );
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  for (let attempt = 0; attempt < 200; attempt++) {
    const probe = new Redis({ path: socket, lazyConnect: true, retryStrategy: null });
    probe.on('error', () => {});
    try {
      await Promise.race([probe.connect().then(() => probe.ping()), failed]);
      return child;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall?.startsWith('spawn')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      probe.disconnect();
    }
  }
  child.kill('SIGKILL');
  throw new Error('redis-server did not start');
}
