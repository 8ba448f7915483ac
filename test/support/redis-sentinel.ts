// A master, its replica and three sentinels of the test's own on loopback, with short time-outs.

import { waitFor } from './conditions.ts';
import { freshPorts } from './fresh-ports.ts';
import { type RedisProcess, startRedisProcess } from './redis-process.ts';

const NAME = 'main';
const SENTINELS = 3;

export interface RedisSentinel {
  /** As `REDIS_URL`: `redis+sentinel://…`. */
  readonly url: string;
  /** The master at the start, and its replica. */
  readonly servers: readonly [master: RedisProcess, replica: RedisProcess];
  readonly sentinels: readonly RedisProcess[];
  /** Who is the master, as the sentinels say. */
  master(): Promise<RedisProcess>;
  stop(): Promise<void>;
}

export interface RedisSentinelSettings {
  /** How long a server is silent before it counts as down, ms. */
  readonly downAfterMs?: number;
  /** More redis-server arguments, for master and replica. */
  readonly args?: readonly string[];
}

export async function startRedisSentinel(
  settings: RedisSentinelSettings = {},
): Promise<RedisSentinel> {
  const { downAfterMs = 2_000, args = [] } = settings;
  const [masterPort = 0, replicaPort = 0, ...sentinelPorts] = await freshPorts(2 + SENTINELS);
  const started: RedisProcess[] = [];
  const start = async (port: number, more: readonly string[], files = {}) => {
    const own = ['--port', `${port}`, '--bind', '127.0.0.1'];
    const server = await startRedisProcess({ port, args: [...more, ...own], files });
    started.push(server);
    return server;
  };
  const plain = ['--save', '', '--repl-diskless-sync-delay', '0', ...args];
  const id = (i: number) => `${i}`.padStart(40, 'b');
  // They know each other from the start instead of hearing of each other in time.
  const configuration = (own: number) =>
    [
      `sentinel myid ${id(own)}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${NAME} ${downAfterMs}`,
      `sentinel failover-timeout ${NAME} 4000`,
      `sentinel known-replica ${NAME} 127.0.0.1 ${replicaPort}`,
      ...sentinelPorts
        .map((port, i) => `sentinel known-sentinel ${NAME} 127.0.0.1 ${port} ${id(i)}`)
        .filter((_, i) => i !== own),
      '',
    ].join('\n');
  const stop = async () => {
    await Promise.all(started.map((server) => server.dispose()));
  };
  try {
    const master = await start(masterPort, plain);
    const replica = await start(replicaPort, [
      ...plain,
      '--replicaof',
      '127.0.0.1',
      `${masterPort}`,
    ]);
    await waitFor('the replica', async () => (await replica.admin.role())[3] === 'connected');
    const sentinels = await Promise.all(
      sentinelPorts.map((port, i) =>
        start(port, ['sentinel.conf', '--sentinel'], { 'sentinel.conf': configuration(i) }),
      ),
    );
    return {
      url: `redis+sentinel://${sentinels.map(({ address }) => address).join(',')}/${NAME}`,
      servers: [master, replica],
      sentinels,
      async master() {
        const [, port] = (await sentinels[0]!.admin.call(
          ...(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME] as const),
        )) as [string, string];
        return Number(port) === master.port ? master : replica;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
