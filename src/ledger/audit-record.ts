// The record of a use of a route that shows or changes what is not the caller's own: who, when, what. It
// belongs to no customer's state, like a refused request. The table is `audit`, its tag `a`.

import { columnString } from '../model/json-hazards.ts';
import { whole } from './column-values.ts';
import { rejectionHead } from './record-head.ts';

/** One use. No field says who a customer is. */
export interface AuditEntry {
  /** Epoch ms. */
  readonly atMs: number;
  readonly keyName: string;
  /** Kind of the key; `shell` = a command of an operator. */
  readonly kind: string;
  /** e.g. `customers.read`, `catalog.publish`, `keys.revoke`. */
  readonly action: string;
  /** A customer as a keyed hash, a publication, the id of a key; '' = none. */
  readonly target: string;
  readonly detail: string;
}

export function writeAudit({ atMs, keyName, kind, action, target, detail }: AuditEntry): string {
  return (
    `${rejectionHead(atMs)}\na{"at":${whole(atMs)},"key_name":${columnString(keyName)}` +
    `,"kind":${columnString(kind)},"action":${columnString(action)}` +
    `,"target":${columnString(target)},"detail":${columnString(detail)}}`
  );
}
