// How much of each budget is used: summed over what all partitions have.

import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

/** `offer|limit` → what is used of it: grants, or hundredths. */
export type BudgetUsage = ReadonlyMap<string, number>;

/** One partition's part. @throws Unavailable */
export async function usageOfPartition(
  connection: RedisConnection,
  keys: Keys,
  partition: number,
): Promise<BudgetUsage> {
  const reply = await connection.call('hgetall', [keys.partition(partition).budgets]);
  return usageIn(reply as Readonly<Record<string, Buffer>>);
}

/** All of it. @throws Unavailable */
export async function budgetUsage(connection: RedisConnection, keys: Keys): Promise<BudgetUsage> {
  const parts = await Promise.all(
    Array.from({ length: keys.partitions }, (_, p) => usageOfPartition(connection, keys, p)),
  );
  const used = new Map<string, number>();
  for (const part of parts) {
    for (const [field, amount] of part) used.set(field, (used.get(field) ?? 0) + amount);
  }
  return used;
}

/** From the fields of a hash of budgets. */
function usageIn(fields: Readonly<Record<string, Buffer>>): BudgetUsage {
  const used = new Map<string, number>();
  for (const [field, value] of Object.entries(fields)) {
    const [, , amount] = value.toString('latin1').split(' ');
    used.set(field, Number(amount));
  }
  return used;
}
