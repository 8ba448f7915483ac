// Every single command that the learner gives Redis, refused, answered to nobody, or the last one before the
// learner dies. Whoever follows has at each moment the tables of some time, never of an earlier one than
// before, and in the end of all that was done.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_ITEMS } from '../../src/catalog/compile-items.ts';
import { Unavailable } from '../../src/errors.ts';
import { readPositions, readRecords } from '../../src/ledger/ledger-reader.ts';
import type { CrowdTables } from '../../src/model/crowd/crowd-tables.ts';
import { FollowCrowd } from '../../src/recommend/follow-crowd.ts';
import type { EventRow } from '../../src/recommend/learned-events.ts';
import { LearningRun } from '../../src/recommend/learning-run.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { CrowdStore } from '../../src/redis/crowd-store.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { recounted } from './recounted.ts';

const ITEMS_MAX = 500;
const NOW = Date.now();
/** One partition: what is done has one order, and so have tables. */
const keys = new Keys('proffer:', 1);
const EVENTS: readonly EventRow[] = Array.from({ length: 24 }, (_, n) => {
  const properties = { product_id: `p${(n * 5) % 11}` };
  const event = n % 5 === 4 ? 'Order Completed' : 'Product Viewed';
  return { customer_id: `u${n % 4}`, event, timestamp: NOW + n, properties };
});
/** Tables after so many events. */
const TIMES = [...EVENTS, null].map((_, n) => recounted(EVENTS.slice(0, n), ITEMS_MAX));

let redis: PrivateRedis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

type Fault = 'refused' | 'answered to nobody' | 'the last';

/** The learner's own line to Redis: something happens to one command. */
class FaultyLine {
  calls = 0;
  isDead = false;

  constructor(
    readonly fault: Fault,
    readonly at: number,
    /** After each command that arrived. */
    readonly then: () => Promise<void>,
  ) {}

  readonly call: RedisConnection['call'] = async (...command) => {
    const isIt = this.calls++ === this.at;
    if (this.isDead || (isIt && this.fault === 'refused'))
      throw new Unavailable('store_unavailable');
    const answer = await connection.call(...command);
    await this.then();
    if (!isIt) return answer;
    this.isDead = this.fault === 'the last';
    throw new Unavailable('store_unavailable');
  };
}

class Learner {
  private run: LearningRun | null = null;
  private epochs = 0;

  constructor(readonly line: FaultyLine) {}

  /** As the task of the worker does it (learn-crowd.ts); @returns whether it learned all. */
  async look(): Promise<boolean> {
    if (this.line.isDead) this.restart();
    try {
      this.run ??= await this.begun();
      await this.run.follow();
      return true;
    } catch (error) {
      if (!(error instanceof Unavailable)) this.run = null;
      return false;
    }
  }

  /** Another process. */
  private restart(): void {
    this.run = null;
    this.line.isDead = false;
  }

  private async begun(): Promise<LearningRun> {
    const store = new CrowdStore(this.line as unknown as RedisConnection, keys);
    const run = new LearningRun(`e${this.epochs++}`, DEFAULT_ITEMS, {
      ...{ store, partitions: 1, itemsMax: ITEMS_MAX, isMine: () => true, nowMs: () => Date.now() },
      async *history([range]) {
        yield EVENTS.slice(range!.first - 1, range!.last);
      },
      positions: (of) => readPositions(connection, keys, of),
      isHistoryWhole: async () => true,
      written: async () => [Number(await connection.call('get', [keys.partition(0).position]))],
      records: (ranges) => readRecords(connection, keys, ranges),
      told() {},
    });
    await run.begin();
    return run;
  }
}

/** Events up to a number are answered, and up to another in history. */
async function happened(answered: number, inHistory: number): Promise<void> {
  const { ledger, position, marked } = keys.partition(0);
  const before = Number((await connection.call('get', [position])) ?? 0);
  for (let id = before + 1; id <= answered; id++) {
    const record = `2 ${NOW} 3 0 7 12 abc\ne${JSON.stringify(EVENTS[id - 1])}`;
    await connection.call('xadd', [ledger, `${id}-0`, 'r', record]);
  }
  await connection.call('set', [position, String(answered)]);
  await connection.call('set', [marked, String(inHistory)]);
}

/** @returns how many commands the learner gave */
async function lived(fault: Fault, at: number): Promise<number> {
  await connection.call('flushall', []);
  const follower = new FollowCrowd({
    store: new CrowdStore(connection, keys),
    ...{ itemsMax: ITEMS_MAX, isNeeded: () => true, nowMs: () => Date.now() },
    onFault(error) {
      throw error;
    },
  });
  const wrong: string[] = [];
  let known = 0;
  const follows = async () => {
    await follower.look();
    const digest = (follower.current() as CrowdTables).digest();
    const time = TIMES.indexOf(digest);
    if (time < known) wrong.push(`${fault} at ${at}: ${time} after ${known}`);
    known = time;
  };
  const line = new FaultyLine(fault, at, follows);
  const learner = new Learner(line);
  const learns = async () => {
    for (let looks = 0; !(await learner.look()); looks++) expect(looks).toBeLessThan(5);
  };
  await happened(8, 5);
  await learns();
  await happened(16, 9);
  await learns();
  // What was told is gone: it is published again.
  await connection.call('del', [keys.crowdFacts('e0'), keys.crowdFacts('e1')]);
  await happened(20, 16);
  await learns();
  await happened(EVENTS.length, 16);
  await learns();
  await learns();
  expect([known, wrong]).toEqual([EVENTS.length, []]);
  return line.calls;
}

it.each(['refused', 'answered to nobody', 'the last'] as const)(
  'has tables of one time after the other, whichever command is %s',
  async (fault) => {
    const commands = await lived(fault, -1);
    expect(commands).toBeGreaterThan(20);
    for (let at = 0; at < commands; at++) await lived(fault, at);
  },
);
