// When what failed is tried again: soon at first, then ever more rarely, and not any more a day after it
// was decided. Spread by a fifth, so that what failed together does not come back together; by the id and
// not by chance, so that it can be told beforehand.

import { murmur3 } from '../model/hash.ts';

const DELAYS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];
const LAST_DELAY_MS = 4 * 3_600_000;
const SPREAD = 0.2;
/** After that long nothing is tried by itself. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/**
 * @param attempts that have failed; at least 1
 * @param retryAfterMs what the receiver asked for; counts up to four hours
 * @returns epoch ms; null = given up
 */
export function nextAttemptMs(
  deliveryId: string,
  attempts: number,
  decidedAtMs: number,
  nowMs: number,
  retryAfterMs: number | null = null,
): number | null {
  const delayMs = DELAYS_MS[attempts - 1] ?? LAST_DELAY_MS;
  const drawn = murmur3(`${deliveryId}:${attempts}`) / 2 ** 32;
  const spreadMs = delayMs * (1 - SPREAD + 2 * SPREAD * drawn);
  const askedMs = Math.min(retryAfterMs ?? 0, LAST_DELAY_MS);
  const atMs = nowMs + Math.round(Math.max(spreadMs, askedMs));
  return atMs > decidedAtMs + GIVE_UP_AFTER_MS ? null : atMs;
}
