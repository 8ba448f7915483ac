import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type TakeTokensCall, TakeTokensScript } from '../../src/redis/take-tokens-script.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const NOW = Date.UTC(2026, 10, 23, 8);
const KEY = 'proffer:rate:k';

let redis: PrivateRedis;
let connection: RedisConnection;
let script: TakeTokensScript;
beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  script = new TakeTokensScript(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => connection.call('del', [KEY]));

/** 10 a second, 5 at once. */
const take = (atMs: number, takes: number, more: Partial<TakeTokensCall> = {}) =>
  script.run({
    ...{ key: KEY, nowMs: NOW + atMs, perSecond: 10, burst: 5, ahead: 0 },
    ...{ needs: Math.min(takes, 5), takes, ...more },
  });

it('taken: a burst at once, then the rate, and no more than a burst after a long time', async () => {
  for (let n = 1; n <= 5; n++) {
    expect(await take(0, 1)).toEqual({ kind: 'taken', tokens: 1, fullInMs: n * 100 });
  }
  expect((await take(99, 1)).kind).toBe('empty');
  expect((await take(100, 1)).kind).toBe('taken');
  expect((await take(101, 1)).kind).toBe('empty');
  expect((await take(60_000, 5)).kind).toBe('taken');
  expect((await take(60_000, 1)).kind).toBe('empty');
});

it('empty: nothing is taken, and waiting as long as it says is enough', async () => {
  await take(0, 5);
  for (const needs of [1, 3, 5]) {
    expect(await take(40, needs)).toEqual({
      ...{ kind: 'empty', waitMs: needs * 100 - 40, fullInMs: 460 },
    });
  }
  expect((await take(300, 3)).kind).toBe('taken');
});

it('taken: ahead only as far as tokens are there', async () => {
  expect(await take(0, 1, { ahead: 2 })).toMatchObject({ tokens: 3 });
  expect(await take(0, 1, { ahead: 9 })).toMatchObject({ tokens: 2 });
  expect((await take(0, 1, { ahead: 9 })).kind).toBe('empty');
});

it('taken: more than a burst once the bucket is full, paid off before anything else', async () => {
  expect(await take(0, 25)).toEqual({ kind: 'taken', tokens: 25, fullInMs: 2_500 });
  expect(await take(0, 1)).toEqual({ kind: 'empty', waitMs: 2_100, fullInMs: 2_500 });
  expect((await take(2_100, 1)).kind).toBe('taken');
});

it('leaves nothing behind when the bucket is full again', async () => {
  await take(0, 5);
  const ttl = (await connection.call('pttl', [KEY])) as number;
  expect(ttl).toBeGreaterThan(1_000);
  expect(ttl).toBeLessThanOrEqual(1_500);
});

it('keeps count at high rates, whatever the clocks of gateways', async () => {
  const fast = { perSecond: 20_000, burst: 20_000 };
  let tokens = 0;
  for (let ms = 0; ms < 200; ms++) {
    // Two gateways, one 3 ms behind.
    const answer = await take(ms - (ms % 2) * 3, 1, { ...fast, ahead: 999 });
    if (answer.kind === 'taken') tokens += answer.tokens;
  }
  expect(tokens).toBeGreaterThan(20_000 + 199 * 20 - 100);
  expect(tokens).toBeLessThanOrEqual(20_000 + 199 * 20 + 1);
});
