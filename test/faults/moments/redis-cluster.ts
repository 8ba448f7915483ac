// Three masters and three replicas. What is acknowledged is on disk and confirmed by a replica, so a
// master may be killed at any time. Programs reach the nodes directly: nodes name each other's
// addresses, and those are not the proxies'.

import { Cluster } from 'ioredis';
import { keySlot } from '../../../src/redis/key-slot.ts';
import { type ClusterNode, startRedisCluster } from '../../support/redis-cluster.ts';
import { type FaultedNode, type FaultedRedis, membersOf } from './faulted-redis.ts';

const NODE_TIMEOUT_MS = 1_500;

/** @param slotKeys keys whose slots may be moved */
export async function clusterRedis(slotKeys: readonly string[]): Promise<FaultedRedis> {
  const cluster = await startRedisCluster({
    nodeTimeoutMs: NODE_TIMEOUT_MS,
    args: ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
  });
  const client = new Cluster(
    cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    { clusterRetryStrategy: () => 50, redisOptions: { maxRetriesPerRequest: null } },
  );
  client.on('error', () => {});
  const nodes = cluster.nodes.map((node, i) => new Node(`redis node ${i + 1}`, node));
  return {
    ...{ nodes, url: cluster.url, clients: cluster.nodes.map(({ admin }) => admin) },
    env: { PROFFER_REDIS_REPLICAS: '1' },
    numbers: (keys) => Promise.all(keys.map(async (key) => Number((await client.get(key)) ?? 0))),
    members: (keys) => membersOf(client, keys),
    link: async () => ({ url: cluster.url, proxy: null }),
    cluster: {
      async failover(chance) {
        const node = cluster.nodes[Math.floor(chance() * cluster.nodes.length)]!;
        const [replica] = await cluster.replicasOf(node);
        if (replica !== undefined) await cluster.failover(replica);
      },
      async moveSlot(chance) {
        const slot = keySlot(slotKeys[Math.floor(chance() * slotKeys.length)]!);
        const from = await cluster.masterOf(slot);
        const roles = await Promise.all(cluster.nodes.map((node) => node.admin.role()));
        const masters = cluster.nodes.filter((_, i) => roles[i]![0] === 'master');
        const others = masters.filter((node) => node !== from);
        const to = others[Math.floor(chance() * others.length)];
        if (to === undefined) return;
        const migration = await cluster.migration(slot, to);
        await migration.begin();
        await migration.moveKeys(5);
        await new Promise((resolve) => setTimeout(resolve, chance() * 200));
        await migration.moveKeys();
        await migration.finish();
      },
    },
    async start() {
      await Promise.all(nodes.map((node) => node.start()));
      await cluster.healthy();
    },
    async stop() {
      client.disconnect();
      await cluster.stop();
    },
  };
}

class Node implements FaultedNode {
  private isDown = false;
  private starting: Promise<void> | null = null;

  constructor(
    readonly name: string,
    private readonly node: ClusterNode,
  ) {}

  async kill(): Promise<void> {
    this.isDown = true;
    await this.node.kill('SIGKILL');
  }

  async terminate(): Promise<void> {
    this.isDown = true;
    await this.node.kill('SIGTERM');
  }

  stop(): void {
    if (!this.isDown) this.node.pause();
  }

  continue(): void {
    if (!this.isDown) this.node.resume();
  }

  async start(): Promise<void> {
    if (!this.isDown) return;
    this.starting ??= this.node.restart().finally(() => {
      this.isDown = false;
      this.starting = null;
    });
    await this.starting;
  }
}
