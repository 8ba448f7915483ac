// A client of a stream among those of its customer.

import type {
  Listening,
  OpenStream,
  StreamClient,
  Whereabouts,
} from '../gateway/streams/streams.ts';
import type { PlainCounter } from '../ops/metrics.ts';
import { type FeedEntry, markOf } from './feeds.ts';
import type { ListenedCustomer, Receiver } from './listened-customer.ts';

/** What all listeners of a gateway share. */
export interface ListenerHub {
  readonly sent: PlainCounter;
  readonly gaps: PlainCounter;
  /** Told once. */
  closed(listener: Listener): void;
}

export class Listener implements Receiver, OpenStream {
  joined = false;
  /** Whose it is now; null = it is closed, or on its way. */
  customer: ListenedCustomer | null = null;
  private isOpen = true;

  constructor(
    readonly listening: Listening,
    public where: Whereabouts,
    readonly client: StreamClient,
    private readonly hub: ListenerHub,
  ) {}

  takes(placement: string): boolean {
    const { placements } = this.listening;
    return placements === null || placements.has(placement);
  }

  send({ deliveryId, text }: FeedEntry): boolean {
    if (!this.client.send(deliveryId, text)) return false;
    this.hub.sent.value++;
    return true;
  }

  gap(): void {
    this.hub.gaps.value++;
    this.client.gap();
  }

  mark(position: string): void {
    this.client.mark(markOf(position));
  }

  drained(): void {
    if (!this.isOpen) return;
    this.gap();
    this.customer?.join(this, { kind: 'latest' });
  }

  closed(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.hub.closed(this);
  }

  end(): void {
    this.client.end();
    this.closed();
  }
}
