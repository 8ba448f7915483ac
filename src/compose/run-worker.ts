// What a worker does, put together: a runtime that holds its partitions, and the tasks that it runs
// over them. Another task is one more in the lists that the runtime is started with, and touches none
// of the others. At a stop what is left is written, leases are handed over, and everything is closed.

import { hostname } from 'node:os';
import { faultFields } from '../history/fault-fields.ts';
import { bindLeases } from '../partitions/lease-scripts.ts';
import { PartitionRuntime } from '../partitions/partition-runtime.ts';
import { openConnection } from '../redis/connection.ts';
import { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { type HistoryTasks, historyTasks } from './history-tasks.ts';
import {
  NO_METRICS,
  SILENT,
  type Worker,
  type WorkerOptions,
  type WorkerStatus,
} from './worker-options.ts';

const LEASE_TTL_MS = 5_000;
const GROUPS = 4;
const REDIS_DEADLINE_MS = 10_000;
/** Part of a stop's time that is kept for handing over what the rounds did not come to. */
const HAND_OVER_MS = 1_000;

/** Starts a worker. It waits for Redis and ClickHouse for as long as it takes. */
export async function runWorker(options: WorkerOptions): Promise<Worker> {
  return new RunningWorker(options);
}

class RunningWorker implements Worker {
  private readonly owner = `${hostname()}/${process.pid}`;
  private readonly connection: RedisConnection;
  private readonly runtime: PartitionRuntime;
  private readonly history: HistoryTasks;
  private stopped: Promise<void> | null = null;

  constructor(private readonly options: WorkerOptions) {
    const { redisUrl, prefix, partitions, settings, sink } = options;
    const log = options.log ?? SILENT;
    const metrics = options.metrics ?? NO_METRICS;
    this.connection = openConnection({
      url: redisUrl,
      deadlineMs: REDIS_DEADLINE_MS,
      replicas: settings.replicas ?? 0,
      tellsOnwards: true,
      name: 'history',
    });
    const keys = new Keys(prefix, partitions);
    const groups = Math.min(settings.groups ?? GROUPS, partitions);
    // An embedded history can be written by one worker only.
    const isAlone = sink.kind === 'embedded';
    this.runtime = new PartitionRuntime(bindLeases(this.connection, keys), {
      redisUrl,
      prefix,
      partitions,
      owner: this.owner,
      wants: isAlone ? 'all' : 'spread',
      leaseTtlMs: settings.leaseTtlMs ?? LEASE_TTL_MS,
      groups,
      intervalMs: settings.intervalMs,
      beforeAcquire: () => this.history.belonging.know(),
      onRival: (isAlone && options.onRival) || null,
      onThreadError: (err) => log.error({ err }, 'the thread that renews leases failed'),
      onFault(what, err, backoffMs) {
        metrics.failed();
        log.warn({ ...faultFields(err), what, backoffMs }, 'history has to wait');
      },
    });
    this.history = historyTasks({
      connection: this.connection,
      keys,
      leases: this.runtime.leases,
      options,
      groups,
      metrics,
      log,
      onMigrated: () => this.runtime.wake(),
    });
    const { tasks = [], plain = [] } = options.more ?? {};
    this.runtime.start([...this.history.tasks, ...tasks], [...this.history.plain, ...plain]);
  }

  status(): WorkerStatus {
    const { lag, overflow, preparation, spool, torn } = this.history;
    const { held, workers, failures, failingMs } = this.runtime.status;
    const nowMs = Date.now();
    return {
      held: held.length,
      torn: held.filter((partition) => torn.has(partition)).length,
      workers,
      lag: lag.total,
      lagMs: lag.ageMs(nowMs),
      lagByPartition: lag.byPartition(held),
      owner: this.owner,
      spool: spool?.status ?? { bytes: 0, batches: 0, freeBytes: null },
      failures,
      failingMs,
      historyFailingMs: Math.max(failingMs, overflow.failingMs(nowMs)),
      migrated: preparation.isMigrated,
    };
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private async end(): Promise<void> {
    const { drainDeadlineMs } = this.options.settings;
    const handOverMs = Math.min(HAND_OVER_MS, drainDeadlineMs / 5);
    // The other half of handing over is for closing, and for the process to end.
    await this.runtime.stop(drainDeadlineMs - handOverMs, handOverMs / 2);
    this.connection.close();
    await this.history.spool?.close();
    await this.options.sink.close();
  }
}
