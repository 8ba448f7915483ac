import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BudgetScripts, type Told } from '../../src/redis/budget-scripts.ts';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const KEY = 't:{budgets}:pool:a';
const MAX = Number.MAX_SAFE_INTEGER;
/** A part of what is free that is one of its own only where much is. */
const SHARE = 10;

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let scripts: BudgetScripts;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  scripts = new BudgetScripts(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

const told = (over: Partial<Told> = {}): Told => ({
  ...{ kind: 'g', partition: 1, limit: 100, need: 1, granted: 0, used: 0, returned: 0, since: 0 },
  ...over,
});
const allot = (...all: Partial<Told>[]) => scripts.allot(KEY, SHARE, all.map(told));
const pool = () => admin.hgetall(KEY);

describe('allot-budget.lua', () => {
  it('allots a part of what is free, or what is needed, to who is short', async () => {
    expect(await allot({})).toEqual({ kind: 'allotted', shares: [{ granted: 10, free: 90 }] });
    expect(await allot({ partition: 2, need: 25 })).toEqual({
      ...{ kind: 'allotted', shares: [{ granted: 25, free: 65 }] },
    });
    expect(await pool()).toEqual({ 'g|1': '10 0', 'g|2': '25 0', g: '35 100 1 1' });
  });

  it('grants nothing twice: who asks again is told what it was granted', async () => {
    await allot({});
    const again = { kind: 'allotted', shares: [{ granted: 10, free: 90 }] };
    for (let i = 0; i < 3; i++) expect(await allot({})).toEqual(again);
    // Late news are none: it has used nothing of what it does not know of.
    expect(await allot({ granted: 10, used: 10 })).toMatchObject({ shares: [{ granted: 19 }] });
    expect(await allot({ granted: 4, used: 2 })).toMatchObject({ shares: [{ granted: 19 }] });
  });

  it('is dry where less is free than somebody needs, and allots what there is', async () => {
    await allot({ need: 98 });
    expect(await allot({ partition: 2, need: 3 })).toEqual({
      ...{ kind: 'dry', shares: [{ granted: 2, free: 0 }] },
    });
    expect(await allot({ partition: 3 })).toEqual({
      ...{ kind: 'dry', shares: [{ granted: 0, free: 0 }] },
    });
    expect(await pool()).toEqual({ 'g|1': '98 0', 'g|2': '2 0', g: '100 100 1 1' });
  });

  it('has again what partitions gave back, once', async () => {
    await allot({ need: 100 });
    const back = { need: 0, granted: 100, used: 30, returned: 70 };
    for (let i = 0; i < 2; i++) {
      expect(await allot(back)).toMatchObject({ kind: 'allotted', shares: [{ free: 70 }] });
    }
    expect(await allot({ ...back, returned: 20 })).toMatchObject({ shares: [{ free: 70 }] });
    expect(await allot({ partition: 2, need: 70 })).toMatchObject({ kind: 'allotted' });
    expect(await pool()).toEqual({ 'g|1': '100 70', 'g|2': '70 0', g: '100 100 1 1' });
  });

  it('learns from partitions what it lost itself', async () => {
    const known = { granted: 60, used: 50, returned: 10, need: 0 };
    expect(await allot(known)).toMatchObject({ shares: [{ granted: 60, free: 50 }] });
    expect(await pool()).toEqual({ 'g|1': '60 10', g: '50 100 1 1' });
  });

  it('of several limits answers for each, and allots of none too many', async () => {
    await allot({ kind: 'm', limit: 5, need: 5 });
    expect(
      await allot(
        { partition: 2 },
        { partition: 2, kind: 'm', limit: 5, need: 2 },
        { partition: 2, kind: 'd7', limit: 0 },
      ),
    ).toEqual({
      kind: 'dry',
      shares: [
        { granted: 10, free: 90 },
        { granted: 0, free: 0 },
        { granted: 0, free: 0 },
      ],
    });
  });

  it('under another limit allots nothing until everything idle is called in since', async () => {
    await allot({ need: 20 });
    for (const limit of [1_000, 50]) {
      const before = await pool();
      const change = Number(before.g!.split(' ')[2]) + 1;
      const asked = { partition: 2, limit };
      expect(await allot(asked)).toMatchObject({ kind: 'changing', shares: [{ granted: 0 }] });
      expect(await allot(asked)).toMatchObject({ kind: 'changing', shares: [{ granted: 0 }] });
      // Called in before the change, or told by somebody who has the old limit: it is not settled.
      await allot({ need: 0, granted: 20, used: 20, limit, since: change - 1 });
      await allot({ need: 0, granted: 20, used: 20, limit: 100, since: 0 });
      expect(await allot(asked)).toMatchObject({ kind: 'changing' });
      await allot({ need: 0, granted: 20, used: 20, limit, since: change });
      expect(await pool()).toMatchObject({ g: `20 ${limit} ${change} ${change}` });
    }
    expect(await allot({ partition: 2, limit: 50 })).toEqual({
      ...{ kind: 'allotted', shares: [{ granted: 3, free: 27 }] },
    });
  });

  it('is as good as called in where nothing is out', async () => {
    await allot({ need: 20 });
    await allot({ need: 0, granted: 20, returned: 20 });
    expect(await allot({ partition: 2, limit: 7 })).toMatchObject({ kind: 'allotted' });
    expect(await pool()).toMatchObject({ g: '1 7 2 2' });
  });

  it('under a limit below what is out has nothing', async () => {
    await allot({ need: 20 });
    await allot({ partition: 2, limit: 10 });
    const used = { granted: 20, used: 20, limit: 10 };
    await allot({ ...used, need: 0, since: 2 });
    expect(await allot(used)).toEqual({ kind: 'dry', shares: [{ granted: 20, free: -10 }] });
  });

  it('counts exactly below 2⁵³, and grants no partition more than that, ever', async () => {
    expect(await allot({ limit: MAX, need: MAX })).toMatchObject({
      ...{ kind: 'allotted', shares: [{ granted: MAX, free: 0 }] },
    });
    await allot({ limit: MAX, need: 0, granted: MAX, returned: MAX });
    // There would be something, but what it was granted could not be counted on.
    expect(await allot({ limit: MAX, granted: MAX, returned: MAX })).toMatchObject({
      shares: [{ granted: MAX, free: MAX }],
    });
    expect(await allot({ limit: MAX, need: MAX, partition: 2 })).toMatchObject({
      ...{ kind: 'allotted', shares: [{ granted: MAX, free: 0 }] },
    });
  });

  it('forgets days that are long over, when a new one begins', async () => {
    for (const kind of ['d19997', 'd19998', 'd19999', 'g']) await allot({ kind });
    await allot({ kind: 'd20000' });
    const kinds = ['d19998', 'd19999', 'd20000', 'g'].flatMap((kind) => [kind, `${kind}|1`]);
    expect(Object.keys(await pool()).sort()).toEqual(kinds);
  });
});
