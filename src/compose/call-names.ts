// Who reads whom a call names: the rules of the catalog in force, and the secret of the deployment.

import { suggest } from '../catalog/suggest.ts';
import { IdentifierReader } from '../customers/identifiers/identifier-reader.ts';
import { NameHash } from '../customers/identifiers/name-hash.ts';
import { NameReader } from '../customers/identifiers/name-reader.ts';
import type { CallNames } from '../gateway/call-names.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogSource } from '../pipeline.ts';
import { namesSecret } from '../state/deployment.ts';
import type { Deployment } from './deployment.ts';

/**
 * Of a gateway. Where Redis may have lost what it had, the secret is put back, or taken over from the
 * gateway that did so first: all of them make the same ids. @throws Unavailable
 */
export async function callNames(
  { connection, keys }: Deployment,
  catalogs: CatalogSource,
): Promise<CallNames> {
  let secret = await namesSecret(connection, keys);
  const identifiers = new IdentifierReader(new NameHash(secret));
  const assure = async () => {
    const agreed = await namesSecret(connection, keys, secret);
    if (agreed.equals(secret)) return;
    secret = agreed;
    identifiers.use(new NameHash(secret));
  };
  // What fails here is a connection that is cut again: the next one asks again.
  connection.onDoubt(() => void assure().catch(() => {}));
  const source = {
    rules: () => catalogs.current().identifiers,
    country: () => catalogs.current().country,
    suggest,
  };
  return new NameReader(source, identifiers);
}

/** Of a catalog's tests: they come out the same everywhere, and nobody else sees their ids. */
export function namesOfTest({ identifiers, country }: Catalog): CallNames {
  const hash = new NameHash(Buffer.from('of a test'));
  const source = { rules: () => identifiers, country: () => country, suggest };
  return new NameReader(source, new IdentifierReader(hash));
}
