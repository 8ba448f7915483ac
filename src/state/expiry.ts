// When a state that nobody writes is forgotten.

import type { CustomerState } from '../model/state.ts';
import { storedAsOfMs } from './stored-state.ts';

/** How often the expiry of a state that is written all the time is renewed, per expiry. */
const RENEWALS = 64;

/** The shortest time without an event after which a state of this expiry may be gone, ms. */
export function forgetsAfterMs(expiryMs: number): number {
  return expiryMs - expiryMs / RENEWALS;
}

/**
 * Whether a commit is the customer's first in its 64th part of the expiry: renewing at each would
 * cost Redis 0.7 µs more (a second write, to its table of expiries).
 */
export function renewsExpiry(state: CustomerState, expiryMs: number): boolean {
  const beforeMs = storedAsOfMs(state);
  if (beforeMs === null) return true;
  const part = expiryMs / RENEWALS;
  return Math.floor(beforeMs / part) !== Math.floor(state.asOfMs / part);
}
