// `context.externalIds`, Segment's form: [{ id, type, collection, encoding }]. It is context like any
// other: what is not of that form, or of a kind that nobody declared, is left alone.

import type { IdentifierRules } from '../../model/identity.ts';
import type { JsonValue } from '../../model/json.ts';

/** Entries of a call that are looked at. */
export const EXTERNAL_IDS_MAX = 16;

export interface ExternalIdentifier {
  readonly kind: string;
  readonly value: JsonValue;
}

/** Those that name a customer, in their order. Never throws. */
export function externalIdentifiers(
  externalIds: JsonValue | undefined,
  rules: IdentifierRules,
): readonly ExternalIdentifier[] {
  if (!Array.isArray(externalIds)) return NONE;
  const found: ExternalIdentifier[] = [];
  const count = Math.min(externalIds.length, EXTERNAL_IDS_MAX);
  for (let i = 0; i < count; i++) {
    const entry = externalIds[i];
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) continue;
    if (!Object.hasOwn(entry, 'type') || !Object.hasOwn(entry, 'id')) continue;
    const { type, id } = entry;
    if (typeof type !== 'string' || !rules.has(type) || id === undefined) continue;
    // Of a company (`accounts`), or hashed by the sender: not a value of this customer.
    if (says(entry.collection, 'users') && says(entry.encoding, 'none')) {
      found.push({ kind: type, value: id });
    }
  }
  return found;
}

const NONE: readonly ExternalIdentifier[] = [];

function says(value: JsonValue | undefined, expected: string): boolean {
  return value === undefined || value === null || value === expected;
}
