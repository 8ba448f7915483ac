// What can be said of the ids in a body that was not accepted.

import type { Body } from './gateway-parts.ts';
import { isExact } from './numeric-id.ts';

/** Text that is not empty, or a number with all its digits; else null. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'number') return isExact(value) ? String(value) : null;
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The customer that it would have been of; null = nobody can be named. */
export function customerIdOf(body: Body): string | null {
  const userId = idOf(body.userId);
  if (userId !== null) return userId;
  const anonymousId = idOf(body.anonymousId);
  return anonymousId === null ? null : `anonymous:${anonymousId}`;
}
