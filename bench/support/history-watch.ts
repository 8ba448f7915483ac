// What the service tells of itself on /metrics, by phase: how far history is behind, what waits on
// disk, and what its processes hold.

import type { MemorySample } from './memory-trend.ts';
import { metricSum } from './metrics-text.ts';

const WATCHED = {
  lagRecords: 'proffer_history_lag_records',
  lagS: 'proffer_history_lag_seconds',
  spoolBytes: 'proffer_spool_bytes',
  spoolBatches: 'proffer_spool_batches',
} as const;

const ROLES = ['gateway', 'worker'] as const;
const POLL_MS = 250;

export type HistoryGauge = keyof typeof WATCHED;

export class HistoryWatch {
  private readonly values = new Map<string, number[]>();
  private readonly live = new Map<string, MemorySample[]>();

  constructor(private readonly url: string) {}

  /** Silent when the service does not answer: it may be that overloaded. */
  async take(phase: number): Promise<void> {
    const answer = await fetch(`${this.url}/metrics`).catch(() => null);
    const text = (await answer?.text().catch(() => '')) ?? '';
    for (const gauge of Object.keys(WATCHED) as HistoryGauge[]) {
      const value = metricSum(text, WATCHED[gauge]);
      if (value === null) continue;
      const key = `${gauge} ${phase}`;
      const values = this.values.get(key) ?? [];
      this.values.set(key, values);
      values.push(value);
    }
    for (const role of ROLES) {
      const bytes = metricSum(text, 'nodejs_live_bytes', `role="${role}"`);
      if (bytes === null) continue;
      const samples = this.live.get(role) ?? [];
      this.live.set(role, samples);
      samples.push({ atMs: performance.now(), phase, mb: bytes / 1024 / 1024 });
    }
  }

  /** What all processes of a role held after their last full collections; empty = none is known. */
  liveOf(role: string): readonly MemorySample[] {
    return this.live.get(role) ?? [];
  }

  /** Waits until nothing is behind any more. @returns after how many ms; null = not in time */
  async caughtUp(phase: number, deadlineMs: number): Promise<number | null> {
    const startedAtMs = performance.now();
    while (performance.now() < startedAtMs + deadlineMs) {
      await this.take(phase);
      if (this.of('lagRecords', phase).at(-1) === 0) return performance.now() - startedAtMs;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return null;
  }

  /** Every value seen in a phase, in order; empty where the service does not tell. */
  of(gauge: HistoryGauge, phase: number): readonly number[] {
    return this.values.get(`${gauge} ${phase}`) ?? [];
  }

  /** The largest; null where it was never seen. */
  peak(gauge: HistoryGauge, phase: number): number | null {
    const values = this.of(gauge, phase);
    return values.length === 0 ? null : Math.max(...values);
  }
}
