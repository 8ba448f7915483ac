// What commit.lua takes of budgets: all grants of a run, or nothing at all.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CommitScript } from '../../src/redis/commit-script.ts';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { loadScript } from '../../src/redis/script.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { call, customerKey, partition, seenKey, text, value } from './commit-call.ts';

const MAX = String(Number.MAX_SAFE_INTEGER);

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let script: CommitScript;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  script = new CommitScript(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

/** `limit granted used returned` */
const HELD = {
  'a|g': '10 4 1 0',
  'a|d20000': '5 3 1 0',
  'a|m': '1000 500 100 50',
  'b|g': '8 1 0 0',
  'huge|m': `${MAX} ${MAX} 1 0`,
};
beforeEach(async () => {
  await admin.flushall();
  await admin.hset(partition.budgets, HELD);
});

const commit = (grants: readonly string[], over = {}) =>
  script.run(
    call({ grants, ...over }),
    (answer) => answer,
    () => {},
  );
const held = () => admin.hgetall(partition.budgets);
const contents = async () => [await admin.keys('*'), await held()];

describe('commit.lua with grants', () => {
  it('takes of each limit what each grant costs, and touches no other', async () => {
    const all = 'a|g 1 10 a|d20000 1 5 a|m 150 1000';
    const outcome = await commit([all, 'b|g 1 8', all]);
    expect(outcome).toEqual({ kind: 'committed', lastRecord: 1 });
    expect(await held()).toEqual({
      ...HELD,
      ...{ 'a|g': '10 4 3 0', 'a|d20000': '5 3 3 0', 'a|m': '1000 500 400 50', 'b|g': '8 1 1 0' },
    });
  });

  it('takes the last unit, and to the last digit below 2⁵³', async () => {
    await commit(['a|g 1 10', 'a|g 1 10', 'a|g 1 10', `huge|m 9007199254740989 ${MAX}`]);
    expect(await held()).toMatchObject({
      'a|g': '10 4 4 0',
      'huge|m': `${MAX} ${MAX} 9007199254740990 0`,
    });
  });

  it.each<[string, readonly string[], readonly number[]]>([
    ['the one after the last', ['b|g 1 8', 'b|g 1 8'], [1]],
    ['all of an offer after the first that lacks', ['a|m 351 1000', 'a|m 0 1000'], [0, 1]],
    ['of several offers each', ['b|g 1 8', 'a|m 351 1000', 'b|g 1 8', 'a|g 1 10'], [1, 2, 3]],
    ['where one of three limits lacks', ['a|g 1 10 a|d20000 3 5 a|m 1 1000'], [0]],
    ['where the last of three lacks', ['a|g 1 10 a|d20000 1 5 a|m 351 1000'], [0]],
    ['under a larger limit', ['a|g 1 11'], [0]],
    ['under a smaller limit', ['a|g 1 9'], [0]],
    ['of another day', ['a|d20001 1 5'], [0]],
    ['of what the partition never had', ['c|g 1 10'], [0]],
    ['beyond what is exact', [`huge|m ${MAX} ${MAX}`], [0]],
  ])('answers exhausted, and writes nothing: %s', async (_, grants, indexes) => {
    const before = await contents();
    expect(await commit(grants)).toEqual({ kind: 'exhausted', indexes });
    expect(await contents()).toEqual(before);
  });

  it('leaves to the others what a grant that lacks one limit would have taken of another', async () => {
    const outcome = await commit(['a|m 351 1000 b|g 1 8', 'b|g 1 8']);
    expect(outcome).toEqual({ kind: 'exhausted', indexes: [0] });
  });

  it('gives for nothing what costs nothing, though all is spent or never was', async () => {
    await admin.hset(partition.budgets, 'a|m', '1000 500 500 0');
    expect(await commit(['a|m 0 1000', 'c|m 0 7'])).toMatchObject({ kind: 'committed' });
    expect(await held()).toEqual({ ...HELD, 'a|m': '1000 500 500 0' });
  });

  it('takes nothing where it is refused for another reason', async () => {
    const before = await contents();
    expect(await commit(['b|g 1 8'], { expectedEtag: 'etag-xyz' })).toMatchObject({
      kind: 'conflict',
    });
    expect(await commit(['b|g 1 8'], { ledgerMax: 0 })).toEqual({ kind: 'ledger_full' });
    expect(await contents()).toEqual(before);
    await admin.set(partition.marked, '20');
    expect(await commit(['b|g 1 8'])).toEqual({ kind: 'torn' });
    expect(await held()).toEqual(HELD);
    // The ledger refuses a record only while it is written: by then nothing of budgets may be.
    await admin.xadd(partition.ledger, '30-0', 'r', 'a record');
    expect(await commit(['b|g 1 8'])).toEqual({ kind: 'torn' });
    expect(await held()).toEqual(HELD);
  });

  it('is malformed without the key of the budgets, or with grants twice', async () => {
    const { source } = loadScript('commit');
    const before = await contents();
    const keys = [customerKey, partition.ledger, partition.position, seenKey, partition.marked];
    const rest = ['', text(value('etag-001', 1, 'x')), '60000', '10', '1000', 'records', '1', 'r'];
    const grants = ['grants', '1', 'b|g 1 8'];
    expect(await admin.eval(source, 5, ...keys, ...rest, ...grants)).toEqual([6]);
    const all = [...keys, partition.budgets];
    expect(await admin.eval(source, 6, ...all, ...rest, ...grants, ...grants)).toEqual([6]);
    expect(await contents()).toEqual(before);
  });
});
