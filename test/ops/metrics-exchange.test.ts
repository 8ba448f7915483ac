import { expect, test } from 'vitest';
import { createMetrics } from '../../src/ops/metrics.ts';
import { type Channel, exchangeMetrics, MetricsHub } from '../../src/ops/metrics-exchange.ts';

/** Both ends of a channel that copies messages as IPC does, and delivers them later. */
function channels(): { child: Channel; supervisor: Channel } {
  const listeners = { child: [], supervisor: [] } as Record<string, Array<(m: unknown) => void>>;
  const end = (own: string, other: string): Channel => ({
    send: (message) => {
      const copy: unknown = JSON.parse(JSON.stringify(message));
      setImmediate(() => {
        for (const listener of listeners[other] ?? []) listener(copy);
      });
    },
    onMessage: (listener) => void listeners[own]?.push(listener),
  });
  return { child: end('child', 'supervisor'), supervisor: end('supervisor', 'child') };
}

/** A process with its metrics, member of the hub. */
function member(hub: MetricsHub, events: number, durationMs: number) {
  const { child, supervisor } = channels();
  const metrics = createMetrics();
  metrics.counter('proffer_events_total', 'Events.').value = events;
  metrics.gauge('proffer_publication', 'Publication.', () => events, 'max');
  metrics.latency('proffer_call_seconds', 'Calls.').record(durationMs);
  hub.join(supervisor);
  return { scrape: exchangeMetrics(metrics.registry, child, 200), supervisor };
}

test('whichever process is asked answers for all', async () => {
  const hub = new MetricsHub(200);
  const first = member(hub, 3, 1);
  const second = member(hub, 4, 9);
  for (const text of [await first.scrape(), await second.scrape()]) {
    expect(text).toContain('proffer_events_total 7\n');
    expect(text).toContain('proffer_publication 4\n');
    expect(text).toContain('proffer_call_seconds_bucket{le="0.001"} 1\n');
    expect(text).toContain('proffer_call_seconds_bucket{le="0.01"} 2\n');
    expect(text).toContain('proffer_call_seconds_count 2\n');
    expect(text).toContain('proffer_metrics_silent 0\n');
  }
});

test('a process that does not answer is left out, and counted', async () => {
  const hub = new MetricsHub(50);
  const first = member(hub, 3, 1);
  hub.join(channels().supervisor);
  const text = await first.scrape();
  expect(text).toContain('proffer_events_total 3\n');
  expect(text).toContain('proffer_metrics_silent 1\n');
});

test('a process that has left is no longer asked', async () => {
  const hub = new MetricsHub(5_000);
  const first = member(hub, 3, 1);
  const second = member(hub, 4, 1);
  hub.leave(second.supervisor);
  const text = await first.scrape();
  expect(text).toContain('proffer_events_total 3\n');
  expect(text).toContain('proffer_metrics_silent 0\n');
});

test('without a supervisor, or with a silent one, a process answers for itself', async () => {
  const metrics = createMetrics();
  metrics.counter('proffer_events_total', 'Events.').value = 5;
  expect(await exchangeMetrics(metrics.registry, null)()).toContain('proffer_events_total 5\n');
  const silent = exchangeMetrics(metrics.registry, channels().child, 20);
  expect(await silent()).toContain('proffer_events_total 5\n');
});

test('scrapes at the same time each get their answer', async () => {
  const hub = new MetricsHub(500);
  const first = member(hub, 3, 1);
  const second = member(hub, 4, 1);
  const texts = await Promise.all([first.scrape(), second.scrape(), first.scrape()]);
  for (const text of texts) expect(text).toContain('proffer_events_total 7\n');
});
