// The composition root of a worker process: the ledger goes to history, and in embedded mode
// analysts ask there. chDB is loaded here and nowhere else.

import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Environment } from '../delivery/channel-secrets.ts';
import { SetupFault } from '../errors.ts';
import { analystKeys } from '../gateway/keys/analyst-keys.ts';
import { followKeys } from '../gateway/keys/key-ring.ts';
import { openKeyStore } from '../gateway/keys/key-store.ts';
import { startAnalystEndpoint } from '../history/analyst/analyst-endpoint.ts';
import { startWritingEndpoint } from '../history/analyst/writing-endpoint.ts';
import { writingSocket } from '../history/analyst/writing-socket.ts';
import { openSink } from '../history/sinks/open-sink.ts';
import type { Log } from '../ops/log.ts';
import { createMetrics } from '../ops/metrics.ts';
import { type Channel, exchangeMetrics } from '../ops/metrics-exchange.ts';
import type { Opened } from '../ops/opened.ts';
import { processMetrics } from '../ops/process-metrics.ts';
import { readinessMetrics } from '../ops/readiness-metrics.ts';
import {
  type StatusEndpoint,
  type StatusParts,
  startStatusEndpoint,
} from '../ops/status-endpoint.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { unwritablePartitions } from '../redis/unwritable-partitions.ts';
import { catalogVersions } from './catalog-versions.ts';
import { deliveryTasks } from './delivery-tasks.ts';
import { openDeployment, startRole, warnOfEviction } from './deployment.ts';
import { learnerTasks } from './learner-tasks.ts';
import { runWorker } from './run-worker.ts';
import { timerTasks } from './timer-tasks.ts';
import { WaitedCore } from './waited-core.ts';
import { historyMetrics, workerGauges } from './worker-metrics.ts';
import type { Worker, WorkerSpoolSettings } from './worker-options.ts';

/** Records under `everysec` may be lost for so long after they were written. */
const EVERYSEC_DURABLE_AFTER_MS = 2_000;
const MIGRATED_WITHIN_MS = 20_000;
/** What fails for so long does not pass by itself: the worker says that it is not ready. */
const FAILING_MS_MAX = 30_000;

