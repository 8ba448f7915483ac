// What a learner tells over a real Redis, and what those have who follow it: late, fallen behind, with a
// part that cannot be read, with Redis away in between, with a ledger that went back.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DEFAULT_ITEMS } from '../../src/catalog/compile-items.ts';
import { Unavailable } from '../../src/errors.ts';
import { readPositions, readRecords } from '../../src/ledger/ledger-reader.ts';
import type { CrowdTables } from '../../src/model/crowd/crowd-tables.ts';
import { FollowCrowd } from '../../src/recommend/follow-crowd.ts';
import type { EventRow } from '../../src/recommend/learned-events.ts';
import { type LearningParts, LearningRun, RunOver } from '../../src/recommend/learning-run.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { CrowdStore, type CurrentCrowd } from '../../src/redis/crowd-store.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const PARTITIONS = 2;
const keys = new Keys('proffer:', PARTITIONS);
let redis: PrivateRedis;
let connection: RedisConnection;
let store: CrowdStore;
let isMine = true;
/** Whether nothing is spooled. */
let isWhole = true;
/** What history has, where a ledger was trimmed. */
let history: { partition: number; id: number; row: EventRow }[] = [];
let told = 0;

beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
  store = new CrowdStore(connection, keys);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(async () => {
  await connection.call('flushall', []);
  isMine = true;
  isWhole = true;
  history = [];
});

function newRun(
  epoch: string,
  over: Partial<CrowdStore> = {},
  parts: Partial<LearningParts> = {},
): LearningRun {
  const all = Array.from({ length: PARTITIONS }, (_, p) => p);
  return new LearningRun(epoch, DEFAULT_ITEMS, {
    store: Object.assign(Object.create(store), over) as CrowdStore,
    ...{ partitions: PARTITIONS, itemsMax: 500, isMine: () => isMine, nowMs: () => Date.now() },
    async *history(ranges) {
      yield history
        .filter(({ partition, id }) =>
          ranges.some((of) => of.partition === partition && id >= of.first && id <= of.last),
        )
        .map(({ row }) => row);
    },
    positions: (of) => readPositions(connection, keys, of),
    isHistoryWhole: async () => isWhole,
    written: async () =>
      Promise.all(
        all.map(async (p) =>
          Number((await connection.call('get', [keys.partition(p).position])) ?? 0),
        ),
      ),
    records: (ranges) => readRecords(connection, keys, ranges),
    told: (count) => {
      told += count;
    },
    ...parts,
  });
}

function newFollower(from = store): FollowCrowd {
  return new FollowCrowd({
    ...{ store: from, itemsMax: 500, isNeeded: () => true, nowMs: () => Date.now() },
    onFault(error) {
      throw error;
    },
  });
}

/** Somebody looks at an item, as the ledger has it. */
async function look(partition: number, customer: string, itemId: string): Promise<EventRow> {
  const { ledger, position } = keys.partition(partition);
  const id = Number(await connection.call('incr', [position]));
  const row = {
    ...{ customer_id: customer, event: 'Product Viewed', timestamp: Date.now() },
    properties: { product_id: itemId, category: 'c', price: id },
  };
  const record = `2 ${Date.now()} 3 0 7 12 abc\ne${JSON.stringify(row)}`;
  await connection.call('xadd', [ledger, `${id}-0`, 'r', record]);
  return row;
}

async function shop(rounds: number): Promise<void> {
  for (let i = 0; i < rounds; i++) await look(i % 2, `u${i % 7}`, `p${(i * 5) % 11}`);
}

const digest = ({ tables }: LearningRun) => tables.digest();
async function digestAt(follower: FollowCrowd): Promise<string> {
  await follower.look();
  return (follower.current() as CrowdTables).digest();
}

it('gives who follows the same tables, from the start, late, and over another run', async () => {
  const early = newFollower();
  early.items.declare({ ...DECLARED, itemId: 'p5', price: 9 });
  const run = newRun('a');
  await shop(20);
  await run.begin();
  await run.follow();
  expect(await digestAt(early)).toBe(digest(run));
  await shop(30);
  await run.follow();
  const late = newFollower();
  expect([await digestAt(early), await digestAt(late)]).toEqual([digest(run), digest(run)]);
  const { items } = early.current();
  expect(items.at(items.numberOf('p5'))).toMatchObject({ price: 9, category: 'c' });

  // Nothing is in history: the other run begins with nothing, and what is declared stays.
  const other = newRun('b');
  await other.begin();
  await other.follow();
  expect(await digestAt(early)).toBe(digest(other));
  expect(early.current().items.at(early.current().items.numberOf('p5'))?.price).toBe(9);
  expect(Number(await connection.call('ttl', [keys.crowdFacts('a')]))).toBeGreaterThan(0);
});

it('has no age while nothing is recommended', async () => {
  let isNeeded = true;
  const follower = new FollowCrowd({
    ...{ store, itemsMax: 500, isNeeded: () => isNeeded, nowMs: () => Date.now() + 5_000 },
    onFault: () => {},
  });
  expect(follower.ageS).toBe(0);
  const run = newRun('a');
  await run.begin();
  await run.follow();
  await follower.look();
  expect(follower.ageS).toBeGreaterThan(4);
  isNeeded = false;
  expect(follower.ageS).toBe(0);
});

