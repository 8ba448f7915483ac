// Whether a stream may go on: its key may have been revoked, its token may be over.

import type { ExchangeHub } from '../exchange-hub.ts';
import { isInForce } from '../keys/api-key.ts';
import type { KeyRing } from '../keys/key-ring.ts';

export interface Permission {
  readonly secret: string;
  /** The customer token that it stands on; '' = on none. */
  readonly token: string;
}

export function isPermitted(
  { secret, token }: Permission,
  hub: Pick<ExchangeHub, 'tokens'> & { readonly parts: { readonly keys: KeyRing } },
  nowMs: number,
): boolean {
  const key = hub.parts.keys.find(secret);
  if (key === null || !isInForce(key, nowMs)) return false;
  return token === '' || key.kind !== 'browser' || hub.tokens.verify(token, nowMs) !== null;
}
