// Rows of `rejected`: what came with a valid key and can never be accepted. Bounded three ways: size
// of a body, rows per key and second, rows on their way; what is over a bound is only counted.
// The answer does not wait for the row: a client that sends rubbish gets no slower reply for it.

import { Buffer } from 'node:buffer';
import { wellFormed } from '../model/json-hazards.ts';
import type { PlainCounter } from '../ops/metrics.ts';
import type { Fault, GatewayParts } from './gateway-parts.ts';
import type { ApiKey } from './keys/api-key.ts';
import { withoutKeys } from './redact-keys.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Most of a body that is kept; bytes of UTF-8. */
export const REJECTED_BODY_BYTES_MAX = 4_096;

const ID_CHARS_MAX = 256;
const PER_SECOND = 100;
const BURST = 1_000;
const PENDING_MAX = 1_000;

export class RejectionLog {
  private readonly buckets = new TokenBuckets(PER_SECOND, BURST);
  private readonly pending = new Set<Promise<void>>();
  private readonly rejected: PlainCounter;
  private readonly dropped: PlainCounter;

  constructor(private readonly parts: GatewayParts) {
    this.rejected = parts.metrics.counter(
      'proffer_gateway_rejected_total',
      'Events that can never be accepted.',
    );
    this.dropped = parts.metrics.counter(
      'proffer_gateway_rejected_dropped_total',
      'Of those, events that left no row: rate limit, or the store was away.',
    );
  }

  /** @param secret of the key: it is taken out of the body */
  record(
    receivedAtMs: number,
    route: string,
    key: ApiKey,
    secret: string,
    why: Fault,
    messageId: string | null,
    customerId: string | null,
    body: string,
  ): void {
    this.rejected.value++;
    const allowed = this.buckets.take(key.id, this.parts.clock.monotonicMs());
    if (!allowed || this.pending.size >= PENDING_MAX) {
      this.dropped.value++;
      return;
    }
    const writing = this.parts.rejections
      .record({
        receivedAtMs,
        route,
        keyId: key.id,
        code: why.code,
        message: why.message,
        path: why.path,
        messageId: messageId === null ? null : wellFormed(messageId.slice(0, ID_CHARS_MAX)),
        customerId: customerId === null ? null : this.idOf(customerId),
        body: cut(withoutKeys(body.slice(0, REJECTED_BODY_BYTES_MAX), secret)),
      })
      .catch(() => {
        this.dropped.value++;
      })
      .finally(() => this.pending.delete(writing));
    this.pending.add(writing);
  }

  /** Whom the body named, as everywhere else in history: of a phone its hash, of what is none nothing. */
  private idOf(customerId: string): string | null {
    const id = this.parts.names.idOf(customerId);
    return id === null ? null : wellFormed(id.slice(0, ID_CHARS_MAX));
  }

  /** Resolves when what is on its way has arrived or failed. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.pending);
  }
}

/** At most REJECTED_BODY_BYTES_MAX bytes, well-formed, not in the middle of a character. */
function cut(text: string): string {
  const head = wellFormed(text);
  const bytes = Buffer.from(head);
  if (bytes.length <= REJECTED_BODY_BYTES_MAX) return head;
  let end = REJECTED_BODY_BYTES_MAX;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
