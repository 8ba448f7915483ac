// What is counted of deliveries.

import type { Settled } from '../delivery/attempt-delivery.ts';
import type { ChannelLine } from '../delivery/channel-line.ts';
import { LABEL_VALUES_MAX, type LabelledValue, type Metrics } from '../ops/metrics.ts';

/** What is told of deliveries, by the tasks that see to them. */
export interface DeliveryCounts {
  settled(settled: Pick<Settled, 'channel' | 'said'>, decidedAtMs: number): void;
  fault(): void;
}

export function deliveryCounts(metrics: Metrics): DeliveryCounts {
  const statuses = new PairCounts({ channel: 'none', status: 'sent' });
  const reasons = new PairCounts({ channel: 'none', reason: 'none' });
  metrics.counters(
    'proffer_deliveries_total',
    'Attempts to deliver decisions, by channel and what became of them.',
    () => statuses.read(),
  );
  metrics.counters(
    'proffer_delivery_failures_total',
    'Attempts that failed, by channel and reason.',
    () => reasons.read(),
  );
  const faults = metrics.counter(
    'proffer_delivery_faults_total',
    'Deliveries that could not be seen to, for a fault of ours or the store; they are due again.',
  );
  const took = metrics.latency(
    'proffer_delivery_seconds',
    'From the decision until its receiver had it; a minute where it was longer.',
  );
  return {
    settled({ channel, said }, decidedAtMs) {
      if (said === null) return;
      statuses.count(channel, said.status);
      if (said.status === 'failed') reasons.count(channel, said.reason);
      if (said.status === 'sent') took.record(said.atMs - decidedAtMs);
    },
    fault() {
      faults.value++;
    },
  };
}

export function breakerGauges(metrics: Metrics, lines: Iterable<ChannelLine>): void {
  metrics.gauges(
    'proffer_delivery_breaker_open',
    'Whether the breaker of a channel is open, by channel.',
    () => {
      const values = [...lines].map(({ name, breaker }) => {
        return { value: breaker.isOpen ? 1 : 0, labels: { channel: name } };
      });
      return values.length > 0 ? values : [{ value: 0, labels: { channel: 'none' } }];
    },
    'max',
  );
}

/** Counters by two labels; what comes after `LABEL_VALUES_MAX` pairs counts as `other`. */
class PairCounts {
  private readonly counts = new Map<string, { value: number; readonly labels: Labels }>();
  private readonly first: string;
  private readonly second: string;

  /** @param none labels of the zero that there is before anything was counted: queries find it */
  constructor(private readonly none: Labels) {
    const [first, second] = Object.keys(none) as [string, string];
    this.first = first;
    this.second = second;
  }

  count(first: string, second: string): void {
    const key = `${first}\n${second}`;
    const known = this.counts.get(key);
    if (known !== undefined) known.value++;
    else if (this.counts.size >= LABEL_VALUES_MAX && first !== 'other')
      this.count('other', 'other');
    else this.counts.set(key, { value: 1, labels: { [this.first]: first, [this.second]: second } });
  }

  read(): readonly LabelledValue[] {
    return this.counts.size === 0 ? [{ value: 0, labels: this.none }] : [...this.counts.values()];
  }
}

type Labels = LabelledValue['labels'];
