// Quiet, wave, quiet, … for as long as asked; ClickHouse is slow in the middle third, and for the
// wave in the very middle it cannot be reached at all.

export type HistoryWeather = 'fine' | 'slow' | 'unreachable';

export interface WavePhase {
  readonly name: string;
  readonly isQuiet: boolean;
  readonly requestsPerS: number;
  readonly durationMs: number;
  readonly history: HistoryWeather;
}

export interface WaveRates {
  readonly quietPerS: number;
  readonly wavePerS: number;
}

/** Length that a phase should have, about; s. */
const PHASE_S = 50;
const PHASES_MIN = 7;

/**
 * Begins and ends quiet; the number of phases is 7, 11, 15, …, so that a wave is in the middle.
 */
export function wavePlan(minutes: number, rates: WaveRates): readonly WavePhase[] {
  const seconds = minutes * 60;
  const fours = Math.round((seconds / PHASE_S - 3) / 4);
  const count = Math.max(PHASES_MIN, 3 + 4 * fours);
  const third = Math.floor(count / 3);
  const weather = (index: number): HistoryWeather => {
    if (index === (count - 1) / 2) return 'unreachable';
    return index >= third && index < count - third ? 'slow' : 'fine';
  };
  return Array.from({ length: count }, (_, index) => {
    const isQuiet = index % 2 === 0;
    return {
      name: isQuiet ? `quiet ${index / 2 + 1}` : `wave ${(index + 1) / 2}`,
      isQuiet,
      requestsPerS: isQuiet ? rates.quietPerS : rates.wavePerS,
      durationMs: (seconds * 1000) / count,
      history: weather(index),
    };
  });
}
