// Rows of `audit`: uses of routes that show or change what is not the caller's own. Nobody waits for
// them, and what is over the bound, or does not arrive, is counted: a store that is away must not keep
// staff from a customer at the counter.
//
// A customer in them is one target, by whatever name staff asked: the hash is of the id that the name
// leads to at that time.

import { createHmac } from 'node:crypto';
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

  /** A use that is about a customer, who is named by a hash. @param name any of the customer's */
  noteCustomer(key: ApiKey, action: string, name: string, detail = ''): void {
    this.write(key, action, () => this.targetOf(name), detail);
  }

  /** Any other use. */
  note(key: ApiKey, action: string, target: string, detail = ''): void {
    this.write(key, action, () => target, detail);
  }

  /** What stands for the customer who has a name. Where nobody can say who that is, it stands for the name. */
  async targetOf(name: string): Promise<string> {
    return this.hashOf(await this.parts.customers.idOf(name).catch(() => name));
  }

  /** What stands for a name itself, whoever has it. */
  hashOf(name: string): string {
    return customerHash(this.parts.keys.secrets().audit, name);
  }

  private write(
    { name: keyName, kind }: ApiKey,
    action: string,
    targetOf: () => string | Promise<string>,
    detail: string,
  ): void {
    if (this.pending.size >= PENDING_MAX) {
      this.dropped.value++;
      return;
    }
    const { audits, clock } = this.parts;
    const atMs = clock.nowMs();
    const told = wellFormed(detail.slice(0, DETAIL_CHARS_MAX));
    const record = async () =>
      audits.record({ atMs, keyName, kind, action, target: await targetOf(), detail: told });
    const writing = record()
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

/** What stands for a customer, or for a name, in `audit`: the same for the same id, and no way back without the secret. */
export function customerHash(secret: Buffer, customerId: string): string {
  return createHmac('sha256', secret).update(customerId).digest('base64url').slice(0, 22);
}
