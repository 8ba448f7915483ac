// A deployment of its own for one test: a private Redis, a history directory, and workers on them.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { runWorker } from '../../src/compose/run-worker.ts';
import type { Worker, WorkerSettings } from '../../src/compose/worker-options.ts';
import type { PublishedCatalogs } from '../../src/history/archive-catalogs.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import type { HistoryLog } from '../../src/history/telling.ts';
import { Keys } from '../../src/redis/keys.ts';
import { until } from '../ledger/ledger-fixture.ts';
import { builtProgram } from '../support/built-program.ts';
import { layHistory, layMigratedHistory } from '../support/migrated-history.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { PARTITIONS, PREFIX, QUICK } from './worker-settings.ts';

export interface Deployment {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly keys: Keys;
  /** Where embedded history is. */
  readonly directory: string;
  openSink(): Promise<HistorySink>;
  /** A worker in this process. */
  startWorker(
    sink: HistorySink,
    settings?: Partial<WorkerSettings>,
    onForeign?: (fault: Error) => void,
    catalogs?: PublishedCatalogs,
  ): Promise<Worker>;
  /** A worker in a process of its own, for killing. */
  spawnWorker(): ChildProcess;
  /** Sum of a counter over all partitions. */
  total(counter: 'position' | 'marked'): Promise<number>;
  /** Resolves when everything written is marked. */
  written(deadlineMs?: number): Promise<void>;
  /** Kept in a directory; no engine may have history open. */
  snapshot(directory: string): Promise<DeploymentSnapshot>;
  readonly logged: string[];
  /** kill -9 of Redis, then its start on the same data. */
  restartRedis(): Promise<void>;
  /** Kills the workers that are processes; one process at a time may open history. */
  stopProcesses(): Promise<void>;
  stop(): Promise<void>;
}

/** What a deployment had when nothing of it ran: to begin from again. */
export interface DeploymentSnapshot {
  readonly history: string;
  /** By key, as DUMP gives it. */
  readonly redis: readonly (readonly [key: string, value: Buffer])[];
}

/** @param snapshot to begin from; default: no events */
export async function startDeployment(
  redisSettings: readonly string[] = [],
  snapshot: DeploymentSnapshot | null = null,
): Promise<Deployment> {
  const server = await startPrivateRedis(redisSettings);
  const directory = await mkdtemp(join(tmpdir(), 'proffer-history-'));
  const redis = server.connect();
  const keys = new Keys(PREFIX, PARTITIONS);
  const children: ChildProcess[] = [];
  const workers: Worker[] = [];
  const logged: string[] = [];
  const note = (fields: object, message: string) => {
    const { err } = fields as { err?: Error };
    logged.push(err === undefined ? message : `${message}: ${err.message}`);
  };
  const log: HistoryLog = { info: note, warn: note, error: note };
  const history = join(directory, 'history');
  if (snapshot === null) layMigratedHistory(history);
  else layHistory(snapshot.history, history);
  for (const [key, value] of snapshot?.redis ?? []) await redis.restore(key, 0, value);
  const total = async (counter: 'position' | 'marked') => {
    const names = Array.from({ length: PARTITIONS }, (_, p) => keys.partition(p)[counter]);
    return (await redis.mget(names)).reduce((sum, value) => sum + Number(value ?? 0), 0);
  };
  const stopProcesses = async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  };
  return {
    ...{ redis, redisUrl: server.socket, keys, directory: history, logged, total },
    openSink: () => openSink({ clickhouseUrl: null, directory: history }),
    async startWorker(sink, settings = {}, onForeign = () => {}, catalogs = undefined) {
      const worker = await runWorker({
        ...{ redisUrl: server.socket, prefix: PREFIX, partitions: PARTITIONS, sink, log },
        settings: { ...QUICK, ...settings },
        onForeign,
        ...(catalogs && { catalogs }),
      });
      workers.push(worker);
      return worker;
    },
    spawnWorker() {
      const entry = builtProgram(new URL('./worker-process.ts', import.meta.url));
      const child = spawn(process.execPath, [entry, server.socket, history], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      children.push(child);
      return child;
    },
    async written(deadlineMs) {
      const isWritten = async () => (await total('marked')) === (await total('position'));
      try {
        await until('everything is in history', isWritten, deadlineMs);
      } catch (error) {
        throw new Error(`${(error as Error).message}; log: ${logged.slice(-5).join(' | ')}`);
      }
    },
    stopProcesses,
    async snapshot(kept) {
      layHistory(history, kept);
      const names = await redis.keys('*');
      const values = await Promise.all(names.map((name) => redis.dumpBuffer(name)));
      return { history: kept, redis: names.map((name, i) => [name, values[i]!] as const) };
    },
    async restartRedis() {
      await server.kill();
      await server.restart();
      await until('Redis is back', () =>
        redis.ping().then(
          () => true,
          () => false,
        ),
      );
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await stopProcesses();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
