// Says of what was sent to streams that it was, once whoever else sent the same. What cannot be said now is
// said later: until then it is known here, so that it is not sent again meanwhile.

import { writeDelivery } from '../ledger/delivery-record.ts';
import type { DeliveryStatus } from '../model/delivery.ts';
import { partitionOf } from '../model/hash.ts';
import type { SettleAnswer, Settling } from '../redis/delivery-scripts.ts';
import type { FeedEntry } from './feeds.ts';

export interface SettlerParts {
  /** @throws Unavailable */
  settle(settling: Settling): Promise<SettleAnswer>;
  readonly partitions: number;
  /** Epoch ms. */
  nowMs(): number;
  onFault(error: unknown): void;
}

/** What can wait to be said; of more the oldest is forgotten, and told as expired. */
const WAITING_MAX = 65_536;
/** Of those, so many are tried at once again. */
const AGAIN_MAX = 512;

export class Settler {
  /** By delivery id, oldest first. */
  private readonly waiting = new Map<string, Settling>();
  private readonly under = new Set<Promise<void>>();

  constructor(private readonly parts: SettlerParts) {}

  /** Whether it was sent from here, which is not recorded yet. */
  has(deliveryId: string): boolean {
    return this.waiting.has(deliveryId);
  }

  settle({ deliveryId, entry }: FeedEntry, status: DeliveryStatus, reason: string): void {
    const attempt = status === 'sent' ? 1 : 0;
    const atMs = this.parts.nowMs();
    const told = { status, reason, attempt, atMs, nextAtMs: null };
    this.waiting.set(deliveryId, {
      partition: partitionOf(entry.customerId, this.parts.partitions),
      channel: entry.decision.delivery.channel,
      deliveryId,
      attempts: 0,
      entry: null,
      dueAtMs: null,
      failedAtMs: null,
      record: writeDelivery(entry, told),
    });
    if (this.waiting.size > WAITING_MAX) {
      for (const oldest of this.waiting.keys()) {
        this.waiting.delete(oldest);
        break;
      }
    }
    this.attempt(this.waiting.get(deliveryId)!);
  }

  /** Tries again what could not be said. */
  again(): void {
    if (this.under.size > 0) return;
    let count = 0;
    for (const settling of this.waiting.values()) {
      if (++count > AGAIN_MAX) break;
      this.attempt(settling);
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.under);
  }

  private attempt(settling: Settling): void {
    const { deliveryId } = settling;
    const attempt = this.parts
      .settle(settling)
      .then((answer) => {
        // Somebody else was first: it is said. Otherwise history is behind, or the position is lost.
        if (answer === 'settled' || answer === 'changed') this.waiting.delete(deliveryId);
      })
      .catch((error: unknown) => this.parts.onFault(error))
      .finally(() => this.under.delete(attempt));
    this.under.add(attempt);
  }
}
