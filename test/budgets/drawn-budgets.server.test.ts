// The pipeline with the real store and real draws: budgets of a day over midnight, limits that change
// with the catalog, and a pool that hangs.

import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { BudgetDraws } from '../../src/budgets/budget-draws.ts';
import { BudgetKeeper } from '../../src/budgets/budget-keeper.ts';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { pipelineOver } from '../../src/compose/decision-core.ts';
import { UnmergedCustomers } from '../../src/customers/unmerged-customers.ts';
import type { CatalogVersion, Pipeline } from '../../src/pipeline.ts';
import { BudgetScripts } from '../../src/redis/budget-scripts.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import { boundedLanes } from '../../src/state/lanes.ts';
import { RedisStateStore } from '../../src/state/redis-state-store.ts';
import { valid } from '../catalog/compile.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const PARTITIONS = 4;
const DAY_MS = 86_400_000;
/** Midnight in Shanghai, and the number of the day that begins then. */
const MIDNIGHT_MS = Date.UTC(2026, 10, 30, 16);
const NEW_DAY = Date.UTC(2026, 11, 1) / DAY_MS;
const keys = new Keys('t:', PARTITIONS);

const catalogWith = (budget: string) => `
catalog: t
timezone: Asia/Shanghai
offers:
  gift: { value: 2, budget: ${budget}, treatments: { web: {} } }
  plain: { value: 1, treatments: { web: {} } }
placements: { web: { channel: web } }
`;

