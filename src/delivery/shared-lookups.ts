// Look-ups of names that hold up no others. The machine does them in two threads of the process, with no
// way to end one: a name whose server never answers would keep both for as long as anybody asks for it,
// and every other channel, and Redis where it has a name, would wait.
//
// So a name is looked up once at a time, however many ask; and of names that were slow the last time one
// at a time is, the others in turn. Who asks waits no longer than its own deadline.
//
// Rejected: asking name servers directly (c-ares), which can be ended, but knows neither the hosts file
// nor search domains.

import type { Resolve } from './guarded-lookup.ts';

/** Of a name that is there, and its server too, it takes less. */
const SLOW_MS = 2_000;
/** Names remembered as slow. */
const SLOW_MAX = 1_000;

export function sharedLookups(resolve: Resolve, slowMs: number = SLOW_MS): Resolve {
  const underWay = new Map<string, ReturnType<Resolve>>();
  const slow = new Set<string>();
  let slowOnes: Promise<unknown> = Promise.resolve();

  const timed = async (hostname: string) => {
    const startedAtMs = performance.now();
    try {
      return await resolve(hostname);
    } finally {
      if (performance.now() - startedAtMs < slowMs) slow.delete(hostname);
      else if (slow.size < SLOW_MAX) slow.add(hostname);
    }
  };
  const begin = (hostname: string): ReturnType<Resolve> => {
    if (!slow.has(hostname)) return timed(hostname);
    const next = slowOnes.then(() => timed(hostname));
    slowOnes = next.catch(() => {});
    return next;
  };

  return (hostname) => {
    const known = underWay.get(hostname);
    if (known !== undefined) return known;
    const found = begin(hostname).finally(() => underWay.delete(hostname));
    underWay.set(hostname, found);
    return found;
  };
}
