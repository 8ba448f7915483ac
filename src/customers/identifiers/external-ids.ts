// Hot path for calls with them. `context.externalIds`, Segment's form: [{ id, type, collection,
// encoding }]. It is context like any other: what is not of that form, or of a kind that nobody
// declared, is left alone.

import type { IdentifierRules } from '../../model/identity.ts';
import type { JsonValue } from '../../model/json.ts';

/** Entries of a call that are looked at. */
export const EXTERNAL_IDS_MAX = 16;

/** The kind of an entry whose `id` is an identifier of the customer; null = it has none. */
export function kindOfExternalId(
  entry: JsonValue | undefined,
  rules: IdentifierRules,
): string | null {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return null;
  if (!Object.hasOwn(entry, 'type') || !Object.hasOwn(entry, 'id')) return null;
  const { type, collection, encoding } = entry;
  if (typeof type !== 'string' || !rules.has(type)) return null;
  // Of a company (`accounts`), or hashed by the sender: not a value of this customer.
  return says(collection, 'users') && says(encoding, 'none') ? type : null;
}

function says(value: JsonValue | undefined, expected: string): boolean {
  return value === undefined || value === null || value === expected;
}
