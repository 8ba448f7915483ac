// What a Redis says that it used: its CPU is more exact there than what the operating system counts in
// hundredths of a second.

import type { Redis } from 'ioredis';

/** CPU of user and system since its start, µs. */
export async function redisCpuUs(client: Redis): Promise<number> {
  const info = await client.info('cpu');
  const of = (name: string) => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1]);
  return (of('used_cpu_user') + of('used_cpu_sys')) * 1e6;
}

/** Memory that its data and its clients take, bytes. */
export async function redisBytes(client: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
}

/** Empties the ledgers: what has happened is none of the state's. */
export async function emptyLedgers(client: Redis): Promise<void> {
  for (const key of await client.keys('*:ledger')) await client.xtrim(key, 'MAXLEN', 0);
}
