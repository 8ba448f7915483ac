import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { DraftState } from '../../src/model/draft-state.ts';
import { partitionOf } from '../../src/model/hash.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { RedisStateStore } from '../../src/state/redis-state-store.ts';
import { increment } from '../contract/state-store-contract.ts';
import { startAwakeClock } from '../support/awake-clock.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

/** Every write waits for the disk, which may be busy. */
const DEADLINE_MS = 3_000;
const keys = new Keys('store:', 2);

let redis: PrivateRedis;
const connections: RedisConnection[] = [];
beforeAll(async () => {
  // Every write is on disk before its answer, so that a killed Redis comes back with what it said.
  redis = await startPrivateRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
});
afterAll(async () => {
  for (const connection of connections) connection.close();
  await redis.stop();
});

async function open(cacheBytesMax = 1_000_000) {
  const connection = openConnection({ url: redis.socket, deadlineMs: DEADLINE_MS });
  connections.push(connection);
  await connection.ready();
  const counts = { hits: 0, misses: 0 };
  const store = new RedisStateStore(
    connection,
    keys,
    { stateBytesMax: 16_384, stateExpiryMs: 60_000, cacheBytesMax, ledgerMax: 100_000 },
    {
      cacheHit: () => counts.hits++,
      cacheMiss: () => counts.misses++,
      dropped() {},
      oversize() {},
      stateBytes() {},
      torn() {},
    },
  );
  return { store, counts, connection };
}
async function counted(store: RedisStateStore, id: string): Promise<number> {
  store.evict(id);
  const loaded = await store.load(id);
  return 'kind' in loaded ? -1 : loaded.state.records;
}

describe('the Redis state store', () => {
  it('reads a state once and keeps it until it is evicted', async () => {
    const { store, counts } = await open();
    await increment(store, 'cached', 1);
    await increment(store, 'cached', 2);
    await store.load('cached');
    expect(counts).toEqual({ hits: 2, misses: 1 });
    store.evict('cached');
    await store.load('cached');
    expect(counts.misses).toBe(2);
  });

  it('bounds what it keeps by size, and goes on without', async () => {
    const { store } = await open(20_000);
    for (let i = 0; i < 50; i++) await increment(store, `many-${i}`, i);
    expect(store.cached.states).toBeGreaterThan(0);
    expect(store.cached.bytes).toBeLessThanOrEqual(20_000);
    expect(await counted(store, 'many-0')).toBe(1);
  });

  it('renews the expiry of a state now and then, not with every commit', async () => {
    const { store } = await open();
    const admin = redis.connect();
    const key = keys.customer(partitionOf('expiring', 2), 'expiring');
    const stepTo = async (asOfMs: number) => {
      const loaded = await store.load('expiring');
      if ('kind' in loaded) throw new Error('moved');
      const state = new DraftState(loaded.state);
      state.asOfMs = asOfMs;
      const commit = { expectedEtag: loaded.etag, state, records: ['r'], messageIds: ['m'] };
      const outcome = await store.commit({
        customerId: 'expiring',
        receivedAtMs: asOfMs,
        recents: new Set(),
        grants: [],
        deliveries: [],
        ...commit,
      });
      expect(outcome.kind).toBe('committed');
      const leftMs = await admin.pttl(key);
      await admin.pexpire(key, 10_000);
      return leftMs;
    };
    // An expiry of 60 s, in parts of 937.5 ms.
    expect(await stepTo(1_000)).toBeGreaterThan(10_000);
    expect(await stepTo(1_500)).toBeLessThanOrEqual(10_000);
    expect(await stepTo(1_900)).toBeGreaterThan(10_000);
  });

  it('shows what is stored with its size, past the cache', async () => {
    const { store } = await open();
    expect(await store.inspect('shown')).toBe(null);
    await increment(store, 'shown', 1);
    const shown = await store.inspect('shown');
    expect(shown?.kind === 'state' && shown.state.records).toBe(1);
    expect(shown?.kind === 'state' && shown.stateBytes).toBeGreaterThan(10);
  });

  it('finds out after a cut whether a commit happened, since it forgets what it had cached', async () => {
    const { store, connection } = await open();
    await increment(store, 'cut', 1);
    process.kill(redis.pid, 'SIGSTOP');
    // It waits in the stopped Redis' socket when the deadline cuts the connection.
    await expect(increment(store, 'cut', 2)).rejects.toThrow(Unavailable);
    process.kill(redis.pid, 'SIGCONT');
    await expect.poll(() => connection.isReady).toBe(true);
    const before = await counted(store, 'cut');
    expect([1, 2]).toContain(before);
    await increment(store, 'cut', 3);
    expect(await counted(store, 'cut')).toBe(before + 1);
  });

  it('is unavailable within the deadline when Redis hangs', async () => {
    const { store, connection } = await open();
    await increment(store, 'hung', 1);
    process.kill(redis.pid, 'SIGSTOP');
    const clock = startAwakeClock();
    try {
      await expect(increment(store, 'hung', 2)).rejects.toThrow(Unavailable);
      expect(clock.nowMs()).toBeLessThan(DEADLINE_MS * 4);
    } finally {
      clock.stop();
      process.kill(redis.pid, 'SIGCONT');
    }
    await expect.poll(() => connection.isReady).toBe(true);
    await increment(store, 'hung', 3);
  });

  it('survives a Redis killed in mid-flight: unavailable, then right again, with no restart of ours', async () => {
    const { store, connection } = await open();
    let acknowledged = 0;
    let unavailable = 0;
    let other: unknown = null;
    let stopped = false;
    const worker = async (w: number) => {
      while (!stopped) {
        try {
          await increment(store, `killed-${w}`, 0);
          acknowledged++;
        } catch (error) {
          if (error instanceof Unavailable) unavailable++;
          else other = error;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    };
    const workers = Array.from({ length: 8 }, (_, w) => worker(w));
    await expect.poll(() => acknowledged).toBeGreaterThan(50);
    await redis.kill('SIGKILL');
    await expect.poll(() => unavailable).toBeGreaterThan(8);
    await redis.restart();
    await expect.poll(() => connection.isReady).toBe(true);
    const until = acknowledged + 50;
    await expect.poll(() => acknowledged).toBeGreaterThan(until);
    stopped = true;
    await Promise.all(workers);
    expect(other).toBe(null);

    let records = 0;
    for (let w = 0; w < 8; w++) records += await counted(store, `killed-${w}`);
    // Acknowledged means written; what was cut may have been written too, at most one a worker.
    expect(records).toBeGreaterThanOrEqual(acknowledged);
    expect(records).toBeLessThanOrEqual(acknowledged + 8);
    const client = redis.connect();
    let inLedger = 0;
    for (let p = 0; p < 2; p++) {
      const entries = await client.xrange(keys.partition(p).ledger, '-', '+');
      expect(entries.map(([id]) => id)).toEqual(entries.map((_, i) => `${i + 1}-0`));
      inLedger += entries.filter(([, [, record]]) => record!.startsWith('killed-')).length;
    }
    expect(inLedger).toBe(records);
  });
});
