// One redis-server for all, which acknowledges nothing that is not on disk, and what can be done to
// it. Each program reaches it through a proxy of its own.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { type FaultedRedis, membersOf } from './faulted-redis.ts';
import { ManagedProcess } from './managed-process.ts';

/** @param home of the whole service; its data and log go there */
export function singleRedis(
  home: string,
  onUnexpectedEnd: (message: string) => void,
): FaultedRedis {
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
  const killNow = () => server.killNow();
  process.once('exit', killNow);
  const links: TcpProxy[] = [];
  return {
    ...{ nodes: [server], clients: [client], url: socket, env: {}, cluster: null },
    async numbers(keys) {
      return (await client.mget([...keys])).map((value) => Number(value ?? 0));
    },
    members: (keys) => membersOf(client, keys),
    async link() {
      const proxy = await startTcpProxy({ path: socket });
      links.push(proxy);
      return { url: `redis://127.0.0.1:${proxy.port}`, proxy };
    },
    start: () => server.start(),
    async stop() {
      process.removeListener('exit', killNow);
      await Promise.all(links.map((proxy) => proxy.close()));
      client.disconnect();
      await server.kill();
    },
  };
}
