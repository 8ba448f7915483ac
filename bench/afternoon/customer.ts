// What is known of a customer in Redis: a hash of counters, sorted sets for what has a window. Counts
// are Redis's own increments; a read and a write are one round trip each, in a MULTI.

import type { ChainableCommander, Redis } from 'ioredis';
import type { Event } from './event.ts';

const DAY_MS = 86_400_000;
const VIEWS_MS = 30 * 60_000;
const HALF_LIFE_MS = 7 * DAY_MS;

/** A customer as the rules see it, this event included. */
export interface Customer {
  readonly hash: Record<string, string>;
  /** `product|message`, `total|message`, `offer|decision`: within their windows. */
  readonly views: readonly string[];
  readonly orders: readonly string[];
  readonly shown: readonly string[];
  readonly likes: Record<string, { weight: number; atMs: number }>;
}

export interface Given {
  readonly decisionId: string;
  readonly trigger: string;
  readonly placement: string;
  readonly offers: readonly { readonly offerId: string }[];
}

const keyOf = (userId: string, what: string) => `afternoon:{${userId}}:${what}`;

/** The answer given before to this message, '' while that is under way; null = never seen. */
export function seenAnswer(redis: Redis, { userId, messageId }: Event): Promise<string | null> {
  return redis.set(keyOf(userId, `seen:${messageId}`), '', 'EX', 86_400, 'NX', 'GET');
}

/** Counts the event and reads the customer. */
export async function count(redis: Redis, event: Event, nowMs: number): Promise<Customer> {
  const { userId, messageId, properties } = event;
  const [customer, views, orders, shown] = ['customer', 'views', 'orders', 'shown'].map((what) =>
    keyOf(userId, what),
  ) as [string, string, string, string];
  const multi = redis.multi().hincrby(customer, 'events', 1);
  if (event.event === 'Product Viewed') {
    multi.zadd(views, nowMs, `${properties.product_id}|${messageId}`).pexpire(views, VIEWS_MS);
  }
  if (event.event === 'Order Completed') {
    multi.zadd(orders, nowMs, `${properties.total}|${messageId}`).pexpire(orders, 90 * DAY_MS);
  }
  multi.zrange(views, nowMs - VIEWS_MS, '+inf', 'BYSCORE');
  multi.zrange(orders, nowMs - 90 * DAY_MS, '+inf', 'BYSCORE');
  multi.zrange(shown, nowMs - 7 * DAY_MS, '+inf', 'BYSCORE');
  const replies = (await run(multi.hgetall(customer))).slice(-4);
  const [viewed, ordered, given] = replies as [string[], string[], string[]];
  const hash = replies[3] as Record<string, string>;
  const likes = JSON.parse(hash.likes ?? '{}') as Customer['likes'];
  if (typeof properties.category === 'string') {
    const { weight, atMs } = likes[properties.category] ?? { weight: 0, atMs: nowMs };
    const decayed = weight * 2 ** ((atMs - nowMs) / HALF_LIFE_MS);
    likes[properties.category] = { weight: decayed + 1, atMs: nowMs };
  }
  return { hash, likes, views: viewed, orders: ordered, shown: given };
}

/** Writes what follows from the event: likes, cooldowns, caps, ledger, the answer for retries. */
export async function save(
  redis: Redis,
  event: Event,
  { likes }: Customer,
  given: readonly Given[],
  nowMs: number,
): Promise<void> {
  const { userId, messageId } = event;
  const multi = redis.multi().hset(keyOf(userId, 'customer'), 'likes', JSON.stringify(likes));
  for (const { trigger, offers, decisionId } of given) {
    multi.hset(keyOf(userId, 'customer'), `cooldown:${trigger}`, nowMs);
    for (const { offerId } of offers) {
      multi.zadd(keyOf(userId, 'shown'), nowMs, `${offerId}|${decisionId}`);
    }
  }
  multi.set(keyOf(userId, `seen:${messageId}`), JSON.stringify(given), 'EX', 86_400);
  await run(multi.xadd('afternoon:ledger', '*', 'event', JSON.stringify({ ...event, given })));
}

async function run(multi: ChainableCommander): Promise<unknown[]> {
  return ((await multi.exec()) ?? []).map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}
