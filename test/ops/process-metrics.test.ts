import { expect, test } from 'vitest';
import { createMetrics } from '../../src/ops/metrics.ts';
import { processMetrics } from '../../src/ops/process-metrics.ts';

test('a process says what it takes, by its role', async () => {
  const metrics = createMetrics();
  const end = processMetrics(metrics, 'worker');
  const until = performance.now() + 60;
  while (performance.now() < until);
  const text = await metrics.registry.metrics();
  end();
  const value = (name: string) =>
    Number(new RegExp(`^${name}\\{role="worker"\\} (\\S+)$`, 'm').exec(text)?.[1]);
  const rss = process.memoryUsage.rss();
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(rss / 2);
  expect(value('process_resident_memory_bytes')).toBeLessThan(rss * 2);
  expect(value('nodejs_live_bytes')).toBeGreaterThan(1e6);
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0.01);
  const { pid } = process;
  expect(value('process_start_time_seconds'), `of ${pid}`).toBeGreaterThan(Date.now() / 1e3 - 1e6);
  expect(value('process_start_time_seconds')).toBeLessThanOrEqual(Date.now() / 1e3 + 1);
  expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  expect(value('proffer_processes')).toBe(1);
  expect(text).toContain('# TYPE process_cpu_seconds_total counter\n');
});
