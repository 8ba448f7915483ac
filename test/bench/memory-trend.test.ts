// The verdict on memory: told from the lows of the quiet phases, after the warm-up.

import { describe, expect, it } from 'vitest';
import { type MemorySample, memoryTrend } from '../../bench/support/memory-trend.ts';

const PHASE_MS = 60_000;

/** Ten minutes, a sample a second; `mb` of the minutes since the start and the phase. */
function samplesOf(mb: (minute: number, phase: number) => number): readonly MemorySample[] {
  return Array.from({ length: 600 }, (_, second) => {
    const phase = Math.floor((second * 1000) / PHASE_MS);
    return { atMs: second * 1000, phase, mb: mb(second / 60, phase) };
  });
}

const isQuiet = (phase: number) => phase % 2 === 0;

describe('the trend of memory', () => {
  it('is flat where waves come and go', () => {
    const samples = samplesOf((minute, phase) => (isQuiet(phase) ? 150 : 400) + (minute % 1) * 30);
    expect(memoryTrend(samples, isQuiet)).toMatch(/^flat \([+-]0\.\d MB\/min\)$/);
  });

  it('is growing where each quiet keeps more than the one before', () => {
    const samples = samplesOf((minute) => 150 + minute * 9);
    expect(memoryTrend(samples, isQuiet)).toBe('growing (+9.0 MB/min)');
  });

  it('is flat where only the warm-up grew', () => {
    const samples = samplesOf((minute) => 150 + Math.min(minute, 3) * 100);
    expect(memoryTrend(samples, isQuiet)).toMatch(/^flat/);
  });

  it('is not told from a run of seconds', () => {
    const samples = samplesOf(() => 150).slice(0, 100);
    expect(memoryTrend(samples, isQuiet)).toBe('too short to say');
  });
});
