import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BudgetScripts } from '../../src/redis/budget-scripts.ts';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const KEY = 't:{1}:budgets';
const MAX = Number.MAX_SAFE_INTEGER;

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

const hold = async (idle: 'keep' | 'return', granted: number, limit = 100, field = 'a|g') =>
  (await scripts.hold(KEY, idle, [{ field, limit, granted }]))[0]!;
const held = () => admin.hgetall(KEY);

describe('hold-budget.lua', () => {
  it('notes nothing of what a partition never got', async () => {
    expect(await hold('keep', 0)).toEqual({ granted: 0, used: 0, returned: 0 });
    expect(await hold('return', 0)).toEqual({ granted: 0, used: 0, returned: 0 });
    expect(await held()).toEqual({});
  });

  it('takes over what was granted, once, and never less than it had', async () => {
    for (const granted of [7, 7, 3, 0]) {
      expect(await hold('keep', granted)).toEqual({ granted: 7, used: 0, returned: 0 });
    }
    expect(await hold('keep', 9)).toEqual({ granted: 9, used: 0, returned: 0 });
    expect(await held()).toEqual({ 'a|g': '100 9 0 0' });
  });

  it('gives all idle units back, those included that it hears of then, and once', async () => {
    await admin.hset(KEY, 'a|g', '100 7 4 1');
    for (const granted of [0, 7]) {
      expect(await hold('return', granted)).toEqual({ granted: 7, used: 4, returned: 3 });
    }
    expect(await hold('return', 9)).toEqual({ granted: 9, used: 4, returned: 5 });
    expect(await hold('keep', 9)).toEqual({ granted: 9, used: 4, returned: 5 });
    expect(await hold('keep', 12)).toEqual({ granted: 12, used: 4, returned: 5 });
  });

  it.each([99, 101, 0])('under another limit (%d) gives back what is idle', async (limit) => {
    await admin.hset(KEY, 'a|g', '100 7 4 0');
    expect(await hold('keep', 0, limit)).toEqual({ granted: 7, used: 4, returned: 3 });
    expect(await held()).toEqual({ 'a|g': `${limit} 7 4 3` });
    // What comes later was granted under this one.
    expect(await hold('keep', 8, limit)).toEqual({ granted: 8, used: 4, returned: 3 });
    expect(await hold('keep', 9)).toEqual({ granted: 9, used: 4, returned: 5 });
  });

  it('holds several limits at once, to the last digit below 2⁵³', async () => {
    await admin.hset(KEY, 'a|m', `${MAX} ${MAX - 2} ${MAX - 3} 0`);
    const limits = [
      { field: 'a|g', limit: 5, granted: 1 },
      { field: 'a|m', limit: MAX, granted: MAX },
    ];
    expect(await scripts.hold(KEY, 'keep', limits)).toEqual([
      { granted: 1, used: 0, returned: 0 },
      { granted: MAX, used: MAX - 3, returned: 0 },
    ]);
    expect(await held()).toEqual({ 'a|g': '5 1 0 0', 'a|m': `${MAX} ${MAX} ${MAX - 3} 0` });
  });

  it('forgets days of the same offer that are long over, when a new one begins', async () => {
    const others = {
      'a|g': '9 9 9 0',
      'a|m': '9 9 9 0',
      'ab|d19000': '9 9 9 0',
      'b|d19000': '9 9 9 0',
    };
    const days = { 'a|d19997': '5 5 5 0', 'a|d19998': '5 5 5 0', 'a|d19999': '5 4 4 0' };
    await admin.hset(KEY, { ...others, ...days });
    await hold('keep', 2, 5, 'a|d20000');
    const { 'a|d19997': _, ...kept } = days;
    expect(await held()).toEqual({ ...others, ...kept, 'a|d20000': '5 2 0 0' });
  });
});
