// What operators do about deliveries: they see which failed or wait, and have one tried again.

import { writeDelivery } from '../ledger/delivery-record.ts';
import type { ChannelDefinition } from '../model/channel.ts';
import type { DeliveryFailure, OutboxEntry } from '../model/delivery.ts';
import type { DeliveryScripts } from '../redis/delivery-scripts.ts';
import type { Indexed, OutboxReads } from '../redis/outbox-reads.ts';

/** Others may be faster than who tries again by hand. */
const TRIES = 3;

export interface DeliveryDeskParts {
  readonly reads: OutboxReads;
  readonly scripts: Pick<DeliveryScripts, 'settle'>;
  readonly partitions: number;
  /** Of the catalog, by name. */
  readonly channels: () => ReadonlyMap<string, Pick<ChannelDefinition, 'kind'>>;
  nowMs(): number;
}

/** One that has not been sent. Times are ISO 8601. */
export interface UnsentDelivery {
  readonly deliveryId: string;
  readonly decisionId: string;
  readonly customerId: string;
  readonly placement: string;
  readonly channel: string;
  readonly trigger: string | null;
  /** That have failed. */
  readonly attempts: number;
  /** Of the last that failed; null = none has. */
  readonly reason: string | null;
  readonly decidedAt: string;
  readonly failedAt: string | null;
  /** null = it was given up, or is of a stream. */
  readonly nextAttemptAt: string | null;
  /** Of a stream, when it is given up where nobody connects; else null. */
  readonly expiresAt: string | null;
}

interface Found extends Indexed {
  readonly partition: number;
}

export class DeliveryDesk {
  constructor(private readonly parts: DeliveryDeskParts) {}

  /**
   * Deliveries of all partitions: of `failed` those that have failed and are not sent, the last to fail
   * first; of `pending` those that have not failed, the last decided first.
   * @throws Unavailable
   */
  async list(status: 'failed' | 'pending', limit: number): Promise<readonly UnsentDelivery[]> {
    const found = status === 'failed' ? await this.failing(limit) : await this.waiting(limit);
    const newest = found.sort((a, b) => b.atMs - a.atMs);
    const entries = await this.entries(status === 'failed' ? newest.slice(0, limit) : newest);
    const wanted = entries.filter(({ entry }) => {
      return (entry.failure !== undefined) === (status === 'failed');
    });
    if (status === 'pending') {
      wanted.sort((a, b) => b.entry.decidedAtMs - a.entry.decidedAtMs);
    }
    const channels = this.parts.channels();
    return wanted.slice(0, limit).map(({ entry, atMs }) => {
      const isStream = channels.get(entry.decision.delivery.channel)?.kind === 'stream';
      return told(entry, atMs, isStream);
    });
  }

  /**
   * Has one that failed tried at once; of a channel that is gone it ends. One that has not failed is on
   * its way, and left as it is.
   * @returns false = it is not there @throws Unavailable
   */
  async retry(deliveryId: string): Promise<boolean> {
    const { reads, scripts } = this.parts;
    for (let n = 0; n < TRIES; n++) {
      const all = await Promise.all(
        this.partitions.map((partition) => reads.entries(partition, [deliveryId])),
      );
      const partition = all.findIndex(([entry]) => (entry ?? null) !== null);
      if (partition === -1) return false;
      const entry = all[partition]![0]!;
      const { attempts, failure, decision } = entry;
      if (failure === undefined) return true;
      const { channel } = decision.delivery;
      const nextAtMs = this.parts.nowMs();
      const isGone = !this.parts.channels().has(channel);
      const answer = await scripts.settle({
        ...{ partition, channel, deliveryId, attempts },
        ...(isGone ? channelGone(entry, nextAtMs) : dueAt({ ...entry, failure }, nextAtMs)),
      });
      if (answer === 'settled') return true;
    }
    // It is being sent all the time.
    return true;
  }

  private get partitions(): readonly number[] {
    return Array.from({ length: this.parts.partitions }, (_, partition) => partition);
  }

  private async failing(limit: number): Promise<Found[]> {
    const { reads } = this.parts;
    return this.foundBy((partition) => reads.failing(partition, 'last', limit));
  }

  private async waiting(limit: number): Promise<Found[]> {
    const { reads, channels } = this.parts;
    const found: Found[] = [];
    for (const name of channels().keys()) {
      const some = await this.foundBy((p) => reads.ofChannel(p, name, 'last', limit));
      found.push(...some.sort((a, b) => b.atMs - a.atMs).slice(0, limit));
    }
    return found;
  }

  private async foundBy(
    read: (partition: number) => Promise<readonly Indexed[]>,
  ): Promise<Found[]> {
    const all = await Promise.all(this.partitions.map(read));
    return all.flatMap((some, partition) => some.map((one) => ({ ...one, partition })));
  }

  /** Those that are still there, in the order of `found`. */
  private async entries(
    found: readonly Found[],
  ): Promise<{ readonly entry: OutboxEntry; readonly atMs: number }[]> {
    const ids = new Map<number, string[]>();
    for (const { partition, deliveryId } of found) {
      ids.set(partition, [...(ids.get(partition) ?? []), deliveryId]);
    }
    const byId = new Map<string, OutboxEntry>();
    await Promise.all(
      [...ids].map(async ([partition, some]) => {
        for (const entry of await this.parts.reads.entries(partition, some)) {
          if (entry !== null) byId.set(entry.decision.delivery.deliveryId, entry);
        }
      }),
    );
    return found.flatMap(({ deliveryId, atMs }) => {
      const entry = byId.get(deliveryId);
      return entry === undefined ? [] : [{ entry, atMs }];
    });
  }
}

/** Workers may have forgotten the channel: nobody would come for it. */
function channelGone(entry: OutboxEntry, atMs: number) {
  const said = {
    status: 'suppressed',
    reason: 'channel_gone',
    attempt: 0,
    nextAtMs: null,
  } as const;
  const record = writeDelivery(entry, { ...said, atMs });
  return { entry: null, dueAtMs: null, failedAtMs: null, record };
}

function dueAt(entry: OutboxEntry & { readonly failure: DeliveryFailure }, nextAtMs: number) {
  const failure = { ...entry.failure, nextAtMs };
  const { atMs } = failure;
  return { entry: { ...entry, failure }, dueAtMs: nextAtMs, failedAtMs: atMs, record: null };
}

function told(entry: OutboxEntry, atMs: number, isStream: boolean): UnsentDelivery {
  const { attempts, customerId, decidedAtMs, failure, decision } = entry;
  const { decisionId, placement, trigger, delivery } = decision;
  return {
    ...{ deliveryId: delivery.deliveryId, decisionId, customerId, placement },
    ...{ channel: delivery.channel, trigger, attempts, reason: failure?.reason ?? null },
    decidedAt: iso(decidedAtMs)!,
    failedAt: iso(failure?.atMs ?? null),
    nextAttemptAt: isStream ? null : iso(failure === undefined ? atMs : failure.nextAtMs),
    expiresAt: isStream ? iso(atMs) : null,
  };
}

function iso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
