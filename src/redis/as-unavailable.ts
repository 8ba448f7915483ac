// Which errors of Redis mean "not now" rather than "wrong".

import { Unavailable } from '../errors.ts';

const PASSING =
  /^(OOM|LOADING|BUSY|MASTERDOWN|READONLY|MISCONF|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|UNKILLABLE)\b/;

/**
 * The user of `REDIS_URL` lacks rights: an operator mends that at Redis, and meanwhile callers had better
 * come again. Within a script Redis says it in other words.
 */
const FORBIDDEN = /^NOPERM\b|\bthe user executing the script can't\b/i;

/** Whether Redis refuses what this user may not do. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Error && FORBIDDEN.test(error.message);
}

/**
 * The error as `Unavailable` when Redis is away, late, full, loading or forbids it; else the error
 * itself.
 */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof Unavailable || !(error instanceof Error)) return error;
  const isReply = error.name === 'ReplyError' || /^[A-Z]{3,} /.test(error.message);
  if (isReply && !PASSING.test(error.message) && !isForbidden(error)) return error;
  const cause = isNotConnected(error) ? new Error('not connected to Redis') : error;
  return new Unavailable('store_unavailable', 1, { cause });
}

/** ioredis tells of its own options here, which is nothing to an operator. */
function isNotConnected(error: Error): boolean {
  return error.message.includes('enableOfflineQueue');
}
