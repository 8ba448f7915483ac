// The product as a user runs it: `node dist/main.js up` on a fresh data directory and free ports. With
// PROFFER_TEST_REDIS=cluster in the test's environment, on a Redis Cluster of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from './conditions.ts';
import { freshPorts } from './fresh-ports.ts';
import { layMigratedHistory } from './migrated-history.ts';
import { descendants, type RunningProcess } from './process-tree.ts';
import { type RedisCluster, startRedisCluster } from './redis-cluster.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ProfferProcess {
  readonly url: string;
  readonly sqlUrl: string;
  readonly writeKey: string;
  readonly adminKey: string;
  readonly dataDirectory: string;
  /** Of the supervisor. */
  readonly pid: number;
  /** The environment it runs in, for `node dist/main.js <command>` beside it. */
  readonly env: Readonly<Record<string, string>>;
  /** Its Redis, where that is a cluster. */
  readonly cluster: RedisCluster | null;
  /** What it wrote so far, stdout and stderr. */
  output(): string;
  /** Its processes whose command line contains the word: `gateway`, `worker`, `redis-server`. */
  processes(word: string): readonly RunningProcess[];
  /** A request with a key; the answer's JSON (null when it is none). */
  request(
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly key?: string },
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Signals the supervisor and waits for its end; the exit code, or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
  /** Starts it again on the same data and ports. */
  restart(): Promise<void>;
  /** Stops it if it runs and removes its data. */
  dispose(): Promise<void>;
}

/** What `up` prints last, when everything runs. */
const ANNOUNCED = 'Ctrl-C stops it.';
/** Longest time until /readyz answers 200; ms. */
const READY_DEADLINE_MS = 120_000;
/** `up` gives its roles, history and Redis their time one after the other; ms. */
const STOP_DEADLINE_MS = 120_000;

/** @param env settings beside those that make it fresh, e.g. `{ PROFFER_GATEWAYS: '2' }` */
export async function startProffer(
  env: Readonly<Record<string, string>> = {},
): Promise<ProfferProcess> {
  const [port, sqlPort] = await freshPorts(2);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'proffer-up-'));
  // A worker makes them itself where they are not: test/deployment/compose.server.test.ts.
  if (env.CLICKHOUSE_URL === undefined) layMigratedHistory(join(dataDirectory, 'clickhouse'));
  const onCluster = process.env.PROFFER_TEST_REDIS === 'cluster' && env.REDIS_URL === undefined;
  const cluster = onCluster ? await startRedisCluster() : null;
  const fullEnv: Record<string, string> = {
    ...inherited(),
    PROFFER_PORT: String(port),
    PROFFER_SQL_PORT: String(sqlPort),
    PROFFER_DATA_DIR: dataDirectory,
    PROFFER_WRITE_KEY: 'test-write-key',
    PROFFER_ADMIN_KEY: 'test-admin-key',
    PROFFER_LOG_LEVEL: 'info',
    ...(cluster !== null && { REDIS_URL: cluster.url }),
    ...env,
  };
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  const launch = async (): Promise<ChildProcess> => {
    const before = output.length;
    const child = spawn(process.execPath, [MAIN, 'up'], {
      cwd: ROOT,
      env: fullEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        output += bytes;
      });
    }
    try {
      await waitFor(
        '/readyz',
        async () => {
          if (child.exitCode !== null || child.signalCode !== null) return 'ended';
          // Every gateway is there, not only the one that answers.
          if (!output.includes(ANNOUNCED, before)) return false;
          return (await fetch(`${url}/readyz`)).status === 200;
        },
        READY_DEADLINE_MS,
      );
      const end = child.exitCode ?? child.signalCode;
      if (end !== null) throw new Error(`it ended with ${end}`);
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`proffer up did not become ready:\n${output}`, { cause: error });
    }
    return child;
  };
  let child = await launch().catch(async (error) => {
    await cluster?.stop();
    throw error;
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    await waitFor('proffer up to end', hasEnded, STOP_DEADLINE_MS);
    return child.exitCode ?? child.signalCode ?? 'unknown';
  };
  return {
    url,
    sqlUrl: `http://127.0.0.1:${sqlPort}`,
    writeKey: fullEnv.PROFFER_WRITE_KEY ?? '',
    adminKey: fullEnv.PROFFER_ADMIN_KEY ?? '',
    dataDirectory,
    env: fullEnv,
    cluster,
    get pid() {
      return child.pid ?? -1;
    },
    output: () => output,
    processes: (word) => descendants(child.pid ?? -1).filter((p) => p.commandLine.includes(word)),
    async request(method, path, { body, key = fullEnv.PROFFER_WRITE_KEY } = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: parsed(text) };
    },
    stop,
    async restart() {
      child = await launch();
    },
    async dispose() {
      await stop();
      await cluster?.stop();
      process.removeListener('exit', killWithParent);
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** The environment without what would point the product at somebody's servers or data. */
function inherited(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const ours = /^(PROFFER_|REDIS_URL$|CLICKHOUSE_URL$|NODE_ENV$|VITEST)/.test(name);
    if (value !== undefined && !ours) kept[name] = value;
  }
  return kept;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
