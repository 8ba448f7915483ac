import { expect, test } from 'vitest';
import { createMetrics, LABEL_VALUES_MAX } from '../../src/ops/metrics.ts';

test('counters, labelled counters and gauges say what they are when scraped', async () => {
  const metrics = createMetrics();
  const events = metrics.counter('proffer_events_total', 'Events.');
  const errors = metrics.counterBy('proffer_errors_total', 'Errors.', 'code');
  let size = 1;
  metrics.gauge('proffer_cache_bytes', 'Bytes.', () => size);
  events.value += 3;
  errors.of('not_found').value++;
  errors.of('not_found').value++;
  size = 42;
  const text = await metrics.registry.metrics();
  expect(text).toContain('# TYPE proffer_events_total counter\nproffer_events_total 3\n');
  expect(text).toContain('proffer_errors_total{code="not_found"} 2\n');
  expect(text).toContain('# TYPE proffer_cache_bytes gauge\nproffer_cache_bytes 42\n');
});

test('latencies are buckets that add up, with sum and count', async () => {
  const metrics = createMetrics();
  const latency = metrics.latency('proffer_call_seconds', 'Calls.');
  for (const ms of [0.04, 0.2, 0.2, 4, 40, 4_000, 1e9]) latency.record(ms);
  const text = await metrics.registry.metrics();
  const bucket = (le: string) =>
    Number(new RegExp(`proffer_call_seconds_bucket\\{le="${le}"\\} (\\d+)`).exec(text)?.[1]);
  expect(bucket('0.00005')).toBe(1);
  expect(bucket('0.00025')).toBe(3);
  expect(bucket('0.005')).toBe(4);
  expect(bucket('0.05')).toBe(5);
  expect(bucket('5')).toBe(6);
  expect(bucket('\\+Inf')).toBe(7);
  expect(text).toContain('proffer_call_seconds_count 7\n');
  expect(text).toContain(`proffer_call_seconds_sum ${(40 + 400 + 4e3 + 4e4 + 4e6 + 6e7) / 1e6}`);
  expect(latency.percentileMs(50)).toBeGreaterThan(3.9);
  expect(latency.percentileMs(50)).toBeLessThan(4.1);
});

test('a label that callers feed cannot grow without bound', async () => {
  const metrics = createMetrics();
  const errors = metrics.counterBy('proffer_errors_total', 'Errors.', 'code');
  for (let i = 0; i < LABEL_VALUES_MAX + 50; i++) errors.of(`made-up-${i}`).value++;
  const text = await metrics.registry.metrics();
  expect(text.match(/made-up/g)).toHaveLength(LABEL_VALUES_MAX);
  expect(text).toContain('proffer_errors_total{code="other"} 50\n');
});
