// Rows of `audit`: uses of routes that show or change what is not the caller's own. Nobody waits for
// them, and what is over the bound, or does not arrive, is counted: a store that is away must not keep
// staff from a customer at the counter.

import { createHmac } from 'node:crypto';
import type { AuditEntry } from '../ledger/audit-record.ts';
import { wellFormed } from '../model/json-hazards.ts';
import type { PlainCounter } from '../ops/metrics.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { ApiKey } from './keys/api-key.ts';

const PENDING_MAX = 1_000;
const DETAIL_CHARS_MAX = 500;

export class AuditLog {
  private readonly pending = new Set<Promise<void>>();
  private readonly dropped: PlainCounter;

  constructor(private readonly parts: GatewayParts) {
    this.dropped = parts.metrics.counter(
      'proffer_gateway_audit_dropped_total',
      'Uses of audited routes that left no row: too many at once, or the store was away.',
    );
  }

  /** A use that is about a customer, who is named by a hash. */
  noteCustomer(key: ApiKey, action: string, customerId: string, detail = ''): void {
    this.note(key, action, customerHash(this.parts.keys.secrets().audit, customerId), detail);
  }

  /** Any other use. */
  note(key: ApiKey, action: string, target: string, detail = ''): void {
    if (this.pending.size >= PENDING_MAX) {
      this.dropped.value++;
      return;
    }
    const entry: AuditEntry = {
      atMs: this.parts.clock.nowMs(),
      keyName: key.name,
      kind: key.kind,
      action,
      target,
      detail: wellFormed(detail.slice(0, DETAIL_CHARS_MAX)),
    };
    const writing = this.parts.audits
      .record(entry)
      .catch(() => {
        this.dropped.value++;
      })
      .finally(() => this.pending.delete(writing));
    this.pending.add(writing);
  }

  /** Resolves when what is on its way has arrived or failed. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.pending);
  }
}

/** What stands for a customer in `audit`: the same for the same id, and no way back without the secret. */
export function customerHash(secret: Buffer, customerId: string): string {
  return createHmac('sha256', secret).update(customerId).digest('base64url').slice(0, 22);
}
