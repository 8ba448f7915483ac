// The tables of waves: service, history and memory by phase.

import type { HistoryGauge, HistoryWatch } from './history-watch.ts';
import { memoryTrend } from './memory-trend.ts';
import type { PhaseResult } from './phase-count.ts';
import type { ProcessSamples } from './process-samples.ts';
import { type Row, table } from './table.ts';
import type { WavePhase } from './wave-plan.ts';

const PERCENTILES = ['50', '95', '99', '99.9', '100'] as const;

/** Rates, latencies of the served ones, and what was not served. */
export function serviceTable(
  phases: readonly WavePhase[],
  results: readonly PhaseResult[],
): string {
  const rows = phases.map((phase, i): Row => {
    const result = results[i]!;
    const perS = (count: number) => Math.round(count / (phase.durationMs / 1000));
    return [
      phase.name,
      phase.history,
      perS(result.asked),
      perS(result.served),
      perS(result.messages),
      ...PERCENTILES.map((p) => (result.latencyUs[p]! / 1000).toFixed(1)),
      refusals(result.refused),
      result.givenUp,
      result.sentAgain,
      result.unanswered,
    ];
  });
  const latency = ['p50', 'p95', 'p99', 'p99.9', 'max'].map((p) => `${p} ms`);
  return table(
    ['phase', 'ClickHouse', 'requests/s', 'served/s', 'messages/s', ...latency].concat([
      'refused',
      'given up',
      'closed, sent again',
      'unanswered',
    ]),
    rows,
  );
}

/** The largest lag and spool of each phase; what the service does not tell is –. */
export function historyTable(phases: readonly WavePhase[], watch: HistoryWatch): string {
  const rows = phases.map((phase, i): Row => {
    const peak = (gauge: HistoryGauge, digits: number, scale = 1) => {
      const value = watch.peak(gauge, i);
      return value === null ? '–' : (value / scale).toFixed(digits);
    };
    return [
      phase.name,
      phase.history,
      peak('lagRecords', 0),
      peak('lagS', 1),
      peak('spoolBatches', 0),
      peak('spoolBytes', 1, 1e6),
    ];
  });
  return table(
    ['phase', 'ClickHouse', 'lag records', 'lag s', 'spooled batches', 'spooled MB'],
    rows,
  );
}

/** Start, peak and end of each phase in MB, with a verdict over the quiet ones; CPU of one core. */
export function processTable(
  phases: readonly WavePhase[],
  samples: ProcessSamples,
  watch: HistoryWatch,
): string {
  const names = samples.processes.map(({ name }) => name);
  const rows = phases.map(
    (phase, i): Row => [
      phase.name,
      ...names.map((name) => {
        const memory = samples.inPhase(name, i);
        if (memory === null) return '–';
        const { startMb, peakMb, endMb, cpuShare } = memory;
        const mb = [startMb, peakMb, endMb].map((value) => value.toFixed(0)).join(' / ');
        return `${mb}, ${(cpuShare * 100).toFixed(0)} %`;
      }),
    ],
  );
  const isQuiet = (phase: number) => phases[phase]?.isQuiet ?? false;
  const resident = names.map((name) => memoryTrend(samples.of(name), isQuiet));
  const live = names.map((name) => {
    // Of several gateways, all together under the first.
    const held = watch.liveOf(name.replace(/ 1$/, ''));
    if (held.length === 0) return '–';
    const peak = Math.max(...held.map(({ mb }) => mb)).toFixed(0);
    return `${peak} at most, ${memoryTrend(held, isQuiet)}`;
  });
  return table(
    ['MB at start / peak / end, CPU', ...names],
    [...rows, ['lows of the quiet phases', ...resident], ['left by full collections', ...live]],
  );
}

function refusals(refused: PhaseResult['refused']): string {
  const parts = Object.entries(refused).map(([what, count]) => `${count} × ${what}`);
  return parts.length === 0 ? '0' : parts.join(', ');
}
