// The streams of one gateway. While anybody listens, the news of their partitions is looked at; customers
// with news are looked at one by one (listened-customer.ts).
//
//   commit ─► feed:<customer>, news ─► look at news (here, every 50 ms) ─► look at a feed ─► clients ─► settled
//
// What is told in news is a hint. Who may have missed some (news was faster, Redis was away) is looked at
// in any case, a few at a time.

import type {
  Listening,
  OpenStream,
  StreamClient,
  Streams,
  Whereabouts,
} from '../gateway/streams/streams.ts';
import type { Metrics, PlainCounter } from '../ops/metrics.ts';
import { Beats } from './beats.ts';
import type { Feeds } from './feeds.ts';
import { ListenedCustomer, type LookParts } from './listened-customer.ts';
import { Listener } from './listener.ts';
import type { News } from './news.ts';
import type { Settler } from './settler.ts';

/** Streams of one customer; of more the oldest is closed. */
export const STREAMS_A_CUSTOMER = 32;
const LOOK_MS = 50;
/** Customers that are looked at without news, at each look. */
const BEHIND_AT_ONCE = 256;
/** How often what failed, or is held back, is seen to, ms. */
const SECOND_MS = 1_000;

export interface HubParts {
  readonly feeds: Feeds;
  readonly news: News;
  readonly settler: Settler;
  readonly look: Pick<LookParts, 'catalogs' | 'partitions' | 'stateOf' | 'nowMs'>;
  /** Past all that is remembered. @throws Unavailable */
  find(listening: Listening): Promise<Whereabouts>;
  /** Where the key of a customer or of a name leads; '' = nowhere. @throws Unavailable */
  leadOf(name: string): Promise<string>;
  readonly streamsMax: number;
  readonly metrics: Metrics;
  onFault(error: unknown): void;
}

export class StreamHub implements Streams {
  private readonly customers = new Map<string, ListenedCustomer>();
  /** Partition → how many of its customers are listened to. */
  private readonly partitions = new Map<number, number>();
  /** To be looked at whether there is news or not; true = all of their feeds. */
  private readonly behind = new Map<ListenedCustomer, boolean>();
  private readonly beats: Beats;
  private readonly sent: PlainCounter;
  private readonly gaps: PlainCounter;
  private readonly lookParts: LookParts;
  private open_ = 0;
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private secondAtMs = 0;
  private stopped = false;

  constructor(private readonly parts: HubParts) {
    const { metrics, feeds, settler, look } = parts;
    metrics.gauge('proffer_streams_open', 'Streams that are open.', () => this.open_);
    this.sent = metrics.counter('proffer_stream_sent_total', 'Decisions handed to streams.');
    this.gaps = metrics.counter(
      'proffer_stream_gaps_total',
      'Times that a stream left decisions out, because nobody read.',
    );
    this.lookParts = {
      ...look,
      feeds,
      settler,
      failed: (customer, error) => {
        this.behind.set(customer, this.behind.get(customer) ?? false);
        parts.onFault(error);
      },
    };
    this.beats = new Beats((listeners) => this.seeAfter(listeners));
  }

  get isFull(): boolean {
    return this.open_ >= this.parts.streamsMax || this.stopped;
  }

  find(listening: Listening): Promise<Whereabouts> {
    return this.parts.find(listening);
  }

  open(listening: Listening, where: Whereabouts, client: StreamClient): OpenStream | null {
    if (this.isFull) return null;
    this.open_++;
    const listener = new Listener(listening, where, client, {
      sent: this.sent,
      gaps: this.gaps,
      closed: (one) => this.leave(one),
    });
    const { lastEventId } = listening;
    this.enter(listener, lastEventId === '' ? PENDING : { kind: 'after', deliveryId: lastEventId });
    this.beats.add(listener);
    this.start();
    return listener;
  }

  /** A commit of this process has put something into a customer's feed: no need to wait for news. */
  poke(customerId: string): void {
    this.customers.get(customerId)?.look();
  }

