// One customer with streams open here: what is new in the feed is sent to all of them, and what there is
// for those who have just come. One look at a time; what happens meanwhile is seen by the next.

import { FEED_MAX } from '../model/delivery.ts';
import { partitionOf } from '../model/hash.ts';
import type { CustomerState } from '../model/state.ts';
import type { CatalogSource } from '../pipeline.ts';
import { FEED_START, type FeedEntry, type Feeds, isAfter, positionMarked } from './feeds.ts';
import type { Settler } from './settler.ts';

/** A client as its customer sees it. */
export interface Receiver {
  /** Whether decisions of a placement are for it. */
  takes(placement: string): boolean;
  /** false = it was not taken. */
  send(entry: FeedEntry): boolean;
  /** It may have missed something that nobody has any more. */
  gap(): void;
  /** What it is to ask for when it comes again before it has had anything. */
  mark(position: string): void;
  /** Whether it got all that there was when it came. */
  joined: boolean;
}

/** From where on somebody gets what is in the feed already. */
export type From =
  /** What nobody has had. */
  | { readonly kind: 'pending' }
  /** What came after a delivery, or a mark; where that is not there, what nobody has had. */
  | { readonly kind: 'after'; readonly deliveryId: string }
  /** The last one. */
  | { readonly kind: 'latest' };

export interface LookParts {
  readonly feeds: Feeds;
  readonly settler: Settler;
  readonly catalogs: CatalogSource;
  readonly partitions: number;
  /** As it is now, of who the customer is by now. @throws Unavailable */
  stateOf(customerId: string): Promise<CustomerState>;
  /** Epoch ms. */
  nowMs(): number;
  /** A look failed: it has to be made again. */
  failed(customer: ListenedCustomer, error: unknown): void;
}

export class ListenedCustomer {
  readonly partition: number;
  /** In order of arrival. */
  readonly receivers = new Set<Receiver>();
  /** When something that quiet hours hold back may be sent, epoch ms; null = there is none. */
  laterAtMs: number | null = null;
  private position = FEED_START;
  private joining = new Map<Receiver, From>();
  /** What nobody has had is looked for in all of the feed. */
  private rechecks = false;
  private looking: Promise<void> | null = null;
  private again = false;

  constructor(
    readonly customerId: string,
    private readonly parts: LookParts,
  ) {
    this.partition = partitionOf(customerId, parts.partitions);
  }

  /** Sends somebody what there is. */
  join(receiver: Receiver, from: From): void {
    this.receivers.add(receiver);
    this.joining.set(receiver, from);
    this.look();
  }

  leave(receiver: Receiver): void {
    this.receivers.delete(receiver);
    this.joining.delete(receiver);
  }

  /** Sends what nobody has had, be it from before the last look. */
  recheck(): void {
    this.rechecks = true;
    this.look();
  }

  /** Looks for something new. */
  look(): void {
    if (this.looking !== null) {
      this.again = true;
      return;
    }
    this.looking = this.lookOn().finally(() => {
      this.looking = null;
    });
  }

  /** Resolves when no look is under way. */
  async idle(): Promise<void> {
    await this.looking;
  }

  private async lookOn(): Promise<void> {
    do {
      this.again = false;
      const { joining, rechecks } = this;
      this.joining = new Map();
      this.rechecks = false;
      try {
        await this.lookOnce(joining, rechecks);
      } catch (error) {
        // Nothing was sent: all that can fail comes before that.
        for (const [receiver, from] of joining) {
          if (this.receivers.has(receiver) && !this.joining.has(receiver)) {
            this.joining.set(receiver, from);
          }
        }
        this.rechecks ||= rechecks;
        this.parts.failed(this, error);
        return;
      }
    } while (this.again && this.receivers.size > 0);
  }

  private async lookOnce(joining: ReadonlyMap<Receiver, From>, rechecks: boolean): Promise<void> {
    const { feeds, settler, catalogs } = this.parts;
    const isWhole = joining.size > 0 || rechecks;
    const entries = await feeds.read(this.customerId, isWhole ? FEED_START : this.position);
    const starts = new Map<Receiver, number | null>();
    const nobodys = entries.map((one) => one.isPending && !settler.has(one.deliveryId));
    for (const [receiver, from] of joining) {
      const start = startOf(receiver, from, entries);
      starts.set(receiver, start);
      if (start === null) receiver.mark(positionBefore(nobodys.indexOf(true), entries));
    }
    const state = entries.length > 0 ? await this.parts.stateOf(this.customerId) : null;
    const version = state === null ? null : await catalogs.atLeast(state.publication);
    const nowMs = this.parts.nowMs();
    if (isWhole) this.laterAtMs = null;
    if (entries.length >= FEED_MAX && this.isBehind(entries[0]!)) {
      for (const receiver of this.receivers) if (receiver.joined) receiver.gap();
    }
    for (let i = 0; i < entries.length; i++) {
      const one = entries[i]!;
      const isNobodys = nobodys[i]!;
      const isNew = isAfter(one.position, this.position);
      if (isNew) this.position = one.position;
      const forAll = isNew || (rechecks && isNobodys);
      const wanted = [...this.receivers].filter((receiver) => {
        if (!receiver.takes(one.entry.decision.placement)) return false;
        const start = starts.get(receiver);
        const forIt = start === undefined ? false : start === null ? isNobodys : i >= start;
        return forIt || (forAll && receiver.joined);
      });
      if (wanted.length === 0) continue;
      const prepared = version!.deliveries.prepare(state!, one.entry, nowMs);
      if (prepared.kind === 'over') {
        if (isNobodys) settler.settle(one, 'expired', 'offer_over');
        continue;
      }
      if (prepared.kind === 'suppressed') {
        if (isNobodys) settler.settle(one, 'suppressed', prepared.reason);
        continue;
      }
      if (prepared.kind === 'later') {
        this.laterAtMs = Math.min(this.laterAtMs ?? prepared.atMs, prepared.atMs);
        continue;
      }
      let taken = 0;
      for (const receiver of wanted) if (receiver.send(one)) taken++;
      if (taken > 0 && isNobodys) settler.settle(one, 'sent', '');
    }
    for (const receiver of joining.keys()) receiver.joined = true;
  }

  /** More came than is kept, since the last look. */
  private isBehind({ position }: FeedEntry): boolean {
    return this.position !== FEED_START && isAfter(position, this.position);
  }
}

/** The index from which on somebody gets all; null = what nobody has had. */
function startOf(receiver: Receiver, from: From, entries: readonly FeedEntry[]): number | null {
  if (from.kind === 'pending') return null;
  if (from.kind === 'latest') {
    return entries.findLastIndex(({ entry }) => receiver.takes(entry.decision.placement));
  }
  const position = positionMarked(from.deliveryId);
  if (position !== null) {
    const next = entries.findIndex((one) => isAfter(one.position, position));
    return next < 0 ? entries.length : next;
  }
  const at = entries.findIndex(({ deliveryId }) => deliveryId === from.deliveryId);
  return at < 0 ? null : at + 1;
}

/** Before an entry; −1 = after all. */
function positionBefore(index: number, entries: readonly FeedEntry[]): string {
  const before = index < 0 ? entries.at(-1) : entries[index - 1];
  return before?.position ?? FEED_START;
}
