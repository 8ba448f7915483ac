// What is kept for a customer's streams in Redis, and what of it is still in the outbox.

import { type DeliveredDecision, FEED_MAX, type OutboxEntry } from '../model/delivery.ts';
import { partitionOf } from '../model/hash.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

/** A delivery in a feed. */
export interface FeedEntry {
  /** Its id in the Redis stream. */
  readonly position: string;
  readonly deliveryId: string;
  /** JSON of the decision, as it was written. */
  readonly text: string;
  readonly entry: OutboxEntry;
  /** Nobody has had it: it is in the outbox. */
  readonly isPending: boolean;
}

/** Before all of a feed. */
export const FEED_START = '0-0';

export class Feeds {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
  ) {}

  /** What is after a position, oldest first. @throws Unavailable */
  async read(customerId: string, after: string): Promise<readonly FeedEntry[]> {
    const partition = partitionOf(customerId, this.keys.partitions);
    const from = after === FEED_START ? '-' : `(${after}`;
    const range = [this.keys.feed(partition, customerId), from, '+', 'COUNT', String(FEED_MAX)];
    const stored = (await this.connection.call('xrange', range)) as readonly StoredEntry[];
    if (stored.length === 0) return [];
    const read = stored.flatMap((one) => readEntry(one, customerId));
    const ids = read.map(({ deliveryId }) => deliveryId);
    const { outbox } = this.keys.partition(partition);
    const waiting = (await this.connection.call('hmget', [outbox, ...ids])) as unknown[];
    return read.map((one, i) => ({ ...one, isPending: waiting[i] !== null }));
  }
}

const MARK = 'at_';
const POSITION = /^\d{1,15}-\d{1,15}$/;

/**
 * A position as an event id. Who was sent a decision as the first, and lost it with the connection, has no
 * delivery to name: the decision is sent, and nobody has had it.
 */
export function markOf(position: string): string {
  return MARK + position;
}

/** null = the id is no mark. */
export function positionMarked(id: string): string | null {
  const position = id.slice(MARK.length);
  return id.startsWith(MARK) && POSITION.test(position) ? position : null;
}

/** Whether a position comes after another. */
export function isAfter(position: string, other: string): boolean {
  const [ms, n] = position.split('-');
  const [otherMs, otherN] = other.split('-');
  return Number(ms) === Number(otherMs) ? Number(n) > Number(otherN) : Number(ms) > Number(otherMs);
}

type StoredEntry = readonly [Buffer, readonly Buffer[]];

/** Fields as commit.lua writes them: `i`, id, `d`, decision. What is otherwise is of no build of ours. */
function readEntry(
  [position, fields]: StoredEntry,
  customerId: string,
): Omit<FeedEntry, 'isPending'>[] {
  const at = position.toString();
  const deliveryId = fields[1]?.toString() ?? '';
  const text = fields[3]?.toString() ?? '';
  try {
    const decision = JSON.parse(text) as DeliveredDecision;
    const decidedAtMs = Number.parseInt(at, 10);
    const entry = { attempts: 0, customerId, messageId: '', decidedAtMs, decision };
    return [{ position: at, deliveryId, text, entry }];
  } catch {
    return [];
  }
}
