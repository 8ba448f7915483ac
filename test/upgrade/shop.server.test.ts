// What a Redis of version 1 held is served as its own build would have gone on with it.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CustomerEvent } from '../../src/model/event.ts';
import { partitionOf } from '../../src/model/hash.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { Submission } from '../../src/model/step.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { CODEC_VERSION } from '../../src/state/codec-version.ts';
import { ETAG_BYTES } from '../../src/state/etag.ts';
import { RedisStateStore } from '../../src/state/redis-state-store.ts';
import { pipelineOn, shown, TestCatalogs } from '../model/twins.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { restoreKeys } from './stored-deployment.ts';
import { catalogOf, comparable, DAYS_AFTER, type NextEvent, storedShop } from './stored-shop.ts';

const shop = storedShop();
const keys = new Keys('proffer:', shop.partitions);
const keyOf = (id: string) => keys.customer(partitionOf(id, shop.partitions), id);

let redis: PrivateRedis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  await restoreKeys(redis.connect(), { ...shop, view: {} });
  connection = openConnection({ url: redis.socket, deadlineMs: 10_000 });
  await connection.ready();
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

it('steps on, deduplicates and answers as the build that stored it, and writes version 2', async () => {
  // That catalog was the second to be published.
  const catalogs = new TestCatalogs([catalogOf(shop)]);
  catalogs.publish();
  const limits = { stateBytesMax: 16_384, ledgerMax: 1_000_000 };
  const store = new RedisStateStore(connection, keys, {
    ...{ ...limits, stateExpiryMs: 1e10, cacheBytesMax: 10_000_000 },
  });
  const pipeline = pipelineOn(store, catalogs);
  for (const sent of shop.steps) {
    const result = await pipeline.submit(submissionOf(sent));
    const { messageId, duplicate, answer } = sent;
    expect(result).toMatchObject({ kind: 'done', messageId, duplicate, answer });
  }
  const client = redis.connect();
  for (const { id, state, view } of shop.after) {
    const loaded = await store.load(id);
    if ('kind' in loaded) throw new Error('moved');
    expect(asBefore(comparable(loaded.state))).toMatchObject(state);
    const atMs = shop.atMs + DAYS_AFTER * 86_400_000;
    expect(await shown(store, catalogs, id, atMs)).toMatchObject(view);
    const value = await client.getBuffer(keyOf(id));
    expect([id, value![ETAG_BYTES]]).toEqual([id, CODEC_VERSION]);
  }
});

function submissionOf({ userId, messageId, event: name, properties, atMs }: NextEvent): Submission {
  const event: CustomerEvent = {
    ...{ type: 'track', name, label: name, userId, anonymousId: null, timestampMs: atMs },
    ...{ properties, traits: {}, context: {} },
  };
  return {
    ...{ stimulus: { kind: 'event', event, outcome: null }, customerId: userId, messageId },
    ...{ nowMs: atMs, receivedAtMs: atMs, live: true, decide: true, record: true },
  };
}

/** What an interval keeps today besides, from an event on that came since: the squares of its gaps. */
function asBefore(state: JsonObject): JsonObject {
  const intervals = new Set(
    catalogOf(shop).features.flatMap(({ kind, id }) => (kind === 'interval' ? [id] : [])),
  );
  const { map: features } = state.features as { readonly map: [string, JsonValue][] } & JsonObject;
  const map = features.map(([id, value]) =>
    intervals.has(id) && Array.isArray(value) ? [id, value.slice(0, 3)] : [id, value],
  );
  return { ...state, features: { map } } as JsonObject;
}