it('reads the snapshot again where entries are missing, and keeps what it has where that is broken', async () => {
  const run = newRun('a');
  await run.begin();
  await shop(10);
  await run.follow();
  const follower = newFollower();
  expect(await digestAt(follower)).toBe(digest(run));
  await shop(10);
  await run.follow();
  await connection.call('xtrim', [keys.crowdFacts('a'), 'MAXLEN', '0']);
  await shop(10);
  await run.follow();
  // The learner saw that what it had told is gone.
  const before = await digestAt(follower);
  expect(before).toBe(digest(run));
  const current = (await store.current())!;
  const part = keys.crowdSnapshot('a', current.upTo);
  await connection.call('lset', [part, '0', 'no snapshot']);
  expect(await digestAt(newFollower())).toBe((newFollower().current() as CrowdTables).digest());
  expect(await digestAt(follower)).toBe(before);
  // The learner's next snapshot has it all.
  const again = newRun('b');
  await again.begin();
  await again.follow();
  expect(await digestAt(follower)).toBe(digest(again));
});

it('reads no snapshot twice for the same hole', async () => {
  const run = newRun('a');
  await run.begin();
  await shop(10);
  await run.follow();
  let parts = 0;
  const counting = Object.assign(Object.create(store), {
    part: (current: CurrentCrowd, i: number) => {
      parts++;
      return store.part(current, i);
    },
  }) as CrowdStore;
  const follower = newFollower(counting);
  expect(await digestAt(follower)).toBe(digest(run));
  // Told again under a number that comes too late.
  await connection.call('del', [keys.crowdFacts('a')]);
  await connection.call('xadd', [keys.crowdFacts('a'), '9-0', 'd', '']);
  for (let i = 0; i < 5; i++) await digestAt(follower);
  expect(parts).toBe(2);
});

it('ends where another’s run is in force, and leaves nothing that stays for ever', async () => {
  const run = newRun('a');
  await run.begin();
  await shop(5);
  await run.follow();
  const other = newRun('b');
  await other.begin();
  await expect(run.follow()).rejects.toThrow(RunOver);
  await other.follow();
  const all = ((await connection.call('keys', ['*'])) as Buffer[]).map(String);
  const left = all.filter((key) => key.includes('{crowd}') && key !== keys.crowd);
  expect(left.length).toBeGreaterThanOrEqual(3);
  for (const key of left) expect(Number(await connection.call('ttl', [key]))).toBeGreaterThan(0);
});

it('tells once what may have arrived when Redis did not answer', async () => {
  let fails = 1;
  const run = newRun('a', {
    async tell(epoch, entry, told) {
      const bytes = await store.tell(epoch, entry, told);
      if (fails-- > 0) throw new Unavailable('store_unavailable');
      return bytes;
    },
  });
  await run.begin();
  await shop(12);
  await expect(run.follow()).rejects.toThrow(Unavailable);
  await shop(3);
  await run.follow();
  expect(await digestAt(newFollower())).toBe(digest(run));
  expect(run.tables.columns.weights.values.reduce((sum, one) => sum + one, 0)).toBe(15 * 4_096);
});

it('learns from history what the ledger has no more, and ends where the ledger went back', async () => {
  const run = newRun('a');
  await run.begin();
  for (let id = 1; id <= 6; id++) {
    history.push({ partition: 0, id, row: await look(0, 'u1', `p${id}`) });
  }
  const { ledger, marked, position } = keys.partition(0);
  await connection.call('xtrim', [ledger, 'MINID', '5-0']);
  // History has not got it yet: nothing is passed over, nor said to be learned.
  const wholeAtMs = async () => (await store.current())!.wholeAtMs;
  expect([await run.follow(), await wholeAtMs()]).toEqual([false, 0]);
  expect(run.tables.items.count).toBe(0);
  await connection.call('set', [marked, '4']);
  isWhole = false;
  expect([await run.follow(), await wholeAtMs()]).toEqual([false, 0]);
  expect(run.tables.items.count).toBe(0);
  isWhole = true;
  expect(await run.follow()).toBe(true);
  expect(await wholeAtMs()).toBeGreaterThan(0);
  expect(run.tables.items.count).toBe(6);
  expect(await digestAt(newFollower())).toBe(digest(run));
  await connection.call('set', [position, '3']);
  await expect(run.follow()).rejects.toThrow(RunOver);
});

it('does not begin while history lacks what is marked', async () => {
  isWhole = false;
  await expect(newRun('a').begin()).rejects.toThrow(RunOver);
  expect(await store.current()).toBeNull();
  // Spooled, and so marked, between two looks: what was looked at first is behind the second.
  const looks: string[] = [];
  const run = newRun(
    'b',
    {},
    {
      positions: async (of) => {
        looks.push('marks');
        return readPositions(connection, keys, of);
      },
      isHistoryWhole: async () => looks.push('spooled') > 0,
    },
  );
  await run.begin();
  expect(looks.slice(0, 2)).toEqual(['marks', 'spooled']);
});

it('ends where another worker learns', async () => {
  const run = newRun('a');
  await run.begin();
  await shop(4);
  isMine = false;
  await expect(run.follow()).rejects.toThrow(RunOver);
  expect(told).toBeGreaterThan(0);
});

const DECLARED = {
  ...{ name: 'P', category: null, brand: null, inStock: true, tags: [], accessories: [] },
  ...{ startsAtMs: null, endsAtMs: null, properties: {}, known: 'declared' as const },
};
