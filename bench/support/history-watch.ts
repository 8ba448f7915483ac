// How far history is behind, and what waits on disk, by phase: the largest of each, from /metrics.

import { metricSum } from './metrics-text.ts';

const WATCHED = {
  lagRecords: 'proffer_history_lag_records',
  lagS: 'proffer_history_lag_seconds',
  spoolBytes: 'proffer_spool_bytes',
  spoolBatches: 'proffer_spool_batches',
} as const;

export type HistoryGauge = keyof typeof WATCHED;

export class HistoryWatch {
  private readonly peaks = new Map<string, number>();

  constructor(private readonly url: string) {}

  /** Silent when the service does not answer: it may be that overloaded. */
  async take(phase: number): Promise<void> {
    const answer = await fetch(`${this.url}/metrics`).catch(() => null);
    const text = (await answer?.text().catch(() => '')) ?? '';
    for (const gauge of Object.keys(WATCHED) as HistoryGauge[]) {
      const value = metricSum(text, WATCHED[gauge]);
      if (value === null) continue;
      const key = `${gauge} ${phase}`;
      this.peaks.set(key, Math.max(value, this.peaks.get(key) ?? 0));
    }
  }

  /** null where it was never seen. */
  peak(gauge: HistoryGauge, phase: number): number | null {
    return this.peaks.get(`${gauge} ${phase}`) ?? null;
  }
}
