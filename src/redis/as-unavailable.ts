// Which errors of Redis mean "not now" rather than "wrong".

import { Unavailable } from '../errors.ts';

const PASSING =
  /^(OOM|LOADING|BUSY|MASTERDOWN|READONLY|MISCONF|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|UNKILLABLE)\b/;

/** The error as `Unavailable` when Redis is away, late, full or loading; else the error itself. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof Unavailable || !(error instanceof Error)) return error;
  const isReply = error.name === 'ReplyError' || /^[A-Z]{3,} /.test(error.message);
  if (isReply && !PASSING.test(error.message)) return error;
  const cause = isNotConnected(error) ? new Error('not connected to Redis') : error;
  return new Unavailable('store_unavailable', 1, { cause });
}

/** ioredis tells of its own options here, which is nothing to an operator. */
function isNotConnected(error: Error): boolean {
  return error.message.includes('enableOfflineQueue');
}
