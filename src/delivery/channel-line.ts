// What one channel has of its own in a worker: room, breaker, connections. However slow or dead its
// receiver is, no other channel waits.

import type { Attempt } from './attempt.ts';
import { Breaker } from './breaker.ts';
import type { MailCarrier } from './mail-carrier.ts';
import type { WebhookCarrier } from './webhook-carrier.ts';

/** Deliveries under way at once, of one channel and worker. */
export const IN_FLIGHT_MAX = 32;

export interface Carriers {
  webhook(): WebhookCarrier;
  mail(): MailCarrier;
}

export class ChannelLine {
  readonly breaker = new Breaker();
  /** Ids of the deliveries under way. */
  readonly inFlight = new Set<string>();
  /** More may be due than there was room for. */
  isFull = false;
  /** When the channel was last of use, epoch ms. */
  usedAtMs = 0;
  private webhook: WebhookCarrier | null = null;
  private mail: MailCarrier | null = null;

  constructor(
    readonly name: string,
    private readonly carriers: Carriers,
  ) {}

  /** How many more may be begun now. */
  room(nowMs: number): number {
    return this.breaker.room(IN_FLIGHT_MAX, this.inFlight.size, nowMs);
  }

  webhooks(): WebhookCarrier {
    this.webhook ??= this.carriers.webhook();
    return this.webhook;
  }

  mails(): MailCarrier {
    this.mail ??= this.carriers.mail();
    return this.mail;
  }

  /** What a wrong address brings about says nothing of the receiver. */
  note(attempt: Attempt, nowMs: number): void {
    if (attempt.kind === 'final' && !attempt.reason.startsWith('http_')) return;
    this.breaker.note(attempt.kind !== 'sent', nowMs);
  }

  close(): void {
    this.webhook?.close();
    this.mail?.close();
  }
}
