// Whatever keeps the states, callers see the same: random behaviour through three pipelines, on
// states as the engine made them, on their documents in memory, and on a real Redis; and two
// pipelines on one Redis count as one does.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Submission } from '../../src/model/step.ts';
import type { Result } from '../../src/pipeline.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { MemoryStateStore, StateMemory } from '../../src/state/memory-state-store.ts';
import { RedisStateStore } from '../../src/state/redis-state-store.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { CATALOGS, RandomSubmissions } from './random-submissions.ts';
import { PlainStore, pipelineOn, shown, TestCatalogs } from './twins.ts';

const SEED = testSeed();
const ROUNDS = Number(process.env.PROFFER_MODEL_ROUNDS ?? 6);
const SUBMISSIONS = 350;
const PARTITIONS = 2;
const CUSTOMERS = ['u1', 'anonymous:ä', 'u 3'];
const LIMITS = { stateBytesMax: 64 * 1024, ledgerMax: 1_000_000 };

let redis: PrivateRedis;
let prefixes = 0;
const connections: RedisConnection[] = [];
beforeAll(async () => {
  redis = await startPrivateRedis();
});
afterAll(async () => {
  for (const connection of connections) connection.close();
  await redis?.stop();
});

/** Opens stores on the same fresh keys, each as in a process of its own. */
function freshRedis(keys = new Keys(`model${prefixes++}:`, PARTITIONS)) {
  return async (cacheBytesMax: number) => {
    const connection = openConnection({ url: redis.socket, deadlineMs: 10_000 });
    connections.push(connection);
    await connection.ready();
    const settings = { ...LIMITS, stateExpiryMs: 1e9, cacheBytesMax };
    return new RedisStateStore(connection, keys, settings);
  };
}

it.each(Array.from({ length: ROUNDS }, (_, i) => SEED + i))(
  'gives the same answers and views on every store (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const catalogs = new TestCatalogs(CATALOGS);
    const keys = new Keys(`model${prefixes++}:`, PARTITIONS);
    const open = freshRedis(keys);
    const memory = new StateMemory(PARTITIONS);
    const plain = new PlainStore();
    const stores = [
      plain,
      new MemoryStateStore(memory, LIMITS),
      // One remembers states, as gateways do; the other two see what came through the codec.
      await open(10_000_000),
    ] as const;
    const pipelines = stores.map((store) => pipelineOn(store, catalogs));
    const reader = await open(1);
    const behaviour = new RandomSubmissions(random, CUSTOMERS);
    for (let sent = 0; sent < SUBMISSIONS; ) {
      if (random() < 0.01) catalogs.publish();
      const run = behaviour.some();
      sent += run.length;
      const results = await Promise.all(pipelines.map((pipeline) => submitAll(pipeline, run)));
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
      behaviour.answered(run, results[0]!);
      if (random() < 0.05) stores[2].evict(run[0]!.customerId);
      if (random() > 0.1) continue;
      const atMs = behaviour.nowMs + random.below(3) * 3_600_000;
      for (const id of CUSTOMERS) {
        const expected = await shown(plain, catalogs, id, atMs);
        reader.evict(id);
        for (const store of [stores[1], stores[2], reader]) {
          expect(await shown(store, catalogs, id, atMs)).toEqual(expected);
        }
      }
    }
    expect(plain.records.length).toBeGreaterThan(SUBMISSIONS / 2);
    expect(memory.ledgers.flat().sort()).toEqual([...plain.records].sort());
    expect(await ledgersOf(keys)).toEqual(memory.ledgers);
    expect(behaviour.offered.length).toBeGreaterThan(10);
  },
);

it('counts exactly and keeps caps when two pipelines take turns on one store', async () => {
  const random = seeded(SEED);
  const catalogs = new TestCatalogs(CATALOGS);
  const open = freshRedis();
  const counted = { committed: 0, conflicts: 0, duplicates: 0 };
  const stores = [await open(10_000_000), await open(10_000_000)];
  const pipelines = stores.map((store) => pipelineOn(store, catalogs, counted));
  const plain = new PlainStore();
  const serial = pipelineOn(plain, catalogs);
  const nowMs = Date.UTC(2026, 10, 22, 2);
  const events = Array.from({ length: 500 }, (_, i) => bought(`b${i}`, CUSTOMERS[i % 3]!, nowMs));
  // A tenth is sent to both.
  const sent = [...events, ...events.filter(() => random() < 0.1)];
  let shownThrice = 0;
  for (let at = 0; at < sent.length; at += 50) {
    const burst = sent.slice(at, at + 50);
    const results = await Promise.all(
      burst.map((submission) => random.pick(pipelines).submit(submission)),
    );
    for (const result of results) {
      if (result.kind !== 'done') throw new Error(JSON.stringify(result));
      if (!result.duplicate && result.answer.includes('"thrice"')) shownThrice++;
    }
  }
  for (const event of sent) await serial.submit(event);
  const reader = await open(1);
  for (const id of CUSTOMERS) {
    const [own, expected] = (await Promise.all(
      [reader, plain].map((store) => shown(store, catalogs, id, nowMs)),
    )) as { features: object; records: number }[];
    expect([own!.features, own!.records]).toEqual([expected!.features, expected!.records]);
  }
  expect(shownThrice).toBe(3 * CUSTOMERS.length);
  expect(counted.committed).toBe(events.length);
  expect(counted.conflicts).toBeGreaterThan(10);
  expect(counted.duplicates).toBeGreaterThanOrEqual(sent.length - events.length);
});

/** The records of every partition, in order. */
function ledgersOf(keys: Keys): Promise<string[][]> {
  const client = redis.connect();
  return Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) => {
      const entries = await client.xrange(keys.partition(partition).ledger, '-', '+');
      return entries.map(([, fields]) => fields[1]!);
    }),
  );
}

function submitAll(
  pipeline: ReturnType<typeof pipelineOn>,
  run: readonly Submission[],
): Promise<Result[]> {
  return Promise.all(run.map((submission) => pipeline.submit(submission)));
}

function bought(messageId: string, customerId: string, nowMs: number): Submission {
  const event = {
    ...{ type: 'track' as const, name: 'Bought', label: 'Bought', messageId, customerId },
    ...{ userId: customerId, anonymousId: null, timestampMs: nowMs, receivedAtMs: nowMs },
    ...{ properties: { product: 'p1', amount: 2 }, traits: {}, context: {} },
  };
  return {
    stimulus: { kind: 'event', event, outcome: null },
    ...{
      customerId,
      messageId,
      nowMs,
      receivedAtMs: nowMs,
      live: true,
      decide: true,
      record: true,
    },
  };
}
