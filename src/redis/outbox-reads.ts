// What the outbox has, for whoever sends, counts, bounds and shows it.

import { type OutboxEntry, readOutboxText } from '../model/delivery.ts';
import type { Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Entries of the outbox looked at in one call. */
const PAGE = 200;

/** A delivery of an index, and the time that is said of it there, epoch ms. */
export interface Indexed {
  readonly deliveryId: string;
  readonly atMs: number;
}

/** Every call throws Unavailable when Redis is away or late. */
export class OutboxReads {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
  ) {}

  /** How many there are, given up ones too. */
  async size(partition: number): Promise<number> {
    return Number(await this.connection.call('hlen', [this.keys.partition(partition).outbox]));
  }

  /** How many of a channel wait. */
  async waiting(partition: number, channel: string): Promise<number> {
    const key = this.keys.dueDeliveries(partition, channel);
    return Number(await this.connection.call('zcard', [key]));
  }

  /** How many of a channel are due. */
  async due(partition: number, channel: string, nowMs: number): Promise<number> {
    const key = this.keys.dueDeliveries(partition, channel);
    return Number(await this.connection.call('zcount', [key, '-inf', String(nowMs)]));
  }

  /** Those of a channel that are due first, or last. */
  ofChannel(
    partition: number,
    channel: string,
    which: 'first' | 'last',
    most: number,
  ): Promise<readonly Indexed[]> {
    return this.indexed(this.keys.dueDeliveries(partition, channel), which, most);
  }

  /** Those that failed and were not sent since, the first or the last to fail. */
  failing(partition: number, which: 'first' | 'last', most: number): Promise<readonly Indexed[]> {
    return this.indexed(this.keys.partition(partition).failing, which, most);
  }

  /** An index says something of what is not there any more. */
  async notFailing(partition: number, deliveryId: string): Promise<void> {
    await this.connection.call('zrem', [this.keys.partition(partition).failing, deliveryId]);
  }

  /** In the order of the ids; null = it is not there. */
  async entries(
    partition: number,
    ids: readonly string[],
  ): Promise<readonly (OutboxEntry | null)[]> {
    if (ids.length === 0) return [];
    const { outbox } = this.keys.partition(partition);
    const texts = (await this.connection.call('hmget', [outbox, ...ids])) as (Buffer | null)[];
    return texts.map((text) => (text === null ? null : readOutboxText(text.toString())));
  }

  /**
   * The channels of some of what there is.
   * @param cursor '0' at first; so it is again when all was seen
   */
  async channelsIn(
    partition: number,
    cursor: string,
  ): Promise<{ readonly cursor: string; readonly channels: ReadonlySet<string> }> {
    const { outbox } = this.keys.partition(partition);
    const answer = await this.connection.call('hscan', [outbox, cursor, 'count', String(PAGE)]);
    const [next, flat] = answer as readonly [Buffer, readonly Buffer[]];
    const channels = new Set<string>();
    for (let i = 1; i < flat.length; i += 2) {
      const entry = readOutboxText(flat[i]!.toString());
      if (entry !== null) channels.add(entry.decision.delivery.channel);
    }
    return { cursor: next.toString(), channels };
  }

  private async indexed(
    key: string,
    which: 'first' | 'last',
    most: number,
  ): Promise<readonly Indexed[]> {
    if (most < 1) return [];
    const command = which === 'first' ? 'zrange' : 'zrevrange';
    const args = [key, '0', String(most - 1), 'withscores'];
    const flat = (await this.connection.call(command, args)) as readonly Buffer[];
    const found: Indexed[] = [];
    for (let i = 0; i < flat.length; i += 2) {
      found.push({ deliveryId: flat[i]!.toString(), atMs: Number(flat[i + 1]!.toString()) });
    }
    return found;
  }
}
