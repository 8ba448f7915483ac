// Gateways as processes of their own, each on a port of its own, on a Redis of their own: what there is
// behind a load balancer, without supervisor and worker. Needs the build.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshPorts } from './fresh-ports.ts';
import { startServiceRedis } from './service-redis.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface GatewayProcess {
  readonly port: number;
  readonly url: string;
  /** SIGTERM, then the end: the exit code, or the name of the signal that ended it. */
  stop(): Promise<number | string>;
  /** SIGKILL, then the end. */
  kill(): Promise<number | string>;
  /** Starts again on its port, ready when this resolves. */
  start(): Promise<void>;
  /** The sum over all labels of a metric of this gateway alone; 0 when there is none. */
  metric(name: string): Promise<number>;
}

export interface GatewayProcesses {
  readonly gateways: readonly GatewayProcess[];
  readonly writeKey: string;
  readonly adminKey: string;
  /** What they run in, but for the port: for workers and commands beside them. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** @param env knobs beside those that make it fresh */
export async function startGatewayProcesses(
  count: number,
  catalog: string,
  env: Readonly<Record<string, string>> = {},
): Promise<GatewayProcesses> {
  const redis = await startServiceRedis();
  const folder = await mkdtemp(join(tmpdir(), 'proffer-gateways-'));
  const file = join(folder, 'catalog.yaml');
  await writeFile(file, catalog);
  const writeKey = 'write-key-of-the-test';
  const adminKey = 'admin-key-of-the-test';
  const shared = {
    PATH: process.env.PATH ?? '',
    REDIS_URL: redis.url,
    PROFFER_DATA_DIR: folder,
    PROFFER_CATALOG: file,
    PROFFER_WRITE_KEY: writeKey,
    PROFFER_ADMIN_KEY: adminKey,
    PROFFER_LOG_LEVEL: 'error',
    ...env,
  };
  const ports = await freshPorts(count);
  const gateways = ports.map((port) => gatewayOn(port, shared));
  await gateways[0]!.start();
  await Promise.all(gateways.slice(1).map((gateway) => gateway.start()));
  return {
    gateways,
    writeKey,
    adminKey,
    env: shared,
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function gatewayOn(port: number, shared: Readonly<Record<string, string>>): GatewayProcess {
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let ended: Promise<number | string> = Promise.resolve(0);
  return {
    port,
    url,
    async start() {
      const started = fork(MAIN, ['gateway'], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: { ...shared, PROFFER_PORT: String(port) },
      });
      child = started;
      ended = once(started, 'exit').then(([code, signal]) => code ?? signal);
      for (;;) {
        const message = (await Promise.race([
          once(started, 'message').then(([sent]) => sent),
          ended.then((code) => ({ kind: 'ended', code })),
        ])) as { kind: string; code?: number };
        if (message.kind === 'ready') return;
        if (message.kind === 'ended') throw new Error(`a gateway ended with ${message.code}`);
      }
    },
    stop() {
      child?.kill('SIGTERM');
      return ended;
    },
    kill() {
      child?.kill('SIGKILL');
      return ended;
    },
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const lines = text.split('\n').filter((line) => new RegExp(`^${name}[ {]`).test(line));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
  };
}
