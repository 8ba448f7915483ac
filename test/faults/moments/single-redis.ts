// One redis-server for all, which acknowledges nothing that is not on disk, and what can be done to
// it. Each program reaches it through a proxy of its own.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { ManagedProcess } from './managed-process.ts';

/** The Redis of a service under faults: one server, or several. */
export interface FaultedRedis {
  readonly processes: readonly ManagedProcess[];
  /** As the harness reaches them, past the proxies; of servers that take commands. */
  readonly clients: readonly Redis[];
  /** Values of keys, wherever they are. */
  numbers(keys: readonly string[]): Promise<number[]>;
  /** A way to it for one program. */
  link(): Promise<{ readonly url: string; readonly proxy: TcpProxy }>;
  /** As operators reach it. */
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** @param home of the whole service; its data and log go there */
export function singleRedis(home: string, onUnexpectedEnd: (message: string) => void) {
  const directory = join(home, 'redis');
  mkdirSync(directory, { recursive: true });
  const socket = join(home, 'redis.sock');
  const client = new Redis({
    path: socket,
    lazyConnect: true,
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    retryStrategy: () => 25,
  });
  client.on('error', () => {});
  const server = new ManagedProcess({
    name: 'redis',
    command: 'redis-server',
    args: [
      ...['--port', '0', '--unixsocket', socket, '--dir', directory, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
    ],
    env: { PATH: process.env.PATH ?? '' },
    logPath: join(home, 'redis.log'),
    isReady: async () => (await client.ping()) === 'PONG',
    onUnexpectedEnd,
  });
  const links: TcpProxy[] = [];
  return {
    ...{ processes: [server], clients: [client], url: socket },
    async numbers(keys) {
      return (await client.mget([...keys])).map((value) => Number(value ?? 0));
    },
    async link() {
      const proxy = await startTcpProxy({ path: socket });
      links.push(proxy);
      return { url: `redis://127.0.0.1:${proxy.port}`, proxy };
    },
    start: () => server.start(),
    async stop() {
      await Promise.all(links.map((proxy) => proxy.close()));
      client.disconnect();
      await server.kill();
    },
  } satisfies FaultedRedis;
}
