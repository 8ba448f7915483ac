// How many messages a channel may be sent now, over all workers: taken from one bucket in Redis, which is
// kept small, so that in no span as long as the rate's own there are more than it says.

import type { TakeTokensCall, TakeTokensScript } from '../redis/take-tokens-script.ts';

/** Messages of so long may come at once: what is due is looked for ten times a second. */
const AT_ONCE_MS = 50;

export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** The bucket of a rate: full, it holds `burst`; a span that begins with it brings `count` in all. */
export function bucketOf({ count, perMs }: Rate): Pick<TakeTokensCall, 'perSecond' | 'burst'> {
  const burst = Math.max(1, Math.ceil((count * AT_ONCE_MS) / perMs));
  return { burst, perSecond: ((count - burst + 1) * 1_000) / perMs };
}

/**
 * @param most at least 1
 * @returns how many may be sent now, or how long to wait, ms
 */
export async function takeRate(
  script: TakeTokensScript,
  key: string,
  rate: Rate,
  most: number,
  nowMs: number,
): Promise<{ readonly tokens: number; readonly waitMs: number }> {
  const bucket = bucketOf(rate);
  const ahead = Math.min(most, bucket.burst) - 1;
  const taken = await script.run({ key, nowMs, ...bucket, needs: 1, takes: 1, ahead });
  if (taken.kind === 'taken') return { tokens: taken.tokens, waitMs: 0 };
  return { tokens: 0, waitMs: taken.waitMs };
}
