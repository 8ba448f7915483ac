// Hot path (`warningsOf`). What a caller is told of names that its call gave and that were not linked: the
// kind and the reason, never the value. Whoever may not ask who is whom, as a page or a device, is told no
// reason that says something of another customer.

import type { RefusedMergeReason } from '../model/identity.ts';
import type { Submission } from '../model/step.ts';
import type { BodyExchange } from './body-route.ts';
import type { ApiKey } from './keys/api-key.ts';

/** The last member of a 200, with its comma; '' = there is nothing to tell. */
export function warningsOf(
  { key, hub }: BodyExchange,
  { customerId, naming, receivedAtMs }: Submission,
): string {
  if (naming === undefined) return '';
  const { aliases, unusable } = naming;
  let list = '';
  for (let i = 0; i < unusable.length; i++) {
    list += `,${warning(unusable[i]!.kind, unusable[i]!.reason)}`;
  }
  if (aliases.length > 0 && mayKnow(key!)) {
    for (let i = 0; i < aliases.length; i++) {
      const { id, kind } = aliases[i]!;
      const reason = hub.parts.refusedNames.reasonOf(customerId, id, receivedAtMs);
      if (reason !== null) list += `,${warning(kind, reason)}`;
    }
  }
  return list === '' ? '' : `,"warnings":[${list.slice(1)}]`;
}

function mayKnow({ kind }: ApiKey): boolean {
  return kind !== 'browser' && kind !== 'device';
}

function warning(kind: string, reason: RefusedMergeReason): string {
  return JSON.stringify({
    code: reason,
    message: `The ${kind} was not linked: ${REASONS[reason]}.`,
  });
}

const REASONS: Readonly<Record<RefusedMergeReason, string>> = {
  two_users: 'it is of a customer with another user id, and somebody has to merge the two',
  weak_identifier: 'it is the id of somebody else',
  too_many: 'one customer has no more names of a kind, and no more merges',
  shared: 'it was seen with too many people',
  invalid: 'it has not the form of its kind',
  taken_apart: 'somebody took the two apart, and has to merge them',
  unreadable: 'what is stored of its customer is damaged',
  names_nobody: 'its value stands for nobody',
};
