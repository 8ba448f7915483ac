// What a worker counts, by its name in Prometheus.

import type { HistoryMetrics } from '../history/telling.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Worker } from './worker-options.ts';

/** What is read when scraped. @param spoolBytesMax 0 = never to disk */
export function workerGauges(metrics: Metrics, worker: Worker, spoolBytesMax: number): void {
  spoolGauges(metrics, worker, spoolBytesMax);
  partitionGauges(metrics, worker);
  metrics.gauge('proffer_history_lag_records', 'Ledger records not in history.', () => {
    return worker.status().lag;
  });
  metrics.gauge(
    'proffer_history_lag_seconds',
    'Age of the oldest ledger record that is not in history.',
    () => worker.status().lagMs / 1000,
    'max',
  );
  metrics.gauge('proffer_history_partitions', 'Partitions whose lease is held here.', () => {
    return worker.status().held;
  });
  metrics.gauge(
    'proffer_history_failing_seconds',
    'For how long history has failed without a success between; 0 = it works.',
    () => worker.status().historyFailingMs / 1000,
    'max',
  );
}

function spoolGauges(metrics: Metrics, worker: Worker, spoolBytesMax: number): void {
  metrics.gauge('proffer_spool_bytes', 'Bytes of spooled batches on disk.', () => {
    return worker.status().spool.bytes;
  });
  metrics.gauge('proffer_spool_limit_bytes', 'What spooled batches may take.', () => spoolBytesMax);
  metrics.gauge('proffer_spool_batches', 'Spooled batches that are not in history.', () => {
    return worker.status().spool.batches;
  });
  if (spoolBytesMax === 0) return;
  const room = () => {
    const { bytes, freeBytes } = worker.status().spool;
    return Math.max(0, Math.min(spoolBytesMax - bytes, freeBytes ?? spoolBytesMax));
  };
  metrics.gauge(
    'proffer_spool_room_bytes',
    'What may be spooled yet: what is left of the limit, or free on that disk where that is less.',
    room,
    'min',
  );
}

/** At most one series of each for every partition, over all workers: 64 or 256 in all. */
function partitionGauges(metrics: Metrics, worker: Worker): void {
  metrics.gauge(
    'proffer_torn_partitions',
    'Partitions that stand still since a part of their keys in Redis was lost.',
    () => worker.status().torn,
  );
  metrics.gauges(
    'proffer_partition_lag_records',
    'Ledger records not in history, of each partition whose lease is held here.',
    () =>
      [...worker.status().lagByPartition].map(([partition, value]) => ({
        value,
        labels: { partition: String(partition) },
      })),
  );
  metrics.gauges(
    'proffer_partition_owner',
    'Of each partition whose lease is held here, 1 and the worker that this is.',
    () => {
      const { lagByPartition, owner } = worker.status();
      return [...lagByPartition.keys()].map((partition) => ({
        value: 1,
        labels: { partition: String(partition), worker: owner },
      }));
    },
  );
}

/** What the history writer counts. */
export function historyMetrics(metrics: Metrics): HistoryMetrics {
  const records = metrics.counter(
    'proffer_history_records_total',
    'Ledger records written to history.',
  );
  const rows = metrics.counter('proffer_history_rows_total', 'Rows inserted.');
  const refused = metrics.counter('proffer_history_refused_total', 'Rows a table refused.');
  const missing = metrics.counter('proffer_history_recovered_total', 'Rows found missing.');
  const removed = metrics.counter('proffer_history_removed_total', 'Surplus rows removed.');
  const spooled = metrics.counter('proffer_spooled_records_total', 'Records spooled to disk.');
  const home = metrics.counter('proffer_brought_home_records_total', 'Spooled records in history.');
  const damaged = metrics.counter('proffer_spool_damaged_total', 'Spool files damaged or lost.');
  const failed = metrics.counter('proffer_history_failures_total', 'Rounds that failed.');
  const took = metrics.latency('proffer_history_batch_seconds', 'From freeze to mark.');
  return {
    wrote(recordCount, rowCount, durationMs) {
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
    spooled(count) {
      spooled.value += count;
    },
    broughtHome(count) {
      home.value += count;
    },
    damaged() {
      damaged.value++;
    },
    failed() {
      failed.value++;
    },
  };
}
