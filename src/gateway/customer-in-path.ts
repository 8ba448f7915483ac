// The customer whom a path names; percent-decoded, so that ids may contain slashes.

import type { ErrorCode } from '../errors.ts';
import type { CallNames } from './call-names.ts';
import { ID_CHARS_MAX } from './event-shapes.ts';
import { type Fault, fault } from './gateway-parts.ts';

/** The longest customer id that is looked for: an id or an identifier, with its kind in front. */
export const CUSTOMER_ID_CHARS_MAX = ID_CHARS_MAX + 65;

/** The id, or why there can be none. */
export function customerInPath(
  encoded: string,
  names: Pick<CallNames, 'idOf' | 'whyNot'>,
): { readonly id: string } | { readonly why: Fault | ErrorCode } {
  let text: string;
  try {
    text = decodeURIComponent(encoded);
  } catch {
    return { why: fault('invalid_request', 'The id is not valid percent-encoding.', 'id') };
  }
  const isPossible = text !== '' && text.length <= CUSTOMER_ID_CHARS_MAX;
  const id = isPossible ? names.idOf(text) : null;
  if (id !== null) return { id };
  const why = isPossible ? names.whyNot(text) : null;
  return { why: why === null ? 'unknown_customer' : neverSeen(why) };
}

/** What is said of an id that nobody has: somebody may have typed a number alone. */
export function nobodyIn(id: string, names: Pick<CallNames, 'idOf'>): Fault | ErrorCode {
  for (const kind of TYPED_ALONE) {
    const name = `${kind}:${id}`;
    const known = names.idOf(name);
    // Where there is no such kind, it is an id like any other.
    if (known !== null && known !== name) return neverSeen(`try ${kind}:… for ${ARTICLES[kind]}`);
  }
  return 'unknown_customer';
}

const TYPED_ALONE = ['email', 'phone'] as const;
const ARTICLES = { email: 'an e-mail address', phone: 'a phone number' } as const;

function neverSeen(why: string): Fault {
  return fault('unknown_customer', `This customer was never seen: ${why}.`);
}
