// Where state can live: one Redis with a durability of choice, with or without a replica; a cluster.

import { waitFor } from '../../test/support/conditions.ts';
import { freshPorts } from '../../test/support/fresh-ports.ts';
import { startRedisCluster } from '../../test/support/redis-cluster.ts';
import { startRedisProcess } from '../../test/support/redis-process.ts';

export interface Layout {
  /** As `REDIS_URL`. */
  readonly url: string;
  /** Every Redis process, replicas too. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** `none`: no append-only file. */
export type Fsync = 'none' | 'everysec' | 'always';

/** On TCP, as all layouts: a Unix socket would be compared, too. */
export async function startSingle(fsync: Fsync, replicas: number): Promise<Layout> {
  const ports = await freshPorts(1 + replicas);
  const durability =
    fsync === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', fsync];
  const nodes = await Promise.all(
    ports.map((port, i) =>
      startRedisProcess({
        port,
        args: [
          ...['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', ...durability],
          ...['--maxmemory-policy', 'noeviction', '--repl-diskless-sync-delay', '0'],
          ...(i === 0 ? [] : ['--replicaof', '127.0.0.1', `${ports[0]}`]),
        ],
      }),
    ),
  );
  await waitFor('the replicas', async () => {
    const info = await nodes[0]!.admin.info('replication');
    return (info.match(/state=online/g)?.length ?? 0) === replicas;
  });
  return {
    url: `redis://${nodes[0]!.address}`,
    pids: nodes.map(({ pid }) => pid),
    async stop() {
      await Promise.all(nodes.map((node) => node.dispose()));
    },
  };
}

/** Three masters, each with so many replicas; `args` for all of them. */
export async function startCluster(replicas = 1, args: readonly string[] = []): Promise<Layout> {
  const cluster = await startRedisCluster({ masters: 3, replicas, args });
  await cluster.healthy();
  return {
    url: cluster.url,
    pids: cluster.nodes.map(({ pid }) => pid),
    stop: () => cluster.stop(),
  };
}
