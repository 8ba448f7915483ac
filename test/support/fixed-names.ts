// Whom calls name under rules that stay, and a secret that everybody knows.

import { suggest } from '../../src/catalog/suggest.ts';
import { IdentifierReader } from '../../src/customers/identifiers/identifier-reader.ts';
import { NameHash } from '../../src/customers/identifiers/name-hash.ts';
import { NameReader } from '../../src/customers/identifiers/name-reader.ts';
import { DEFAULT_IDENTIFIERS, type IdentifierRules } from '../../src/model/identity.ts';

export const KNOWN_HASH = new NameHash(Buffer.from('a secret that everybody knows'));

export function fixedNames(
  rules: IdentifierRules = DEFAULT_IDENTIFIERS,
  country: string | null = null,
): NameReader {
  const source = { rules: () => rules, country: () => country, suggest };
  return new NameReader(source, new IdentifierReader(KNOWN_HASH));
}
