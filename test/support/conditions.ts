// Tests wait for conditions and never sleep blindly.

/** Longest wait where a test does not say otherwise: a busy machine stops for seconds; ms. */
const DEADLINE_MS = 60_000;
/** Between two looks: a share of what was waited already, so that long waits cost little. */
const PAUSE_MS = { least: 15, most: 100, share: 1 / 20 } as const;

/**
 * Asks again until the answer is something (not null, undefined or false), and returns it.
 * An exception of `ask` counts as "not yet"; the last one is the cause when time is up. When it is,
 * it asks once more: the machine may have stood still for all of it.
 * @param what completes "timed out waiting for …"
 */
export async function waitFor<T>(
  what: string,
  ask: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<NonNullable<Exclude<T, false>>> {
  const sinceMs = performance.now();
  const until = sinceMs + deadlineMs;
  let cause: unknown;
  for (;;) {
    const isLast = performance.now() > until;
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) {
        return answer as NonNullable<Exclude<T, false>>;
      }
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (isLast) {
      const last = cause instanceof Error ? `: ${cause.message}` : '';
      throw new Error(`timed out waiting for ${what}${last}`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs(performance.now() - sinceMs)));
  }
}

/** How long to wait for the next look after so long a wait, ms. */
export function pauseMs(waitedMs: number): number {
  return Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.least, waitedMs * PAUSE_MS.share));
}
