// The plan of waves, and the numbers that they read from /metrics.

import { describe, expect, it } from 'vitest';
import { metricSum } from '../../bench/support/metrics-text.ts';
import { wavePlan } from '../../bench/support/wave-plan.ts';

const RATES = { quietPerS: 500, wavePerS: 5_000 };

describe('the plan of waves', () => {
  it.each([0.05, 1, 3.5, 10, 30])('begins and ends quiet and fine, for %d minutes', (minutes) => {
    const phases = wavePlan(minutes, RATES);
    const lengthMs = phases.reduce((sum, { durationMs }) => sum + durationMs, 0);
    expect(lengthMs).toBeCloseTo(minutes * 60_000);
    for (const end of [phases[0]!, phases.at(-1)!]) {
      expect([end.isQuiet, end.requestsPerS, end.history]).toEqual([true, 500, 'fine']);
    }
  });

  it('has ClickHouse slow in the middle third, and away during the wave in the middle', () => {
    const phases = wavePlan(10, RATES);
    expect(phases.map(({ history }) => history[0]).join('')).toBe('fffssussfff');
    const away = phases.find(({ history }) => history === 'unreachable')!;
    expect([away.isQuiet, away.requestsPerS]).toEqual([false, 5_000]);
  });
});

describe('a metric', () => {
  const text = [
    '# HELP proffer_lag Lag.',
    'proffer_lag{role="worker",n="1"} 2',
    'proffer_lag{role="worker",n="2"} 40.5',
    'proffer_lag_seconds 7',
  ].join('\n');

  it('is summed over its labels, without those that begin like it', () => {
    expect(metricSum(text, 'proffer_lag')).toBe(42.5);
    expect(metricSum(text, 'proffer_lag_seconds')).toBe(7);
  });

  it('is null where there is none', () => {
    expect(metricSum(text, 'proffer_la')).toBeNull();
  });
});
