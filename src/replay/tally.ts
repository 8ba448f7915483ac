// What a replay counts as the answers come in.

import * as hdr from 'hdr-histogram-js';

interface Answer {
  readonly results?: readonly {
    readonly duplicate?: boolean;
    readonly error?: { readonly code: string };
    readonly decisions?: readonly {
      readonly placement: string;
      readonly trigger: string | null;
      readonly fallback: boolean;
      readonly holdout: boolean;
      readonly offers: readonly { readonly offerId: string }[];
    }[];
  }[];
}

export class Tally {
  events = 0;
  duplicates = 0;
  retries = 0;
  readonly rejected = new Map<string, number>();
  /** `trigger → placement` → what was answered → how often. */
  readonly decisions = new Map<string, Map<string, number>>();
  private readonly latency = hdr.build({
    lowestDiscernibleValue: 1,
    numberOfSignificantValueDigits: 3,
  });

  reject(reason: string): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1);
  }

  /** Counts one answer of `/v1/import`; `tookMs` is its round trip. */
  add(answer: Answer, tookMs: number): void {
    this.latency.recordValue(Math.max(1, Math.round(tookMs * 1000)));
    for (const result of answer.results ?? []) {
      if (result.error !== undefined) {
        this.reject(result.error.code);
        continue;
      }
      this.events++;
      if (result.duplicate === true) {
        this.duplicates++;
        continue;
      }
      for (const decision of result.decisions ?? []) {
        const way = `${decision.trigger ?? '(asked)'} → ${decision.placement}`;
        const what = decision.holdout
          ? 'holdout'
          : decision.offers.map((o) => o.offerId).join('+') || 'nothing';
        const counts = this.decisions.get(way) ?? new Map<string, number>();
        counts.set(what, (counts.get(what) ?? 0) + 1);
        this.decisions.set(way, counts);
      }
    }
  }

  /** The report, ready to print; `tookMs` is the whole replay. */
  report(tookMs: number, batchSize: number): string {
    const rate = Math.round((this.events / tookMs) * 1000);
    const at = (p: number) => (this.latency.getValueAtPercentile(p) / 1000).toFixed(1);
    const lines = [
      `events      ${this.events} in ${(tookMs / 1000).toFixed(1)} s (${rate}/s), of which ` +
        `${this.duplicates} were duplicates and changed nothing`,
      `rejected    ${[...this.rejected].map(([r, n]) => `${r} ${n}`).join(', ') || 'none'}`,
      `latency     of a batch of up to ${batchSize}: p50 ${at(50)} ms, p95 ${at(95)} ms, ` +
        `p99 ${at(99)} ms, max ${at(100)} ms${this.retries > 0 ? `; ${this.retries} retries` : ''}`,
      'decisions',
    ];
    for (const [way, counts] of [...this.decisions].sort()) {
      const all = [...counts].sort((a, b) => b[1] - a[1]).map(([what, n]) => `${what} ${n}`);
      lines.push(`  ${way}: ${all.join(', ')}`);
    }
    if (this.decisions.size === 0) lines.push('  none');
    return lines.join('\n');
  }
}
