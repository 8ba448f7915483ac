// Hot path. Ids that come as numbers: clients send both, and they are one id to us, so `42` is "42".

import type { Body } from './gateway-parts.ts';
import type { JsonFault } from './json-cleaner.ts';

/** Of every call. */
export const CALL_IDS = ['userId', 'anonymousId', 'messageId'] as const;

/**
 * Numbers among `names` become text, in place; long whole ones have all their digits (json.ts). What
 * else is beyond 2^53 (1e19) is refused: it has been rounded by now, so that neighbours would be one
 * customer, or one message.
 */
export function textualIds(body: Body, names: readonly string[]): JsonFault | null {
  for (const name of names) {
    const id = body[name];
    if (typeof id === 'bigint') body[name] = String(id);
    if (typeof id !== 'number') continue;
    if (!isExact(id)) {
      return { path: name, message: `'${name}' is a number beyond 2^53: send it as text.` };
    }
    body[name] = String(id);
  }
  return null;
}

/** Whether every digit of a number arrived; what is left of a fraction is taken as it is. */
export function isExact(id: number): boolean {
  return id <= Number.MAX_SAFE_INTEGER && id >= Number.MIN_SAFE_INTEGER;
}
