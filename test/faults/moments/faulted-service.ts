// The whole service as it runs in production, on this machine: two gateways, two workers, Redis and
// a ClickHouse server, each a process of its own, and a proxy on every line between them.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Keys } from '../../../src/redis/keys.ts';
import { freshPorts } from '../../support/fresh-ports.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import type { FaultedRedis } from './faulted-redis.ts';
import { ManagedProcess } from './managed-process.ts';
import { clusterRedis } from './redis-cluster.ts';
import { singleRedis } from './single-redis.ts';
import { FAULTED_CATALOG } from './timed-catalog.ts';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const ENDPOINT = fileURLToPath(new URL('./endpoint-process.ts', import.meta.url));
const PUSH_SECRET = `whsec_${Buffer.from('the secret of the endpoint').toString('base64')}`;
const CLICKHOUSE = fileURLToPath(new URL('./clickhouse-process.ts', import.meta.url));
const PARTITIONS = 8;
export const ADMIN_KEY = 'admin-key-of-the-test';

/** Deadlines short enough that a fault of a second is beyond all of them; ms. */
export const REDIS_DEADLINE_MS = 700;
export const LEASE_TTL_MS = 800;
export const DRAIN_DEADLINE_MS = 3_000;

/** A line from one program to another. */
export interface Link {
  /** `gateway 1 → redis`. */
  readonly name: string;
  readonly kind: 'client → gateway' | 'gateway → redis' | 'worker → redis' | 'worker → clickhouse';
  readonly proxy: TcpProxy;
}

export interface FaultedGateway {
  readonly process: ManagedProcess;
  /** Past the proxy. */
  readonly directUrl: string;
  /** What clients connect to. */
  readonly port: number;
  /** Held up, or its clients' line is disturbed: nobody can promise when it answers. */
  disturbances: number;
  /** Stopwatch time of the last end of a disturbance, ms. */
  disturbedUntilMs: number;
}

export interface FaultedService {
  readonly home: string;
  readonly redis: FaultedRedis;
  readonly gateways: readonly FaultedGateway[];
  readonly workers: readonly ManagedProcess[];
  readonly clickhouse: ManagedProcess;
  /** Where webhooks are sent. */
  readonly endpoint: ManagedProcess;
  /** Ids of what it was sent, each as often as it was; of what was not signed well, why. */
  received(): readonly string[];
  /** Past the proxy, with user and password. */
  readonly clickhouseUrl: string;
  readonly links: readonly Link[];
  readonly keys: Keys;
  /** Ends of processes that nobody ordered. */
  readonly unexpected: string[];
  /** For `node dist/main.js <command>` beside it. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything that callers need runs and answers; workers are on their way. */
  recovered(): Promise<void>;
  /** Workers run, too. */
  complete(): Promise<void>;
  /** @param keep data and logs */
  stop(keep: boolean): Promise<void>;
}

/** What Redis is made of. */
export type RedisKind = 'single' | 'cluster';

