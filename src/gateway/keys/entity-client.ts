// What redis-om's hash entities need of a client, on our own connection: so they are found wherever
// that finds Redis (one server, Sentinel, a cluster), with its deadline and its faults.

import type { RedisConnection as OmConnection } from 'redis-om';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import { loadScript } from '../../redis/script.ts';

/** Fields and values of a hash. */
type Hash = Readonly<Record<string, string | number>>;

/** For `new Repository(schema, …)` of a schema with `dataStructure: 'HASH'`; no search, no JSON. */
export function entityClient(connection: RedisConnection): OmConnection {
  const replace = loadScript('replace-hash');
  replace.loadInto(connection);
  const client = {
    async hGetAll(key: string): Promise<Record<string, string>> {
      // ioredis makes an object of this reply.
      const reply = (await connection.call('hgetall', [key])) as Record<string, Buffer>;
      return Object.fromEntries(Object.entries(reply).map(([k, value]) => [k, String(value)]));
    },
    unlink: (keys: readonly string[]) =>
      Promise.all(keys.map((key) => connection.call('unlink', [key]))),
    // redis-om saves as MULTI, UNLINK, HSET, EXEC, of one key.
    multi: () => ({
      unlink: () => ({
        hSet: (key: string, hash: Hash) => ({
          exec: () => replace.run(connection, [key], Object.entries(hash).flat().map(String)),
        }),
      }),
    }),
  };
  return client as unknown as OmConnection;
}
