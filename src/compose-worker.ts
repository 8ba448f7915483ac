// The composition root of a worker process: the ledger goes to history, and in embedded mode
// analysts ask there. chDB is loaded here and nowhere else.

import { join } from 'node:path';
import { openDeployment } from './compose.ts';
import type { Config } from './config.ts';
import { followKeys } from './gateway/keys/key-ring.ts';
import { openKeyStore } from './gateway/keys/key-store.ts';
import { startAnalystEndpoint } from './history/analyst-endpoint.ts';
import { openSink } from './history/open-sink.ts';
import { runWorker, type Worker } from './history/worker.ts';
import type { HistoryMetrics } from './history/writer.ts';
import type { Log } from './ops/log.ts';
import { createMetrics, type Metrics } from './ops/metrics.ts';
import { type Channel, exchangeMetrics } from './ops/metrics-exchange.ts';

/** Records under `everysec` may be lost for so long after they were written. */
const EVERYSEC_DURABLE_AFTER_MS = 2_000;
const MIGRATED_WITHIN_MS = 20_000;

export interface RunningWorker {
  /** Port of the analyst endpoint, null where a ClickHouse server has history. */
  readonly sqlPort: number | null;
  stop(): Promise<void>;
}

/**
 * Builds and starts a worker.
 * @throws SetupFault when Redis does not answer, or history is in use by another worker
 */
export async function composeWorker(
  config: Config,
  redisUrl: string,
  log: Log,
  channel: Channel | null,
): Promise<RunningWorker> {
  const { connection } = await openDeployment(config, redisUrl, log);
  connection.close();
  const metrics = createMetrics();
  exchangeMetrics(metrics.registry, channel);
  const directory = join(config.PROFFER_DATA_DIR, 'clickhouse');
  const sink = await openSink({ clickhouseUrl: config.CLICKHOUSE_URL ?? null, directory });
  const worker = await runWorker({
    redisUrl,
    prefix: config.PROFFER_PREFIX,
    partitions: config.PROFFER_PARTITIONS,
    sink,
    settings: {
      durableAfterMs: config.PROFFER_REDIS_FSYNC === 'always' ? 0 : EVERYSEC_DURABLE_AFTER_MS,
      trimDelayMs: config.PROFFER_TRIM_DELAY_MS,
      intervalMs: config.PROFFER_HISTORY_INTERVAL_MS,
      drainDeadlineMs: config.PROFFER_DRAIN_DEADLINE_MS,
      ledgerMax: config.PROFFER_LEDGER_MAX,
      leaseTtlMs: config.PROFFER_LEASE_TTL_MS,
    },
    metrics: historyMetrics(metrics),
    log,
  });
  metrics.gauge('proffer_history_lag_records', 'Ledger records not in history.', () => {
    return worker.status().lag;
  });
  const embedded = config.CLICKHOUSE_URL === undefined;
  // A server may be away for hours; the embedded engine is ready when its tables are.
  if (embedded) await migrated(worker);
  const analysts = embedded ? await startAnalysts(config, redisUrl, directory) : null;
  return {
    sqlPort: analysts?.port ?? null,
    async stop() {
      await analysts?.close();
      await worker.stop();
    },
  };
}

/** Waits for history's tables, within reason: what is wrong is logged, and tried again. */
async function migrated(worker: Worker): Promise<void> {
  const endAtMs = performance.now() + MIGRATED_WITHIN_MS;
  while (!worker.status().migrated && performance.now() < endAtMs) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function startAnalysts(config: Config, redisUrl: string, directory: string) {
  const store = await openKeyStore({
    url: redisUrl,
    prefix: config.PROFFER_PREFIX,
    deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
  });
  const ring = await followKeys(store);
  const endpoint = await startAnalystEndpoint({
    host: config.PROFFER_HOST,
    port: config.PROFFER_SQL_PORT,
    directory,
    authorize: async (key) => ring.find(key)?.kind === 'admin',
  });
  return {
    port: endpoint.port,
    async close() {
      await endpoint.close();
      ring.stop();
      await store.close();
    },
  };
}

function historyMetrics(metrics: Metrics): HistoryMetrics {
  const records = metrics.counter('proffer_history_records_total', 'Ledger records drained.');
  const rows = metrics.counter('proffer_history_rows_total', 'Rows inserted.');
  const refused = metrics.counter('proffer_history_refused_total', 'Rows a table refused.');
  const missing = metrics.counter('proffer_history_recovered_total', 'Rows found missing.');
  const removed = metrics.counter('proffer_history_removed_total', 'Surplus rows removed.');
  const failed = metrics.counter('proffer_history_failures_total', 'Rounds that failed.');
  const took = metrics.latency('proffer_history_batch_seconds', 'From freeze to mark.');
  return {
    drained(recordCount, rowCount, durationMs) {
      records.value += recordCount;
      rows.value += rowCount;
      took.record(durationMs);
    },
    refused(count) {
      refused.value += count;
    },
    recovered(missingCount, removedCount) {
      missing.value += missingCount;
      removed.value += removedCount;
    },
    lag() {},
    failed() {
      failed.value++;
    },
  };
}