  /** Redis may have lost what was read from it. */
  doubt(): void {
    this.parts.news.forget();
    for (const customer of this.customers.values()) this.behind.set(customer, true);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.beats.stop();
    if (this.timer !== null) clearTimeout(this.timer);
    const customers = [...this.customers.values()];
    for (const { receivers } of customers) {
      for (const receiver of receivers) (receiver as Listener).end();
    }
    await this.looking;
    await Promise.all(customers.map((customer) => customer.idle()));
    await this.parts.settler.idle();
  }

  private enter(listener: Listener, from: Parameters<ListenedCustomer['join']>[1]): void {
    const { customerId } = listener.where;
    let customer = this.customers.get(customerId);
    if (customer === undefined) {
      customer = new ListenedCustomer(customerId, this.lookParts);
      this.customers.set(customerId, customer);
      const { partition } = customer;
      this.partitions.set(partition, (this.partitions.get(partition) ?? 0) + 1);
      this.parts.news.watch(partition);
    }
    listener.customer = customer;
    customer.join(listener, from);
    if (customer.receivers.size > STREAMS_A_CUSTOMER) {
      for (const oldest of customer.receivers) {
        (oldest as Listener).end();
        break;
      }
    }
  }

  private leave(listener: Listener): void {
    this.open_--;
    this.beats.remove(listener);
    this.letGo(listener);
  }

  private letGo(listener: Listener): void {
    const { customer } = listener;
    if (customer === null) return;
    listener.customer = null;
    customer.leave(listener);
    if (customer.receivers.size > 0) return;
    this.customers.delete(customer.customerId);
    this.behind.delete(customer);
    const { partition } = customer;
    const left = this.partitions.get(partition)! - 1;
    if (left > 0) {
      this.partitions.set(partition, left);
    } else {
      this.partitions.delete(partition);
      this.parts.news.unwatch(partition);
    }
  }

  /** Goes on while anybody listens. */
  private start(): void {
    if (this.timer !== null || this.looking !== null || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.looking = this.lookAround()
        .catch((error: unknown) => this.parts.onFault(error))
        .finally(() => {
          this.looking = null;
          if (this.open_ > 0) this.start();
        });
    }, LOOK_MS);
  }

  private async lookAround(): Promise<void> {
    const nowMs = this.parts.look.nowMs();
    if (Math.abs(nowMs - this.secondAtMs) >= SECOND_MS) {
      this.secondAtMs = nowMs;
      this.parts.settler.again();
      for (const customer of this.customers.values()) {
        const { laterAtMs } = customer;
        if (laterAtMs !== null && laterAtMs <= nowMs) this.behind.set(customer, true);
      }
    }
    let count = 0;
    for (const [customer, isWhole] of this.behind) {
      if (++count > BEHIND_AT_ONCE) break;
      this.behind.delete(customer);
      if (isWhole) customer.recheck();
      else customer.look();
    }
    const { customers, missed } = await this.parts.news.look();
    for (const customerId of customers) this.customers.get(customerId)?.look();
    if (missed.length === 0) return;
    const partitions = new Set(missed);
    for (const customer of this.customers.values()) {
      if (partitions.has(customer.partition) && !this.behind.has(customer)) {
        this.behind.set(customer, false);
      }
    }
  }

  /** Their connections live, and they are with whom they name. */
  private async seeAfter(listeners: readonly Listener[]): Promise<void> {
    await Promise.all(
      listeners.map(async (listener) => {
        try {
          if (listener.client.beat()) await this.follow(listener);
          else listener.end();
        } catch (error) {
          this.parts.onFault(error);
        }
      }),
    );
  }

  private async follow(listener: Listener): Promise<void> {
    const { listening, where } = listener;
    const leads = [this.parts.leadOf(listening.name)];
    if (listening.name !== where.customerId) leads.push(this.parts.leadOf(where.customerId));
    const [lead, next = lead] = await Promise.all(leads);
    if (lead === where.lead && next === '') return;
    const found = await this.parts.find(listening);
    if (listener.customer === null) return;
    listener.where = found;
    if (found.customerId === where.customerId) return;
    this.letGo(listener);
    this.enter(listener, PENDING);
  }
}

const PENDING = { kind: 'pending' } as const;
