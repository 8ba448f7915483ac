// A Redis Cluster of the test's own on loopback: masters, replicas, short time-outs. It comes up with
// a configuration that was written for it, so that no time goes into nodes getting to know each other.

import type { CertificateFiles } from './certificate.ts';
import { waitFor } from './conditions.ts';
import { freshPorts } from './fresh-ports.ts';
import { type RedisProcess, startRedisProcess } from './redis-process.ts';

const SLOTS = 16_384;

export interface ClusterNode extends RedisProcess {
  /** Its name in the cluster, 40 hex digits. */
  readonly id: string;
}

export interface RedisCluster {
  /** As `REDIS_URL`: `redis+cluster://…` with all nodes. */
  readonly url: string;
  /** Masters first, as they started: each has so many slots in order; then their replicas. */
  readonly nodes: readonly ClusterNode[];
  /** The node that serves a slot now, as a node that answers says. */
  masterOf(slot: number): Promise<ClusterNode>;
  /** The replicas of a node now. */
  replicasOf(node: ClusterNode): Promise<readonly ClusterNode[]>;
  /** Makes a replica the master of its master's slots, in order and without loss. */
  failover(replica: ClusterNode): Promise<void>;
  /** Moves a slot, in steps that a test can stop between. */
  migration(slot: number, to: ClusterNode): Promise<SlotMigration>;
  /** Waits until every slot is served and every master that should has a replica in step. */
  healthy(): Promise<void>;
  stop(): Promise<void>;
}

/** begin ─► move or moveKeys, any number of times ─► finish. */
export interface SlotMigration {
  readonly from: ClusterNode;
  readonly to: ClusterNode;
  /** From here on the old master answers ASK for keys it has not. */
  begin(): Promise<void>;
  /** Moves these keys, which must exist. */
  move(...keys: readonly string[]): Promise<void>;
  /** Moves so many keys, all by default; says how many. */
  moveKeys(count?: number): Promise<number>;
  /** From here on the old master answers MOVED. */
  finish(): Promise<void>;
}

export interface RedisClusterSettings {
  readonly masters?: number;
  /** Of each master. */
  readonly replicas?: number;
  /**
   * How long a node is silent before the others take it for dead, ms. By default long: a node that
   * gets no CPU is not dead. Tests that kill nodes say shorter.
   */
  readonly nodeTimeoutMs?: number;
  /** More redis-server arguments, for all nodes. */
  readonly args?: readonly string[];
  /** The service and the nodes speak TLS then; `admin` does not. */
  readonly tls?: CertificateFiles;
}

