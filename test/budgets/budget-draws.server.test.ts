// Several processes draw on one budget and spend it, at once, over a line that loses calls and answers,
// while its limits go up and down: whatever happens in between, nothing is given beyond the limit in
// force, and in the end whoever asks gets all that is left.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BudgetDraws, type Drawn, type Need } from '../../src/budgets/budget-draws.ts';
import { budgetUsage } from '../../src/budgets/budget-usage.ts';
import { needsOf } from '../../src/budgets/grant-needs.ts';
import { Unavailable } from '../../src/errors.ts';
import { type BudgetLimits, type Grant, grantText, UNLIMITED } from '../../src/model/budget.ts';
import { BudgetScripts } from '../../src/redis/budget-scripts.ts';
import { CommitScript } from '../../src/redis/commit-script.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type Random, seeded, testSeed } from '../support/seeded.ts';
import { type FaultyConnection, faultyConnection, turns } from './faulty-connection.ts';

const SEED = testSeed();
const RUNS = Number(process.env.PROFFER_TEST_RUNS ?? 12);
const PARTITIONS = 5;
const PROCESSES = 3;
const OFFER = 'gift';
const DAY = 20_000;
const keys = new Keys('t:', PARTITIONS);

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let commits: CommitScript;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
  commits = new CommitScript(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

const grantOf = (limits: BudgetLimits, cents: number): Grant => ({
  ...{ offer: OFFER, limits, day: DAY, cents },
});

let customers = 0;
/** A commit of a customer who was never seen. @returns whether there was enough */
async function commit(partition: number, grants: readonly Grant[]): Promise<boolean> {
  const { ledger, position, marked, budgets } = keys.partition(partition);
  const call = {
    customerKey: keys.customer(partition, `c${customers++}`),
    seenKey: ledger,
    ledgerKey: ledger,
    positionKey: position,
    markedKey: marked,
    ...{ due: null, deliver: null, timersKey: '' },
    expectedEtag: '',
    value: 'etag-001\u0001state',
    ...{ expiryMs: 60_000, ledgerMax: 1e9, asked: null, spilled: null, seenAfterMs: 0 },
    records: ['r'],
    grants: grants.map(grantText),
    budgetsKey: budgets,
  };
  const { kind } = await commits.run(
    call,
    (answer) => answer,
    () => {},
  );
  expect(['committed', 'exhausted']).toContain(kind);
  return kind === 'committed';
}

type Used = Readonly<Record<string, number>>;

/** What is used, by kind of limit. */
async function used(): Promise<Used> {
  const usage = await budgetUsage(connection, keys);
  const of = (kind: Need['kind']) => usage.get(`${OFFER}|${kind}`) ?? 0;
  return { g: of('g'), m: of('m'), [`d${DAY}`]: of(`d${DAY}`) };
}

/** As a gateway: its own draws over its own bad line, and the limits of the catalog that it has. */
class Process {
  readonly draws: BudgetDraws;
  limits: BudgetLimits;

  constructor(
    readonly line: FaultyConnection,
    limits: BudgetLimits,
  ) {
    const scripts = new BudgetScripts(line.connection);
    this.draws = new BudgetDraws({ scripts, connection: line.connection, keys });
    this.limits = limits;
  }

  /** As the pipeline does it: commit, draw where that is refused, commit again. */
  async give(partition: number, cents: number): Promise<boolean> {
    const grants = [grantOf(this.limits, cents)];
    if (await commit(partition, grants)) return true;
    await this.draw(partition, grants);
    return commit(partition, grants);
  }

  /** As for a question that is not recorded: what it draws lies idle. */
  ask(partition: number, count: number): Promise<void> {
    const grant = grantOf(this.limits, 2);
    return this.draw(
      partition,
      Array.from({ length: count }, () => grant),
    );
  }

  /** Draws, and looks whether what is told of the whole is true. */
  async draw(partition: number, grants: readonly Grant[]): Promise<void> {
    const needs = needsOf(grants);
    const before = await used();
    let drawn: readonly Drawn[];
    try {
      drawn = await this.draws.draw(OFFER, partition, needs);
    } catch (error) {
      if (error instanceof Unavailable) return;
      throw error;
    }
    const after = await used();
    needs.forEach(({ kind, limit }, i) => {
      const { total } = drawn[i]!;
      if (total === null) return;
      const usedThen = limit - total;
      // A limit below what is used leaves nothing, not less.
      expect(Math.min(before[kind]!, limit)).toBeLessThanOrEqual(usedThen);
      expect(usedThen).toBeLessThanOrEqual(after[kind]!);
    });
  }
}

function randomLimits(random: Random): BudgetLimits {
  const some = (most: number) => random.below(random.pick([most / 10, most]));
  return {
    grants: random() < 0.8 ? some(60) : null,
    perDay: random() < 0.4 ? some(60) : null,
    cents: random() < 0.5 ? some(150) : null,
  };
}

const limitOf = (limits: BudgetLimits, kind: string) =>
  (kind === 'g' ? limits.grants : kind === 'm' ? limits.cents : limits.perDay) ??
  (kind === 'm' ? Number.POSITIVE_INFINITY : UNLIMITED);

function expectWithin(now: Used, before: Used, limits: readonly BudgetLimits[]): void {
  for (const [kind, amount] of Object.entries(now)) {
    const most = Math.max(before[kind]!, ...limits.map((each) => limitOf(each, kind)));
    expect({ kind, amount, within: amount <= most }).toEqual({ kind, amount, within: true });
  }
}

/** Everybody at once, until all came to an end. */
async function someGive(processes: readonly Process[], random: Random, count: number) {
  await Promise.all(
    Array.from({ length: count }, async () => {
      await turns(random.below(40));
      const [process, partition] = [random.pick(processes), random.below(PARTITIONS)];
      if (random() < 0.3) await process.ask(partition, 1 + random.below(8));
      else await process.give(partition, 1 + random.below(5));
    }),
  );
}

const withGrants = (grants: number): BudgetLimits => ({ grants, perDay: null, cents: null });

/** A process whose line is good. */
const soundProcess = (limits: BudgetLimits) =>
  new Process(faultyConnection(connection, seeded(1)), limits);

async function giveAll(process: Process, partition: number, times: number): Promise<number> {
  let given = 0;
  for (let i = 0; i < times; i++) if (await process.give(partition, 0)) given++;
  return given;
}

describe('draws on a budget', () => {
  it('give nothing that lay idle under a limit which comes back below what is used', async () => {
    const process = soundProcess(withGrants(10));
    await process.ask(1, 5);
    process.limits = withGrants(100);
    expect(await giveAll(process, 2, 30)).toBe(30);
    process.limits = withGrants(10);
    expect([await giveAll(process, 1, 3), await giveAll(process, 2, 3)]).toEqual([0, 0]);
    process.limits = withGrants(33);
    expect([await giveAll(process, 1, 2), await giveAll(process, 3, 2)]).toEqual([2, 1]);
  });

  it('give nothing that a process which died had drawn under a larger limit', async () => {
    for (let calls = 0; calls < 8; calls++) {
      await admin.flushall();
      const process = soundProcess(withGrants(10));
      expect(await giveAll(process, 1, 10)).toBe(10);
      const dying = soundProcess(withGrants(100));
      dying.line.callsLeft = calls;
      await dying.ask(1, 5);
      const here = await giveAll(process, 1, 3);
      expect({ calls, here, elsewhere: await giveAll(process, 2, 3) }).toEqual({
        ...{ calls, here: 0, elsewhere: 0 },
      });
      process.limits = withGrants(100);
      expect(await giveAll(process, 2, 91)).toBe(90);
    }
  });

  it('get what lies idle where Redis answers, while a part of it is away', async () => {
    const process = soundProcess(withGrants(10));
    for (const partition of [1, 3]) await process.ask(partition, 5);
    process.line.deadKey = keys.partition(3).budgets;
    expect(await giveAll(process, 2, 7)).toBe(5);
    // The limit cannot change until everything is called in.
    process.limits = withGrants(11);
    expect(await giveAll(process, 2, 1)).toBe(0);
    process.line.deadKey = null;
    expect(await giveAll(process, 2, 7)).toBe(6);
  });

  it(`never give one too many, and strand nothing (${RUNS} runs)`, async () => {
    for (let run = 0; run < RUNS; run++) {
      const seed = SEED + run;
      const random = seeded(seed);
      await admin.flushall();
      const catalogs = [randomLimits(random), randomLimits(random)];
      const processes = Array.from(
        { length: PROCESSES },
        () => new Process(faultyConnection(connection, random), catalogs[0]!),
      );
      try {
        for (let phase = 0; phase < 5; phase++) {
          // Often one that was in force before.
          const limits = random() < 0.3 ? randomLimits(random) : random.pick(catalogs);
          const inForce = [...processes.map((process) => process.limits), limits];
          for (const { line } of processes) line.faults = random.pick([0, 0.05, 0.3]);
          let before = await used();
          const spreading = processes.map(async (process) => {
            await turns(random.below(60));
            process.limits = limits;
          });
          await Promise.all([someGive(processes, random, random.below(25)), ...spreading]);
          expectWithin(await used(), before, inForce);
          before = await used();
          await someGive(processes, random, random.below(60));
          expectWithin(await used(), before, [limits]);
        }
        await Promise.all(processes.map(({ line }) => line.settled()));
        await expectNothingStranded(processes, random);
      } catch (error) {
        throw new Error(`with PROFFER_TEST_SEED=${seed}`, { cause: error });
      }
    }
  });
});

/** One after the other: each gets one while there is one, whoever asks wherever. */
async function expectNothingStranded(processes: readonly Process[], random: Random) {
  for (const { line } of processes) line.faults = 0;
  const { limits } = processes[0]!;
  const isUnlimited = Object.values(limits).every((limit) => limit === null);
  if (isUnlimited) return;
  const kinds = needsOf([grantOf(limits, 1)]).map(({ kind }) => kind);
  for (;;) {
    const now = await used();
    const left = Math.min(...kinds.map((kind) => limitOf(limits, kind) - now[kind]!));
    const isGiven = await random.pick(processes).give(random.below(PARTITIONS), 1);
    expect([left, isGiven]).toEqual([left, left > 0]);
    if (!isGiven) break;
  }
  const drawn = await processes[0]!.draws.draw(OFFER, 0, needsOf([grantOf(limits, 1)]));
  const now = await used();
  for (const [i, kind] of kinds.entries()) {
    expect(drawn[i]!.total).toBe(Math.max(0, limitOf(limits, kind) - now[kind]!));
  }
}
