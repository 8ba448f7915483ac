// Who may ask history: the analysts' door takes keys, and knows no routes.

import { isInForce } from './api-key.ts';
import { mayDo } from './key-kinds.ts';
import type { KeyRing } from './key-ring.ts';

/** Whether a secret is a key in force that may query. Rejects with Unavailable where nobody can tell. */
export function analystKeys(
  ring: KeyRing,
  nowMs: () => number,
): (secret: string) => Promise<boolean> {
  return async (secret) => {
    const key = ring.find(secret) ?? (await ring.ask(secret));
    return key !== null && isInForce(key, nowMs()) && mayDo(key, 'query');
  };
}