export async function startFaultedService(kind: RedisKind): Promise<FaultedService> {
  const home = await mkdtemp(join(tmpdir(), 'proffer-faults-'));
  mkdirSync(join(home, 'catalog'));
  for (const [name, text] of Object.entries(FAULTED_CATALOG)) {
    await writeFile(join(home, 'catalog', name), text);
  }
  mkdirSync(join(home, 'clickhouse'));
  const unexpected: string[] = [];
  const onUnexpectedEnd = (message: string) => unexpected.push(message);
  const keys = new Keys('proffer:', PARTITIONS);
  const ledgers = Array.from({ length: PARTITIONS }, (_, p) => keys.partition(p).ledger);
  const redis =
    kind === 'cluster' ? await clusterRedis(ledgers) : singleRedis(home, onUnexpectedEnd);
  const links: Link[] = [];
  const [clickhousePort, endpointPort, ...ports] = await freshPorts(6);
  const program = (name: string, args: readonly string[], env: Record<string, string>) => ({
    ...{ name, command: process.execPath, args, env, onUnexpectedEnd },
    logPath: join(home, `${name.replace(' ', '-')}.log`),
  });
  const clickhouse = new ManagedProcess({
    ...program(
      'clickhouse',
      ['--import', 'tsx', CLICKHOUSE, join(home, 'clickhouse'), String(clickhousePort)],
      { PATH: process.env.PATH ?? '' },
    ),
    isReady: () => answers(`http://127.0.0.1:${clickhousePort}/ping`),
  });
  const receivedFile = join(home, 'received');
  writeFileSync(receivedFile, '');
  const endpoint = new ManagedProcess({
    ...program('endpoint', ['--import', 'tsx', ENDPOINT, receivedFile, String(endpointPort)], {
      PATH: process.env.PATH ?? '',
      PUSH_SECRET,
    }),
    isReady: () => answers(`http://127.0.0.1:${endpointPort}/`),
  });
  const clickhouseUrl = `http://default:secret@127.0.0.1:${clickhousePort}`;
  const common = {
    PATH: process.env.PATH ?? '',
    PROFFER_CATALOG: join(home, 'catalog'),
    PROFFER_PARTITIONS: String(PARTITIONS),
    PROFFER_WRITE_KEY: 'write-key-of-the-test',
    PROFFER_ADMIN_KEY: ADMIN_KEY,
    PROFFER_REDIS_FSYNC: 'always',
    PROFFER_REDIS_DEADLINE_MS: String(REDIS_DEADLINE_MS),
    PROFFER_LEASE_TTL_MS: String(LEASE_TTL_MS),
    PROFFER_HISTORY_INTERVAL_MS: '50',
    PROFFER_TRIM_DELAY_MS: '5000',
    // Nothing is held up for longer.
    PROFFER_SUSPECT_DELAY_MS: '5000',
    PROFFER_DRAIN_DEADLINE_MS: String(DRAIN_DEADLINE_MS),
    PROFFER_LOG_LEVEL: 'info',
    PROFFER_WEBHOOK_PRIVATE: 'allow',
    PUSH_URL: `http://127.0.0.1:${endpointPort}/push`,
    PUSH_SECRET,
    ...redis.env,
  };
  const linkToRedis = async (from: string, kind: Link['kind']) => {
    const { url, proxy } = await redis.link();
    if (proxy !== null) links.push({ name: `${from} → redis`, kind, proxy });
    return url;
  };

  const gateways: FaultedGateway[] = [];
  for (const [i, port] of ports.slice(0, 2).entries()) {
    const name = `gateway ${i + 1}`;
    const env = {
      ...common,
      PROFFER_PORT: String(port),
      REDIS_URL: await linkToRedis(name, 'gateway → redis'),
    };
    const directUrl = `http://127.0.0.1:${port}`;
    const proxy = await startTcpProxy({ port: port! });
    links.push({ name: `clients → ${name}`, kind: 'client → gateway', proxy });
    const gateway = new ManagedProcess({
      ...program(name, [MAIN, 'gateway'], env),
      isReady: () => answers(`${directUrl}/readyz`),
    });
    const undisturbed = { disturbances: 0, disturbedUntilMs: 0 };
    gateways.push({ process: gateway, directUrl, port: proxy.port, ...undisturbed });
  }
  const workers: ManagedProcess[] = [];
  for (const [i, port] of ports.slice(2).entries()) {
    const name = `worker ${i + 1}`;
    const proxy = await startTcpProxy({ port: clickhousePort! });
    links.push({ name: `${name} → clickhouse`, kind: 'worker → clickhouse', proxy });
    const env = {
      ...common,
      PROFFER_DATA_DIR: join(home, `worker-${i + 1}`),
      PROFFER_WORKER_PORT: String(port),
      // One spools as soon as ClickHouse is away for a second, the other never.
      PROFFER_SPOOL_AFTER: i === 0 ? '60' : '100000',
      REDIS_URL: await linkToRedis(name, 'worker → redis'),
      CLICKHOUSE_URL: `http://default:secret@127.0.0.1:${proxy.port}`,
    };
    workers.push(
      new ManagedProcess({
        ...program(name, [MAIN, 'worker'], env),
        isReady: () => answers(`http://127.0.0.1:${port}/healthz`),
      }),
    );
  }
  const ours = [clickhouse, endpoint, ...gateways.map((gateway) => gateway.process), ...workers];
  const killAll = () => {
    for (const process of ours) process.killNow();
  };
  process.once('exit', killAll);
  const recovered = async () => {
    for (const worker of workers) worker.start().catch(() => {});
    await Promise.all([redis.start(), clickhouse.start(), endpoint.start()]);
    await Promise.all(gateways.map((gateway) => gateway.process.start()));
    for (const { directUrl } of gateways) await untilReady(directUrl);
  };
  const complete = async () => {
    await recovered();
    await Promise.all(workers.map((worker) => worker.start()));
  };
  await complete();
  return {
    ...{ home, redis, gateways, workers, clickhouse, clickhouseUrl, links, unexpected, keys },
    ...{ recovered, complete, endpoint },
    received: () => readFileSync(receivedFile, 'utf8').split('\n').filter(Boolean),
    env: { ...common, REDIS_URL: redis.url, CLICKHOUSE_URL: clickhouseUrl },
    async stop(keep) {
      process.removeListener('exit', killAll);
      await Promise.all(ours.map((process) => process.kill()));
      await Promise.all(links.map(({ proxy }) => proxy.close()));
      await redis.stop();
      if (!keep) await rm(home, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string): Promise<void> {
  const untilMs = performance.now() + 60_000;
  while (!(await answers(`${url}/readyz`))) {
    if (performance.now() > untilMs) throw new Error(`${url} does not get ready again`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Whether a page answers 200, at once. */
export async function answers(
  url: string,
  signal: AbortSignal = AbortSignal.timeout(5_000),
): Promise<boolean> {
  try {
    const response = await fetch(url, { signal });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
