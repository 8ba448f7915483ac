// Hot path. Exponential decay, shared by features and by whoever explains them.

/**
 * What is left of 1 after `elapsedMs` when half of it goes every `halfLifeMs` (> 0):
 * 2^(−elapsed/halfLife). 1 for an elapsed time of 0; 0 when too little is left for a double.
 */
export function decayFactor(elapsedMs: number, halfLifeMs: number): number {
  return elapsedMs === 0 ? 1 : 2 ** (-elapsedMs / halfLifeMs);
}
