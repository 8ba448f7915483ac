// What an operator is told when Redis cannot be reached, or not used.

import { SetupFault, TransientFault } from '../errors.ts';
import { isForbidden } from './as-unavailable.ts';

/** @param error what `ready` or a call failed with: a SetupFault as it is, else with its cause */
export function unreachable(url: string, error: unknown): SetupFault {
  if (error instanceof SetupFault) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
  const where = withoutPassword(url);
  if (isForbidden(cause)) {
    return new SetupFault(
      `Redis at ${where} forbids it, give its user the rights: ${cause?.message}`,
    );
  }
  const why = cause === null ? '' : ` (${explained(cause.message)})`;
  const text = `Redis does not answer at ${where}${why}`;
  return LASTING.test(cause?.message ?? '') ? new SetupFault(text) : new TransientFault(text);
}

/** What waiting does not mend: it is not let in, is not trusted, or is no Redis. */
const LASTING = /\bcertificate\b|\b(WRONGPASS|NOAUTH)\b|\bunknown RESP type\b/i;

/** Adds what is meant where the message of a client library does not say it. */
function explained(message: string): string {
  if (/unknown RESP type/i.test(message)) return 'what answers there is no Redis';
  if (/\b(EPIPE|ECONNRESET)$/.test(message)) return `${message}: is it a Redis, does it want TLS?`;
  return message;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@').replace(/(Password=)[^&]*/gi, '$1…');
}
