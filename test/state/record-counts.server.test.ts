// What `verify` is told of customers, of those who were folded into another, and of names that lead to
// one, at every step of a merge.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyState } from '../../src/model/state.ts';
import type { Moving } from '../../src/pipeline.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { StateCodec } from '../../src/state/codec.ts';
import {
  type RecordCount,
  readRecordCounts,
  scanRecordCounts,
} from '../../src/state/record-counts.ts';
import { RedisNameStore } from '../../src/state/redis-name-store.ts';
import { readStoredValue } from '../../src/state/stored-value.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const keys = new Keys('counts:', 1);
const codec = new StateCodec();
const ETAG = '12345678';

let redis: PrivateRedis;
let connection: RedisConnection;
let names: RedisNameStore;
beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
  names = new RedisNameStore(connection, keys, 60_000);
});
afterAll(async () => {
  connection?.close();
  await redis?.stop();
});

async function putState(id: string, records: number): Promise<void> {
  const value = codec.encode({ ...emptyState(id), records }, ETAG);
  await connection.call('set', [keys.customer(0, id), Buffer.from(value, 'latin1')]);
}

async function sealed(id: string): Promise<Moving> {
  const value = (await connection.call('get', [keys.customer(0, id)])) as Buffer;
  const stored = readStoredValue(codec, id, value.toString('latin1'));
  if (stored.kind !== 'moving') throw new Error(`${id} is ${stored.kind}`);
  return { ...stored, move: { ...stored.move, from: id, returns: false } };
}

async function scanned(): Promise<Record<string, number | null>> {
  const found: RecordCount[] = [];
  for await (const page of scanRecordCounts(connection, keys, () => true)) found.push(...page);
  return Object.fromEntries(found.map(({ customerId, records }) => [customerId, records]));
}

it('counts what a customer had before, at every step of a merge and after it', async () => {
  await putState('u1', 3);
  await putState('anonymous:a1', 7);
  await names.claim({
    ...{ id: 'phone:x', by: 'u1', nowMs: 1, over: '', loser: '', sharing: null },
  });
  await connection.call('set', [keys.customer(0, 'damaged'), 'a']);
  const told = { u1: 3, 'anonymous:a1': 7, damaged: null };
  expect(await scanned()).toEqual(told);
  const move = { mergeId: 'm1', from: 'anonymous:a1', to: 'u1', atMs: 1, clockMs: 1 };
  expect(await names.seal('anonymous:a1', ETAG, move)).toBe(true);
  expect(await scanned()).toEqual(told);
  expect(await names.forward('anonymous:a1', await sealed('anonymous:a1'), 'u1')).toBe(true);
  expect(await scanned()).toEqual(told);
  // A forward expires; history does not forget what was.
  await connection.call('del', [keys.customer(0, 'anonymous:a1')]);
  const ids = ['anonymous:a1', 'u1', 'phone:x', 'nobody'];
  const read = await readRecordCounts(connection, keys, ids);
  expect(read.map(({ records }) => records)).toEqual([7, 3, 0, 0]);
});
