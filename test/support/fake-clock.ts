import type { Clock } from '../../src/ops/clock.ts';

/** A clock that a test moves. */
export interface FakeClock extends Clock {
  /** Moves both the time of day and the stopwatch; ms. */
  advance(ms: number): void;
  /** Sets the time of day alone, as an operator might; epoch ms. */
  setTimeOfDay(nowMs: number): void;
}

/** @param startMs time of day at the start; epoch ms. Default: 2026-11-22T08:00:00Z */
export function fakeClock(startMs = Date.UTC(2026, 10, 22, 8)): FakeClock {
  let nowMs = startMs;
  let monotonicMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => monotonicMs,
    advance(ms) {
      nowMs += ms;
      monotonicMs += ms;
    },
    setTimeOfDay(ms) {
      nowMs = ms;
    },
  };
}
