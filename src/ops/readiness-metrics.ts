// Whether a process can do its work, as numbers: what alerts look at between two scrapes of /metrics,
// since /readyz is for load balancers and says it only to those who ask.

import type { Metrics } from './metrics.ts';

export interface ReadinessSigns {
  isReady(): boolean;
  /** Whether Redis answers. */
  hasRedis(): boolean;
  /** How many partitions cannot be written to now. */
  unwritable(): number;
}

/** Declares them; where one scrape answers for several processes, they are how many of a role. */
export function readinessMetrics(metrics: Metrics, role: string, signs: ReadinessSigns): void {
  const gauge = (name: string, help: string, read: () => boolean) => {
    metrics.gauge(name, help, () => (read() ? 1 : 0), 'sum', { role });
  };
  gauge('proffer_ready', 'Processes that are ready.', () => signs.isReady());
  const up = 'Processes that at least one master of Redis answers; see the partitions, too.';
  gauge('proffer_redis_up', up, () => signs.hasRedis());
  metrics.gauge(
    'proffer_redis_partitions_unwritable',
    'Partitions whose master is away, half moved or without the replicas that must confirm.',
    () => signs.unwritable(),
    'max',
    { role },
  );
}
