// Short ways to say of whom a call is, and to ask whom it names.

import type { Named, NamedBy } from '../../../src/gateway/call-names.ts';
import { DEFAULT_IDENTIFIERS, type IdentifierRule } from '../../../src/model/identity.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { fixedNames, KNOWN_HASH } from '../../support/fixed-names.ts';

export const loyalty: IdentifierRule = {
  kind: 'loyalty',
  ...{ trait: 'loyalty_id', max: 3, windowMs: null, weak: false },
};
export const shelf: IdentifierRule = { ...loyalty, kind: 'shelf', trait: null, weak: true };
export const rules = new Map([...DEFAULT_IDENTIFIERS, ['shelf', shelf], ['loyalty', loyalty]]);
export const names = fixedNames(rules, 'CN');

export const PHONE = '138 0013 8000';
export const idOf = (kind: string, value: string) => KNOWN_HASH.idOf(kind, value);
export const phone = idOf('phone', '+8613800138000');
export const email = idOf('email', 'li@example.com');
export const card = idOf('card', 'C1234');
export const device = idOf('device', 'd1');

export interface Said extends Partial<Omit<NamedBy, 'context'>> {
  /** `context.externalIds`, by kind. */
  readonly ids?: readonly (readonly [kind: string, value: JsonValue])[];
  readonly context?: JsonObject;
}

export function read({ ids, context = {}, ...call }: Said) {
  const externalIds = ids?.map(([type, id]) => ({ type, id }));
  return names.read({
    ...{ type: 'track', userId: null, anonymousId: null, traits: {}, previousId: null },
    ...call,
    context: externalIds === undefined ? context : { ...context, externalIds },
  });
}

export function named(said: Said): Named {
  const got = read(said);
  if (got.kind !== 'named') throw new Error(got.message);
  return got;
}

/** The names in their order, the customer's first. */
export function idsOf(said: Said): readonly string[] {
  const { customerId, naming } = named(said);
  return [customerId, ...naming.aliases.map(({ id }) => id)];
}

export const unusableIn = (said: Said) =>
  named(said).naming.unusable.map(({ kind, reason }) => `${kind} ${reason}`);
