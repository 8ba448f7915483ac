// How a run goes on after a conflict. The first is mended at once, on the state that came back with
// it: between two gateways that is nearly always enough. More of them mean that several gateways are
// at one customer: pauses with jitter, growing, let one commit while the others wait, where all
// trying at once would waste a step and a call each for every commit that gets through.

import type { PauseAfterConflict } from '../pipeline.ts';

/** Longest pause, ms. Half of it on average: still several tries within any deadline. */
const PAUSE_MS_MAX = 16;

/**
 * @param giveUpAfterMs a run tries so long after its first conflict
 * @param random in [0, 1)
 */
export function conflictPause(
  giveUpAfterMs: number,
  random: () => number = Math.random,
): PauseAfterConflict {
  return (conflicts, elapsedMs) => {
    if (conflicts === 1) return 0;
    const longestMs = Math.min(PAUSE_MS_MAX, 2 ** (conflicts - 1));
    const pauseMs = Math.ceil(random() * longestMs) || 1;
    return elapsedMs + pauseMs > giveUpAfterMs ? null : pauseMs;
  };
}
