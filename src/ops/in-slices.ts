// Long work between which everything else of the process goes on.

import { setImmediate } from 'node:timers/promises';
import type { Sliced } from '../model/sliced.ts';

/** How long others wait for one slice, ms; a part that cannot be divided may be longer. */
const SLICE_MS = 4;

/** Runs work to its end, a slice each time the event loop comes round. What it throws, this does. */
export async function inSlices<T>(
  work: Sliced<T>,
  monotonicMs: () => number = () => performance.now(),
): Promise<T> {
  for (;;) {
    const untilMs = monotonicMs() + SLICE_MS;
    do {
      const { done, value } = work.next();
      if (done === true) return value;
    } while (monotonicMs() < untilMs);
    await setImmediate();
  }
}
