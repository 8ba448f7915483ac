// Rates of keys: two gateways, one real Redis, and a clock that the test moves.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { TakeTokensScript } from '../../src/redis/take-tokens-script.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type Answer, admin, type RunningGateway, startTestGateway } from './running-gateway.ts';

const EVENT = { userId: 'u', event: 'E' };
const batchOf = (length: number) => ({
  batch: Array.from({ length }, () => ({ type: 'page', userId: 'u' })),
});

let redis: PrivateRedis;
let connection: RedisConnection;
let script: TakeTokensScript;
let clock: FakeClock;
let one: RunningGateway;
let two: RunningGateway;

beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 20_000 });
  await connection.ready();
  script = new TakeTokensScript(connection);
});
afterAll(async () => {
  await Promise.all([one.stop(0), two.stop(0)]);
  connection.close();
  await redis.stop();
});
/** Two gateways that share a rate nobody has used yet. */
async function startBoth(perSecond: number, burst: number): Promise<void> {
  await Promise.all([one?.stop(0), two?.stop(0)]);
  await redis.connect().flushall();
  clock = fakeClock();
  const parts = {
    clock,
    keyRate: {
      ...{ perSecond, burst },
      source: {
        take: (keyId: string, _: unknown, needs: number, takes: number, ahead: number) =>
          script.run({
            ...{ key: `rate:${keyId}`, nowMs: clock.nowMs(), perSecond, burst },
            ...{ needs, takes, ahead },
          }),
      },
    },
  };
  [one, two] = await Promise.all([startTestGateway(parts), startTestGateway(parts)]);
}
beforeEach(() => startBoth(10, 60));

const statusesOf = (answers: readonly Answer[]) => ({
  ok: answers.filter(({ status }) => status === 200).length,
  limited: answers.filter(({ status }) => status === 429).length,
});
const retryAfterMs = ({ headers }: Answer) => Number(headers.get('retry-after')) * 1_000;

it('is one for all gateways: a burst at once, then the rate', async () => {
  const both = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) => (i % 2 === 0 ? one : two).post('/v1/track', EVENT)),
    );
  expect(statusesOf(await both(100))).toEqual({ ok: 60, limited: 40 });
  clock.advance(2_000);
  expect(statusesOf(await both(50))).toEqual({ ok: 20, limited: 30 });
  clock.advance(600_000);
  expect(statusesOf(await both(100))).toEqual({ ok: 60, limited: 40 });
  expect(one.submissions.length + two.submissions.length).toBe(140);
  const counts = await Promise.all(
    [one, two].map(async ({ get }) =>
      Number(/shed_total\{reason="rate_limited"\} (\d+)/.exec((await get('/metrics')).text)?.[1]),
    ),
  );
  expect(counts[0]! + counts[1]!).toBe(110);
});

it('tells how long to wait, and that is enough', async () => {
  for (const ask of [
    () => one.post('/v1/track', EVENT),
    () => two.post('/v1/batch', batchOf(25)),
    () => one.post('/v1/batch', batchOf(200)),
  ]) {
    await startBoth(10, 60);
    await two.post('/v1/batch', batchOf(60));
    clock.advance(70);
    const refused = await ask();
    expect([refused.status, refused.json.error.code]).toEqual([429, 'rate_limited']);
    // Nothing is forgiven for asking again and again.
    for (let i = 0; i < 5; i++) expect((await ask()).status).toBe(429);
    clock.advance(retryAfterMs(refused));
    expect((await ask()).status).toBe(200);
  }
});

it('takes a batch for as many events as it has, and one larger than the burst when all is there', async () => {
  expect((await one.post('/v1/batch', batchOf(40))).status).toBe(200);
  expect((await two.post('/v1/batch', batchOf(30))).status).toBe(429);
  expect((await two.post('/v1/batch', batchOf(20))).status).toBe(200);
  clock.advance(6_000);
  expect((await one.post('/v1/batch', batchOf(100))).status).toBe(200);
  clock.advance(3_900);
  expect((await two.post('/v1/track', EVENT)).status).toBe(429);
  clock.advance(1_000);
  expect((await two.post('/v1/track', EVENT)).status).toBe(200);
});

it('is told with every answer', async () => {
  const first = await one.post('/v1/batch', batchOf(25));
  const told = (answer: Answer) =>
    ['limit', 'remaining', 'reset'].map((name) => answer.headers.get(`x-ratelimit-${name}`));
  const fullAtS = String(clock.nowMs() / 1_000 + 3);
  expect(told(first)).toEqual(['60', '35', fullAtS]);
  clock.advance(1_000);
  expect(told(await one.post('/v1/batch', batchOf(45)))).toEqual([
    '60',
    '0',
    String(Number(fullAtS) + 4),
  ]);
  expect(told(await one.post('/v1/track', EVENT))[1]).toBe('0');
  expect(first.headers.get('access-control-expose-headers')).toContain('X-RateLimit-Remaining');
});

it('is none for admin keys', async () => {
  for (let i = 0; i < 3; i++) {
    const answer = await one.post('/v1/import', batchOf(60), admin);
    expect([answer.status, answer.headers.get('x-ratelimit-limit')]).toEqual([200, null]);
  }
});

it('never lets more in than it may, whatever gateways take ahead', async () => {
  await startBoth(100, 1_000);
  const client = redis.connect();
  const answers: Answer[] = [];
  for (let i = 0; i < 12; i++) {
    const sent = Array.from({ length: 100 }, (_, k) =>
      (k % 2 ? one : two).post('/v1/track', EVENT),
    );
    answers.push(...(await Promise.all(sent)));
    // Redis, whose clock nobody moves, must not forget the bucket on a slow machine.
    for (const key of await client.keys('rate:*')) await client.persist(key);
  }
  const { ok } = statusesOf(answers);
  expect(ok).toBeLessThanOrEqual(1_000);
  // What one gateway holds ahead, the other cannot spend: 50 ms of the rate.
  expect(ok).toBeGreaterThanOrEqual(1_000 - 5);
});

it('costs few round trips for a key that sends much', async () => {
  await startBoth(1_000, 1_000);
  const calls = async () =>
    Number(
      /cmdstat_evalsha:calls=(\d+)/.exec(await redis.connect().info('commandstats'))?.[1] ?? 0,
    );
  const before = await calls();
  for (let i = 0; i < 100; i++) expect((await one.post('/v1/track', EVENT)).status).toBe(200);
  expect((await calls()) - before).toBeLessThan(15);
});

it('begins anew when Redis was flushed, and lets everything in while Redis is away', async () => {
  expect((await one.post('/v1/batch', batchOf(60))).status).toBe(200);
  await redis.connect().flushall();
  expect((await two.post('/v1/batch', batchOf(60))).status).toBe(200);
  await redis.kill();
  await expect.poll(() => connection.isReady).toBe(false);
  expect(
    statusesOf([await one.post('/v1/track', EVENT), await two.post('/v1/track', EVENT)]).ok,
  ).toBe(2);
  expect((await one.get('/metrics')).text).toMatch(/^proffer_rate_unchecked_total 1$/m);
  expect(one.faults).toEqual([]);
});
