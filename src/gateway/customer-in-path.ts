// The customer whom a path names; percent-decoded, so that ids may contain slashes.

import type { ErrorCode } from '../errors.ts';
import type { CallNames } from './call-names.ts';
import { ID_CHARS_MAX } from './event-shapes.ts';
import { type Fault, fault } from './gateway-parts.ts';

/** The longest customer id that is looked for: an id or an identifier, with its kind in front. */
const CUSTOMER_ID_CHARS_MAX = ID_CHARS_MAX + 65;

/** The id, or why there can be none. */
export function customerInPath(
  encoded: string,
  names: Pick<CallNames, 'idOf'>,
): { readonly id: string } | { readonly why: Fault | ErrorCode } {
  let text: string;
  try {
    text = decodeURIComponent(encoded);
  } catch {
    return { why: fault('invalid_request', 'The id is not valid percent-encoding.', 'id') };
  }
  const isPossible = text !== '' && text.length <= CUSTOMER_ID_CHARS_MAX;
  const id = isPossible ? names.idOf(text) : null;
  return id === null ? { why: 'unknown_customer' } : { id };
}