let redis: PrivateRedis;
let admin: Redis;
let proxy: TcpProxy;
const closing: (() => void)[] = [];
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  proxy = await startTcpProxy({ path: redis.socket });
});
afterAll(async () => {
  await proxy.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());
afterEach(() => {
  proxy.heal();
  for (const close of closing.splice(0)) close();
});

interface Gateway {
  readonly pipeline: Pipeline;
  publish(budget: string): void;
}

/** Its draws go through the proxy, everything else past it; a draw is waited for as long as it takes. */
async function gateway(budget: string): Promise<Gateway> {
  const connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  const drawing = openConnection({
    ...{ url: `redis://127.0.0.1:${proxy.port}`, deadlineMs: 60_000 },
  });
  closing.push(
    () => connection.close(),
    () => drawing.close(),
  );
  await Promise.all([connection.ready(), drawing.ready()]);
  let version: CatalogVersion = bindProgram(valid(catalogWith(budget)), 1);
  const settings = {
    stateBytesMax: 65_536,
    stateExpiryMs: 1e9,
    cacheBytesMax: 1e6,
    ledgerMax: 1e6,
  };
  const catalogs = { current: () => version, atLeast: () => version };
  const scripts = new BudgetScripts(drawing);
  const states = new RedisStateStore(connection, keys, settings);
  const pipeline = pipelineOver({
    states,
    customers: new UnmergedCustomers(states),
    catalogs,
    budgets: new BudgetKeeper({
      draws: new BudgetDraws({ scripts, connection: drawing, keys }),
      ...{ partitions: PARTITIONS, catalog: () => version },
      refused() {},
      onFault() {},
      monotonicMs: () => performance.now(),
    }),
    lists: () => null,
    lanes: boundedLanes(
      { laneMax: 32, totalMax: 1_000, waitMsMax: 60_000 },
      { monotonicMs: () => performance.now(), waited() {} },
    ),
    metrics: { committed() {}, conflict() {}, duplicate() {}, shed() {}, unavailable() {} },
    pauseAfterConflict: () => 0,
    monotonicMs: () => performance.now(),
    onFault(error) {
      throw error;
    },
  });
  return {
    pipeline,
    publish(changed) {
      version = bindProgram(valid(catalogWith(changed)), version.publication + 1);
    },
  };
}

let customers = 0;
/** Asks for customers who were never seen. @returns how many got the gift */
async function ask({ pipeline }: Gateway, times: number, nowMs: number): Promise<number> {
  let given = 0;
  for (let i = 0; i < times; i++) given += await askOne(pipeline, nowMs);
  return given;
}

async function askOne(pipeline: Pipeline, nowMs: number): Promise<number> {
  const userId = `u${customers++}`;
  const request = { userId, anonymousId: null, placements: ['web'], limit: null, context: {} };
  const result = await pipeline.submit({
    stimulus: { kind: 'decide', request },
    ...{ customerId: userId, messageId: userId, nowMs, receivedAtMs: nowMs },
    ...{ live: true, decide: true, record: true },
  });
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  const [offer] = result.decisions[0]!.offers;
  return offer!.offerId === 'gift' ? 1 : 0;
}

/** Days that are known of, in all partitions and in the pool. */
async function days(): Promise<readonly number[]> {
  const hashes = await Promise.all(
    [
      keys.budgetPool('gift'),
      ...Array.from({ length: PARTITIONS }, (_, p) => keys.partition(p).budgets),
    ].map((key) => admin.hkeys(key)),
  );
  const found = hashes.flat().flatMap((field) => /d(\d+)/.exec(field)?.[1] ?? []);
  return [...new Set(found)].map(Number).sort();
}

it('a budget of a day ends with the day of the catalog’s timezone, and begins anew', async () => {
  const [one, other] = [await gateway('{ per_day: 6 }'), await gateway('{ per_day: 6 }')];
  expect(await ask(one, 4, MIDNIGHT_MS - 2)).toBe(4);
  expect(await ask(other, 4, MIDNIGHT_MS - 1)).toBe(2);
  expect(await ask(one, 4, MIDNIGHT_MS)).toBe(4);
  // A gateway whose clock is behind: the old day is as spent as it was.
  expect(await ask(other, 2, MIDNIGHT_MS - 1)).toBe(0);
  expect(await ask(other, 4, MIDNIGHT_MS + DAY_MS - 1)).toBe(2);
  expect(await days()).toEqual([NEW_DAY - 1, NEW_DAY]);
});

it('forgets days that are long over, wherever there is something of a later one', async () => {
  const one = await gateway('{ per_day: 40 }');
  for (let day = 0; day < 6; day++) {
    expect(await ask(one, 41, MIDNIGHT_MS + day * DAY_MS)).toBe(40);
  }
  expect(await days()).toEqual([3, 4, 5].map((day) => NEW_DAY + day));
});

it('a budget belongs to the name of its offer: publications change the limit, not what is used', async () => {
  const [one, other] = [await gateway('{ grants: 5 }'), await gateway('{ grants: 5 }')];
  const publish = (budget: string) => {
    for (const each of [one, other]) each.publish(budget);
  };
  expect(await ask(one, 7, MIDNIGHT_MS)).toBe(5);
  publish('{ grants: 8 }');
  expect([await ask(other, 2, MIDNIGHT_MS), await ask(one, 4, MIDNIGHT_MS)]).toEqual([2, 1]);
  publish('{ grants: 5 }');
  expect([await ask(one, 6, MIDNIGHT_MS), await ask(other, 6, MIDNIGHT_MS)]).toEqual([0, 0]);
  // A limit that comes later knows what was given before it.
  publish('{ grants: 10, per_day: 8 }');
  expect(await ask(one, 6, MIDNIGHT_MS)).toBe(0);
  publish('{ per_day: 9 }');
  expect(await ask(one, 6, MIDNIGHT_MS)).toBe(1);
  publish('{ money: 100, each: 1 }');
  expect(await ask(other, 3, MIDNIGHT_MS)).toBe(3);
  publish('{ grants: 14, per_day: 20 }');
  expect([await ask(one, 6, MIDNIGHT_MS), await ask(other, 6, MIDNIGHT_MS)]).toEqual([2, 0]);
});

it('answers while the pool hangs, with the next best, and gives the last unit when it does not', async () => {
  const one = await gateway('{ grants: 30 }');
  const before = await ask(one, 6, MIDNIGHT_MS);
  expect(before).toBe(6);
  proxy.stall();
  // They come to an end, all of them, though no draw does.
  const hung = await Promise.all(
    Array.from({ length: 60 }, () => askOne(one.pipeline, MIDNIGHT_MS)),
  );
  const given = before + hung.reduce((sum, count) => sum + count, 0);
  expect(given).toBeLessThan(30);
  proxy.heal();
  let after = 0;
  await expect
    .poll(
      async () => {
        after += await ask(one, 5, MIDNIGHT_MS);
        return given + after;
      },
      { interval: 50 },
    )
    .toBe(30);
  expect(await ask(one, 8, MIDNIGHT_MS)).toBe(0);
});
