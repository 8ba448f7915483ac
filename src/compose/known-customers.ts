// Who is who, over the keys in Redis.

import { type CustomersParts, KnownCustomers } from '../customers/customers.ts';
import { writeFold, writeUnfold, writeUnlink } from '../ledger/identity-rows.ts';
import { customerLine } from '../ledger/ledger-record.ts';
import { RedisNameStore } from '../state/redis-name-store.ts';
import type { Deployment } from './deployment.ts';

/** @param expiryMs how long a name leads to its customer without being used together, ms */
export function knownCustomers(
  { connection, keys }: Pick<Deployment, 'connection' | 'keys'>,
  parts: Pick<CustomersParts, 'states' | 'catalogs' | 'counts' | 'nowMs' | 'monotonicMs'>,
  expiryMs: number,
): KnownCustomers {
  return new KnownCustomers({
    ...parts,
    names: new RedisNameStore(connection, keys, expiryMs),
    records: {
      fold: (fold, state, how, customerChanged) =>
        writeFold(fold, state, how, customerChanged ? customerLine(state) : ''),
      unfold: (fold, state, how) => writeUnfold(fold, state, how) + customerLine(state),
      unlink: writeUnlink,
    },
    namesExpireMs: expiryMs,
  });
}
