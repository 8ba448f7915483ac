// Time as a collaborator: everything that needs the time of day or a duration receives a Clock, so
// that tests can hold it still.

/** The time of day and a stopwatch. */
export interface Clock {
  /** The time of day; epoch ms. May jump when the machine's clock is set. */
  nowMs(): number;
  /** Never jumps and never goes back; ms from an arbitrary start, with fractions. For durations. */
  monotonicMs(): number;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: Date.now,
  monotonicMs: () => performance.now(),
};