export async function startRedisCluster(
  settings: RedisClusterSettings = {},
): Promise<RedisCluster> {
  const { masters = 3, replicas = 1, nodeTimeoutMs = 10_000, args = [], tls } = settings;
  const size = masters * (1 + replicas);
  const ports = await freshPorts(size * (tls === undefined ? 2 : 3));
  const planned = Array.from({ length: size }, (_, i) => ({
    id: (i + 1).toString(16).padStart(40, 'a'),
    plainPort: ports[i]!,
    /** The one that nodes tell each other, and clients. */
    port: ports[tls === undefined ? i : 2 * size + i]!,
    busPort: ports[size + i]!,
    master: i % masters,
  }));
  const line = (own: number) => (node: (typeof planned)[number], i: number) => {
    const flags = `${i === own ? 'myself,' : ''}${i < masters ? 'master' : 'slave'}`;
    const master = i < masters ? '-' : planned[node.master]!.id;
    const first = Math.ceil((SLOTS * i) / masters);
    const slots = i < masters ? ` ${first}-${Math.ceil((SLOTS * (i + 1)) / masters) - 1}` : '';
    const address = `127.0.0.1:${node.port}@${node.busPort}`;
    return `${node.id} ${address} ${flags} ${master} 0 0 ${node.master + 1} connected${slots}`;
  };
  const started = await Promise.allSettled(
    planned.map(async ({ id, plainPort, port, busPort }, i): Promise<ClusterNode> => {
      const node = await startRedisProcess({
        port: plainPort,
        args: [
          ...['--port', `${plainPort}`, '--cluster-port', `${busPort}`, '--bind', '127.0.0.1'],
          ...(tls === undefined ? [] : ['--tls-cluster', 'yes', '--tls-replication', 'yes']),
          ...(tls === undefined ? [] : tlsArguments(port, tls)),
          ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
          ...['--cluster-node-timeout', `${nodeTimeoutMs}`],
          ...['--cluster-require-full-coverage', 'no', '--cluster-replica-validity-factor', '0'],
          ...['--repl-ping-replica-period', '1', '--repl-diskless-sync-delay', '0'],
          ...['--save', '', '--appendonly', 'no', ...args],
        ],
        files: {
          'nodes.conf': `${planned.map(line(i)).join('\n')}\nvars currentEpoch ${masters} lastVoteEpoch 0\n`,
        },
      });
      return Object.assign(node, { id });
    }),
  );
  const nodes = started.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []));
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.dispose()));
  };
  const cluster: RedisCluster = {
    url: `redis${tls === undefined ? '' : 's'}+cluster://${planned.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    masterOf: (slot) =>
      waitFor(`somebody to serve slot ${slot}`, async () => {
        const views = await viewsOf(nodes);
        const [owner] = views
          .flat()
          .filter((view) => view.ranges.some(([a, b]) => a <= slot && slot <= b))
          .sort((a, b) => b.epoch - a.epoch);
        return nodes.find((node) => node.id === owner?.id);
      }),
    async replicasOf(node) {
      const views = (await viewsOf(nodes)).flat();
      const ids = views.filter((n) => n.masterId === node.id && !n.failed).map((n) => n.id);
      return nodes.filter(({ id }) => ids.includes(id));
    },
    async failover(replica) {
      // Refused votes (there was another failover a moment ago) are not asked for again by itself.
      let askedAtMs = Number.NEGATIVE_INFINITY;
      await waitFor('the failover', async () => {
        if ((await replica.admin.role())[0] === 'master') return true;
        if (performance.now() - askedAtMs > nodeTimeoutMs) {
          askedAtMs = performance.now();
          await replica.admin.cluster('FAILOVER');
        }
        return false;
      });
    },
    async migration(slot, to) {
      return migrationOf(slot, await cluster.masterOf(slot), to, nodes);
    },
    healthy: () =>
      waitFor('the cluster', async () => {
        const infos = await Promise.all(nodes.map((n) => n.admin.cluster('INFO')));
        if (!infos.every((info) => `${info}`.includes('cluster_state:ok'))) return false;
        const views = (await viewsOf(nodes)).map(ownership);
        const agreed = views.length === nodes.length && new Set(views).size === 1;
        return agreed && (await inStep(nodes, replicas));
      }).then(() => {}),
    stop,
  };
  try {
    const failed = started.find((s) => s.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    await cluster.healthy();
    return cluster;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** For a redis-server that is to speak TLS on a port. Clients need no certificate of their own. */
export function tlsArguments(port: number, { certificate, key }: CertificateFiles): string[] {
  return [
    ...['--tls-port', `${port}`, '--tls-cert-file', certificate, '--tls-key-file', key],
    ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no'],
  ];
}

/** What a node says of another one. */
interface NodeView {
  readonly id: string;
  readonly masterId: string;
  /** Who has the later one of two that claim a slot is right. */
  readonly epoch: number;
  readonly failed: boolean;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** Longest wait for what one node says, ms. */
const VIEW_MS = 5_000;

/** What each node that answers says of all. */
async function viewsOf(nodes: readonly ClusterNode[]): Promise<NodeView[][]> {
  const answers = await Promise.all(
    nodes.map((node) =>
      Promise.race([
        (node.admin.status === 'ready'
          ? node.admin.cluster('NODES')
          : Promise.resolve('')) as Promise<string>,
        new Promise<string>((resolve) => setTimeout(resolve, VIEW_MS, '').unref()),
      ]).catch(() => ''),
    ),
  );
  return answers.filter((text) => text !== '').map((text) => text.trim().split('\n').map(viewOf));
}

function viewOf(line: string): NodeView {
  const [id = '', , flags = '', masterId = '', , , epoch, , ...slots] = line.split(' ');
  const ranges = slots
    .filter((range) => !range.startsWith('['))
    .map((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return [first, last] as const;
    });
  return { id, masterId, epoch: Number(epoch), failed: flags.split(',').includes('fail'), ranges };
}

/** Who has which slots, comparably. */
function ownership(view: readonly NodeView[]): string {
  const owners = view.filter(({ ranges }) => ranges.length > 0);
  return JSON.stringify(owners.map(({ id, ranges }) => [id, ranges]).sort());
}

/** Whether each master that has slots has so many replicas that have all it has. */
async function inStep(nodes: readonly ClusterNode[], replicas: number): Promise<boolean> {
  const roles = await Promise.all(nodes.map((node) => node.admin.role()));
  const masters = roles.filter(([role]) => role === 'master') as [string, number, unknown[]][];
  const links = roles.filter(([role]) => role === 'slave') as [string, string, number, string][];
  return (
    masters.reduce((sum, [, , online]) => sum + online.length, 0) >= links.length &&
    links.length >= masters.length * replicas &&
    links.every(([, , , state]) => state === 'connected')
  );
}

function migrationOf(
  slot: number,
  from: ClusterNode,
  to: ClusterNode,
  nodes: readonly ClusterNode[],
): SlotMigration {
  const move = async (...keys: readonly string[]) => {
    await from.admin.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys);
  };
  return {
    from,
    to,
    move,
    async begin() {
      await to.admin.cluster('SETSLOT', slot, 'IMPORTING', from.id);
      await from.admin.cluster('SETSLOT', slot, 'MIGRATING', to.id);
    },
    async moveKeys(count = Number.POSITIVE_INFINITY) {
      for (let moved = 0; ; ) {
        const page = Math.min(100, count - moved);
        const keys = page <= 0 ? [] : await from.admin.cluster('GETKEYSINSLOT', slot, page);
        if (keys.length === 0) return moved;
        await move(...keys);
        moved += keys.length;
      }
    },
    async finish() {
      // The new master first: it must know before anybody is sent there.
      const others = nodes.filter((node) => node !== to && node !== from);
      for (const node of [to, from]) await node.admin.cluster('SETSLOT', slot, 'NODE', to.id);
      for (const node of others) {
        if ((await node.admin.role())[0] !== 'master') continue;
        await node.admin.cluster('SETSLOT', slot, 'NODE', to.id);
      }
    },
  };
}
