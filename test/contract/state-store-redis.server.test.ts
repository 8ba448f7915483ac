import { partitionOf } from '../../src/model/hash.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { EtagPool } from '../../src/state/etag.ts';
import { RedisStateStore } from '../../src/state/redis-state-store.ts';
import { forwardTo } from '../../src/state/stored-value.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { describeStateStore, LEDGER_MAX, STATE_BYTES_MAX } from './state-store-contract.ts';

describeStateStore('Redis', async () => {
  const redis = await startPrivateRedis();
  return storesOn(redis.socket, 0, () => redis.stop());
});

describeStateStore('a Redis Cluster with replicas that confirm', async () => {
  const cluster = await startRedisCluster();
  return storesOn(cluster.url, 1, () => cluster.stop());
});

async function storesOn(url: string, replicas: number, stop: () => Promise<void>) {
  const keys = new Keys('contract:', 4);
  const connections: RedisConnection[] = [];
  const connect = () => {
    const connection = openConnection({ url, deadlineMs: 10_000, replicas });
    connections.push(connection);
    return connection;
  };
  const admin = connect();
  // Stores are opened within tests, synchronously: their connections wait here, ready.
  const spare = Array.from({ length: 40 }, connect);
  await Promise.all(connections.map((connection) => connection.ready()));
  const keyOf = (customerId: string) => keys.customer(partitionOf(customerId, 4), customerId);
  return {
    open: () =>
      new RedisStateStore(spare.pop()!, keys, {
        stateBytesMax: STATE_BYTES_MAX,
        stateExpiryMs: 60_000,
        cacheBytesMax: 1_000_000,
        ledgerMax: LEDGER_MAX,
      }),
    ledgers: () =>
      Promise.all(
        [0, 1, 2, 3].map(async (p) => {
          const entries = await admin.call('xrange', [keys.partition(p).ledger, '-', '+']);
          return (entries as [Buffer, Buffer[]][]).map(([id, [, record]]) => ({
            n: Number(id.toString().slice(0, -'-0'.length)),
            record: record!.toString(),
          }));
        }),
      ),
    forward: async (customerId: string, to: string) => {
      await admin.call('set', [keyOf(customerId), forwardTo(to, new EtagPool().next())]);
    },
    expire: async (customerId: string) => {
      await admin.call('del', [keyOf(customerId)]);
    },
    allot: async (customerId: string, field: string, limit: number) => {
      const { budgets } = keys.partition(partitionOf(customerId, 4));
      await admin.call('hset', [budgets, field, `${limit} ${limit} 0 0`]);
    },
    trim: async (partition: number) => {
      await admin.call('xtrim', [keys.partition(partition).ledger, 'MAXLEN', '0']);
    },
    close: async () => {
      for (const connection of connections) connection.close();
      await stop();
    },
  };
}