export interface RunningWorker {
  /** Port of the analyst endpoint, null where a ClickHouse server has history. */
  readonly sqlPort: number | null;
  /** Port of /metrics, /healthz and /readyz; null without one. */
  readonly statusPort: number | null;
  /** Rejects with a SetupFault when it turns out that this worker must not run; else never settles. */
  readonly unfit: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Builds and starts a worker.
 * @param env has what channels of catalogs name variables of
 * @throws SetupFault when Redis does not answer, a port is taken, or history is in use by another
 *   worker; by then everything that was opened is closed
 */
export function composeWorker(
  config: Config,
  redisUrl: string,
  env: Environment,
  log: Log,
  channel: Channel | null,
): Promise<RunningWorker> {
  return startRole(redisUrl, (opened) => open(config, redisUrl, env, log, channel, opened));
}

async function open(
  config: Config,
  redisUrl: string,
  env: Environment,
  log: Log,
  channel: Channel | null,
  opened: Opened,
): Promise<RunningWorker> {
  const deployment = await openDeployment(config, redisUrl, log);
  const { connection, keys } = deployment;
  opened.add(() => connection.close());
  await warnOfEviction(deployment, log);
  const metrics = createMetrics();
  opened.add(processMetrics(metrics, 'worker'));
  // Health is answered from the beginning: opening history may take a while.
  let notReady: () => string | null = () => 'it is starting';
  const status = await startStatus(config, channel, {
    notReady: () => notReady(),
    metricsText: exchangeMetrics(metrics.registry, channel),
  });
  opened.add(() => status?.close());
  const directory = join(config.PROFFER_DATA_DIR, 'clickhouse');
  const sink = await openSink({
    clickhouseUrl: config.CLICKHOUSE_URL ?? null,
    directory,
    cluster: config.PROFFER_CLICKHOUSE_CLUSTER ?? null,
  });
  let tellUnfit: (fault: SetupFault) => void = () => {};
  const unfit = new Promise<never>((_, reject) => {
    tellUnfit = reject;
  });
  unfit.catch(() => {});
  const core = new WaitedCore(config, deployment, log, metrics);
  opened.add(() => core.close());
  const worker = await runWorker({
    redisUrl,
    prefix: config.PROFFER_PREFIX,
    partitions: config.PROFFER_PARTITIONS,
    sink,
    settings: {
      durableAfterMs: config.PROFFER_REDIS_FSYNC === 'always' ? 0 : EVERYSEC_DURABLE_AFTER_MS,
      replicas: config.PROFFER_REDIS_REPLICAS,
      trimDelayMs: config.PROFFER_TRIM_DELAY_MS,
      suspectDelayMs: config.PROFFER_SUSPECT_DELAY_MS,
      intervalMs: config.PROFFER_HISTORY_INTERVAL_MS,
      drainDeadlineMs: config.PROFFER_DRAIN_DEADLINE_MS,
      ledgerMax: config.PROFFER_LEDGER_MAX,
      leaseTtlMs: config.PROFFER_LEASE_TTL_MS,
      spool: spoolSettings(config),
    },
    catalogs: catalogVersions(deployment),
    more: {
      plain: [core],
      tasks: [
        ...timerTasks(config, deployment, core, log, metrics),
        ...deliveryTasks({ config, deployment, core, env, log, metrics, opened }),
        ...learnerTasks(config, deployment, core, sink, metrics),
      ],
    },
    metrics: historyMetrics(metrics),
    log,
    onRival: (rival) => tellUnfit(rivalFault(rival)),
    onForeign: (fault) => tellUnfit(fault),
  });
  opened.add(() => worker.stop());
  workerGauges(metrics, worker, config.PROFFER_SPOOL_BYTES);
  readinessMetrics(metrics, 'worker', {
    isReady: () => notReady() === null,
    hasRedis: () => connection.isReady,
    unwritable: () => unwritablePartitions(connection, keys),
  });
  const embedded = config.CLICKHOUSE_URL === undefined;
  // A server may be away for hours; the embedded engine is ready when its tables are.
  const giveUp = new AbortController();
  if (embedded) {
    await Promise.race([migrated(worker, giveUp.signal), unfit]).finally(() => giveUp.abort());
  }
  const sqlPort = embedded ? await startAnalysts(config, redisUrl, directory, opened) : null;
  if (embedded) {
    const repairs = await startWritingEndpoint(directory, writingSocket(config.PROFFER_DATA_DIR));
    opened.add(() => repairs.close());
  }
  // Before those are waited for who ask just now: what is left of a stop's time is the drain's.
  opened.add(() => worker.stop());
  notReady = () => whyNotReady(connection, worker);
  return {
    sqlPort,
    statusPort: status?.port ?? null,
    unfit,
    stop() {
      notReady = () => 'it is draining';
      return opened.close();
    },
  };
}

function rivalFault(rival: string): SetupFault {
  return new SetupFault(
    `${rival} is a worker of this Redis already, and the embedded ClickHouse has one worker: ` +
      'stop one of them, or set CLICKHOUSE_URL',
  );
}

function spoolSettings(config: Config): WorkerSpoolSettings | null {
  if (config.PROFFER_SPOOL_BYTES === 0) return null;
  return {
    directory: join(config.PROFFER_DATA_DIR, 'spool'),
    bytesMax: config.PROFFER_SPOOL_BYTES,
    // Beyond the half, room for what comes in while a batch is being written.
    afterRecords: Math.min(config.PROFFER_SPOOL_AFTER, Math.ceil(config.PROFFER_LEDGER_MAX / 2)),
  };
}

/** Under a supervisor nobody asks here: it has the metrics, and knows who lives. */
async function startStatus(
  config: Config,
  channel: Channel | null,
  says: Pick<StatusParts, 'notReady' | 'metricsText'>,
): Promise<StatusEndpoint | null> {
  if (channel !== null || config.PROFFER_WORKER_PORT === 0) return null;
  const { PROFFER_HOST: host, PROFFER_WORKER_PORT: port } = config;
  return startStatusEndpoint({ host, port, ...says });
}

function whyNotReady(connection: RedisConnection, worker: Worker): string | null {
  const { migrated, failingMs } = worker.status();
  if (!connection.isReady) return 'Redis does not answer';
  if (!migrated) return "history's tables are not there yet";
  if (failingMs > FAILING_MS_MAX) {
    return `history has failed for ${Math.round(failingMs / 1000)} s; its log says why`;
  }
  return null;
}

/** Waits for history's tables, within reason: what is wrong is logged, and tried again. */
async function migrated(worker: Worker, givenUp: AbortSignal): Promise<void> {
  const endAtMs = performance.now() + MIGRATED_WITHIN_MS;
  while (!worker.status().migrated && performance.now() < endAtMs && !givenUp.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** @returns its port */
async function startAnalysts(
  config: Config,
  redisUrl: string,
  directory: string,
  opened: Opened,
): Promise<number> {
  const store = await openKeyStore({
    url: redisUrl,
    prefix: config.PROFFER_PREFIX,
    deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
  });
  opened.add(() => store.close());
  const ring = await followKeys(store);
  opened.add(() => ring.stop());
  const endpoint = await startAnalystEndpoint({
    host: config.PROFFER_HOST,
    port: config.PROFFER_SQL_PORT,
    directory,
    authorize: analystKeys(ring, Date.now),
  });
  opened.add(() => endpoint.close());
  return endpoint.port;
}
