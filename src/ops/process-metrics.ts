// What the operating system and Node know of a process, under the names that Prometheus' clients
// use for it. Each has the label `role`: where one scrape answers for all processes of an `up`, the
// memory of gateways and of the worker stay two numbers.

import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { LiveMemory } from './live-memory.ts';
import type { Metrics } from './metrics.ts';
import { versionOf } from './version.ts';

/** Event-loop delays are sampled so often; ms. */
const LAG_RESOLUTION_MS = 10;
const STARTED_AT_S = Math.round(Date.now() / 1000 - process.uptime());

/**
 * Declares them. Event-loop lag is that since the last scrape.
 * @param role of this process, e.g. `gateway`
 * @returns what ends the sampling
 */
export function processMetrics(metrics: Metrics, role: string): () => void {
  const labels = { role };
  metrics.gauge('proffer_build_info', 'Processes of each version.', () => 1, 'sum', {
    role,
    version: versionOf(),
  });
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  const live = new LiveMemory();
  metrics.counterOf(
    'process_cpu_seconds_total',
    'CPU time used by user and system, in seconds.',
    () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    labels,
  );
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_used_bytes', 'JavaScript heap in use.', () => process.memoryUsage().heapUsed);
  gauge(
    'nodejs_external_memory_bytes',
    'Memory of buffers and native objects.',
    () => process.memoryUsage().external,
  );
  gauge(
    'nodejs_live_bytes',
    'Heap and buffers that the last full collection left: what grows, leaks.',
    () => live.bytes,
  );
  gauge('process_open_fds', 'Open file descriptors (0 where they cannot be counted).', openFiles);
  gauge('proffer_processes', 'Processes that answer this scrape.', () => 1);
  metrics.gauge(
    'process_start_time_seconds',
    'Start of the youngest process, seconds since 1970.',
    () => STARTED_AT_S,
    'max',
    labels,
  );
  metrics.gauge(
    'nodejs_eventloop_lag_p99_seconds',
    '99th percentile of the event-loop delay since the last scrape.',
    () => {
      const p99 = (lag.percentile(99) - LAG_RESOLUTION_MS * 1e6) / 1e9;
      lag.reset();
      return Number.isFinite(p99) ? Math.max(0, p99) : 0;
    },
    'max',
    labels,
  );
  return () => {
    lag.disable();
    live.stop();
  };

  function gauge(name: string, help: string, read: () => number): void {
    metrics.gauge(name, help, read, 'sum', labels);
  }
}

/** Linux only, as prom-client has it. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
