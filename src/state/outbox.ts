// What of a commit goes to the outbox of its partition.

import type { Commit } from '../pipeline.ts';
import type { CommitDeliver } from '../redis/commit-call.ts';
import type { Keys } from '../redis/keys.ts';

/** null = nothing. */
export function deliverOf(
  { customerId, deliveries }: Commit,
  keys: Keys,
  partition: number,
): CommitDeliver | null {
  if (deliveries.length === 0) return null;
  const { outbox, news } = keys.partition(partition);
  return {
    outboxKey: outbox,
    feedKey: keys.feed(partition, customerId),
    newsKey: news,
    deliveries: deliveries.map((delivery) => ({
      ...delivery,
      dueKey: keys.dueDeliveries(partition, delivery.channel),
    })),
  };
}
