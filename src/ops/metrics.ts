// Metrics that cost the hot path an addition: counters are plain numbers and latencies HDR
// histograms (30 ns a value), and both are turned into Prometheus' shape only when scraped.
//
// Latencies are exported as Prometheus histograms, not as quantiles: quantiles of several processes
// cannot be added up, buckets can (see metrics-exchange.ts).

import { Float64Histogram } from 'hdr-histogram-js';
import { type Aggregator, type Metric, Registry } from 'prom-client';

/** A number that only grows. Hot path: `counter.value++`. */
export interface PlainCounter {
  value: number;
}

/** Durations of one kind of work. */
export interface Latency {
  /** Hot path. Records one duration in ms; fractions count. Beyond 60 s it counts as 60 s. */
  record(durationMs: number): void;
  /** The duration that `percent` (0–100) of the records do not exceed; ms. */
  percentileMs(percent: number): number;
}

/** One counter per value of a label. */
export interface LabelledCounter {
  /** The counter of this label value: look it up once where values are known beforehand. */
  of(value: string): PlainCounter;
}

/** One of several values of a metric. */
export interface LabelledValue {
  readonly value: number;
  readonly labels: Labels;
}

/** Labels that never change, e.g. the role of the process. */
type Labels = Readonly<Record<string, string>>;

/** Where a process declares its metrics. Names begin with `proffer_`, units last (`_seconds`). */
export interface Metrics {
  readonly registry: Registry;
  counter(name: string, help: string): PlainCounter;
  /** A number that only grows and is kept elsewhere, read when scraped. */
  counterOf(name: string, help: string, read: () => number, labels?: Labels): void;
  /** As `counterOf`, with a series for each thing there was; who reads bounds their number. */
  counters(name: string, help: string, read: () => readonly LabelledValue[]): void;
  /** At most `LABEL_VALUES_MAX` values; what comes after those counts as `other`. */
  counterBy(name: string, help: string, label: string): LabelledCounter;
  /**
   * A value read when scraped. `aggregator` says how those of several processes become one: `sum`
   * (default), `max`, `min`, `average`, `first`, or `omit`.
   */
  gauge(
    name: string,
    help: string,
    read: () => number,
    aggregator?: Aggregator,
    labels?: Labels,
  ): void;
  /** A gauge with a series for each thing there is when it is scraped; who reads bounds their number. */
  gauges(
    name: string,
    help: string,
    read: () => readonly LabelledValue[],
    aggregator?: Aggregator,
  ): void;
  /** Exported in seconds, so `name` ends in `_seconds`. */
  latency(name: string, help: string): Latency;
}

/** Values a label may take; a label fed by callers must not be able to fill the memory. */
export const LABEL_VALUES_MAX = 200;

const LATENCY_MAX_US = 60_000_000;

/** Upper bounds of the exported buckets; µs. */
const BUCKETS_US = [
  50, 100, 250, 500, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000, 25_000, 50_000,
  100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
] as const;

/** Creates the metrics of one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  return {
    registry,
    counter(name, help) {
      const counter: PlainCounter = { value: 0 };
      register(registry, name, help, 'counter', 'sum', () => [
        { value: counter.value, labels: {} },
      ]);
      return counter;
    },
    counterOf(name, help, read, labels = {}) {
      register(registry, name, help, 'counter', 'sum', () => [{ value: read(), labels }]);
    },
    counters(name, help, read) {
      register(registry, name, help, 'counter', 'sum', read);
    },
    counterBy(name, help, label) {
      const counters = new Map<string, PlainCounter>();
      register(registry, name, help, 'counter', 'sum', () =>
        [...counters].map(([value, counter]) => ({
          value: counter.value,
          labels: { [label]: value },
        })),
      );
      const of = (value: string): PlainCounter => {
        const known = counters.get(value);
        if (known !== undefined) return known;
        if (counters.size >= LABEL_VALUES_MAX && value !== 'other') return of('other');
        const counter: PlainCounter = { value: 0 };
        counters.set(value, counter);
        return counter;
      };
      return { of };
    },
    gauge(name, help, read, aggregator = 'sum', labels = {}) {
      register(registry, name, help, 'gauge', aggregator, () => [{ value: read(), labels }]);
    },
    gauges(name, help, read, aggregator = 'sum') {
      register(registry, name, help, 'gauge', aggregator, read);
    },
    latency(name, help) {
      const recorded = new Float64Histogram(1, LATENCY_MAX_US, 2);
      let sumUs = 0;
      register(registry, name, help, 'histogram', 'sum', () => buckets(name, recorded, sumUs));
      return {
        record(durationMs) {
          const us = Math.min(Math.max(1, Math.round(durationMs * 1_000)), LATENCY_MAX_US);
          sumUs += us;
          recorded.recordValue(us);
        },
        percentileMs: (percent) => recorded.getValueAtPercentile(percent) / 1_000,
      };
    },
  };
}

interface Sample {
  readonly value: number;
  readonly labels: Labels;
  readonly metricName?: string;
}

/** prom-client calls `get()` of whatever is registered; its own classes are not needed. */
function register(
  registry: Registry,
  name: string,
  help: string,
  type: 'counter' | 'gauge' | 'histogram',
  aggregator: Aggregator,
  values: () => readonly Sample[],
): void {
  const get = () => Promise.resolve({ name, help, type, aggregator, values: values() });
  registry.registerMetric({ name, help, type, aggregator, get } as unknown as Metric);
}

function buckets(name: string, recorded: Float64Histogram, sumUs: number): readonly Sample[] {
  const samples: Sample[] = [];
  let index = 0;
  let cumulative = 0;
  for (const boundUs of BUCKETS_US) {
    while (index < recorded.countsArrayLength && recorded.valueFromIndex(index) <= boundUs) {
      cumulative += recorded.getCountAtIndex(index++);
    }
    const labels = { le: String(boundUs / 1e6) };
    samples.push({ value: cumulative, labels, metricName: `${name}_bucket` });
  }
  const count = recorded.totalCount;
  samples.push({ value: count, labels: { le: '+Inf' }, metricName: `${name}_bucket` });
  samples.push({ value: sumUs / 1e6, labels: {}, metricName: `${name}_sum` });
  samples.push({ value: count, labels: {}, metricName: `${name}_count` });
  return samples;
}
