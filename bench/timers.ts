// What do pending timers cost: memory of Redis, CPU while nothing is due, CPU of a firing, and how late are
// firings that are due spread over a minute? One process arms them through the pipeline; another fires
// them. The floor of a customer is one without a timer, that of a firing the event that armed it.
//
//   node --import tsx bench/timers.ts [seconds=60] [customers=10000 ...]

import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { openConnection } from '../src/redis/connection.ts';
import { Keys } from '../src/redis/keys.ts';
import { openShop, type Shop } from '../test/customers/shop.ts';
import { type PrivateRedis, startPrivateRedis } from '../test/support/private-redis.ts';
import { machine } from './support/machine.ts';
import { emptyLedgers, redisBytes, redisCpuUs } from './support/redis-cost.ts';
import { type Row, table } from './support/table.ts';
import { type Happening, HOUR_MS, happened, TIMED } from './support/timed-catalog.ts';
import { FiringProcess, PARTITIONS, PREFIX } from './support/timers-process.ts';

const IN_FLIGHT = 128;
/** More than the usual bound, which 100,000 within a minute would run into. */
const RATE = 5_000;
/** Entries of the index alone, so many times the customers of the first case at most. */
const INDEX_TIMES = 100;
/** Before the first is due: so many times what telling all of them took before. */
const ARMED_WITHIN = 4;
const IDLE_S = 10;
const TEN_MILLION = 1e7;
const keys = new Keys(PREFIX, PARTITIONS);

interface Case {
  readonly customers: number;
  readonly indexBytes: number;
  readonly stateBytes: number;
  readonly lateMs: readonly number[];
  readonly armUs: readonly [number, number];
  readonly fireUs: readonly [number, number];
}

export async function timers(seconds: number, sizes: readonly number[]): Promise<string> {
  const cases: Case[] = [];
  for (const customers of sizes) {
    cases.push(await onRedis((redis) => measured(redis, customers, seconds)));
  }
  const entries = sizes[0]! * INDEX_TIMES;
  const idle = await onRedis((redis) => idleCosts(redis, entries, Math.min(IDLE_S, seconds)));
  const last = cases.at(-1)!;
  const gigabytes = (bytes: number) => ((bytes * TEN_MILLION) / 2 ** 30).toFixed(1);
  return [
    table(
      ['pending timers', 'index, bytes each', 'state, bytes each', 'p50 ms late', 'p99', 'max'],
      cases.map(({ customers, indexBytes, stateBytes, lateMs }): Row => {
        const late = [...lateMs].sort((a, b) => a - b);
        const at = (share: number) => late[Math.min(late.length - 1, (late.length * share) | 0)]!;
        const bytes = [indexBytes.toFixed(0), stateBytes.toFixed(0)];
        return [customers, ...bytes, Math.round(at(0.5)), Math.round(at(0.99)), Math.round(at(1))];
      }),
    ),
    '',
    table(
      ['CPU µs each', 'floor: arming, process', 'Redis', 'firing, process', 'Redis'],
      cases.map(({ customers, armUs, fireUs }) => [
        customers,
        ...[...armUs, ...fireUs].map((us) => us.toFixed(1)),
      ]),
    ),
    '',
    table(
      ['nothing is due, % of a core', 'process', 'Redis'],
      idle.rows.map(([name, ...us]) => [name, ...us.map((n) => (n / 1e4).toFixed(2))]),
    ),
    '',
    `index alone, ${entries} entries: ${idle.indexBytes.toFixed(0)} bytes each; ten million: ` +
      `${gigabytes(idle.indexBytes)} GB of index, ${gigabytes(last.stateBytes)} GB in states`,
    `due over ${seconds} s, ${PARTITIONS} partitions, at most ${RATE} customers/s; ` +
      `fired ${cases.map(({ lateMs }) => lateMs.length).join(', ')}, failed 0`,
  ].join('\n');
}

async function onRedis<T>(work: (redis: PrivateRedis) => Promise<T>): Promise<T> {
  const redis = await startPrivateRedis();
  try {
    return await work(redis);
  } finally {
    await redis.stop();
  }
}

async function measured(redis: PrivateRedis, customers: number, seconds: number): Promise<Case> {
  const connection = openConnection({ url: redis.socket, deadlineMs: 10_000 });
  const firing = await FiringProcess.start(redis.socket, RATE);
  try {
    await connection.ready();
    const admin = redis.connect();
    const shop = openShop(connection, keys, TIMED, Date.now);
    const tell = teller(shop, customers);
    const beganAt = performance.now();
    await tell('Looked', () => Date.now());
    // A second event each, so that the state's room is as large with the timer as without.
    await tell('Looked', () => Date.now());
    const tookMs = (performance.now() - beganAt) / 2;
    const before = await cleanBytes(admin);
    const armed = await costOf(admin, process.cpuUsage.bind(process));
    const startMs = Date.now() + 3_000 + tookMs * ARMED_WITHIN;
    await tell('Waited', (i) => startMs + (i * seconds * 1_000) / customers - HOUR_MS);
    const armUs = await armed(customers);
    const bytes = (await cleanBytes(admin)) - before;
    const index = await indexBytes(admin);
    if (Date.now() > startMs) throw new Error('arming took longer than was reckoned with');
    const cpu = await firing.report();
    const redisBefore = await redisCpuUs(admin);
    const report = await allFired(firing, customers, startMs + seconds * 2_000 + 30_000);
    const redisUs = (await redisCpuUs(admin)) - redisBefore;
    if (report.failed > 0) throw new Error(`${report.failed} customers could not be served`);
    return {
      customers,
      indexBytes: index / customers,
      stateBytes: (bytes - index) / customers,
      lateMs: report.lateMs,
      armUs,
      fireUs: [(report.cpuUs - cpu.cpuUs) / customers, redisUs / customers],
    };
  } finally {
    await firing.stop();
    connection.close();
  }
}

/** The same to all customers, many at a time. */
function teller({ pipeline }: Shop, customers: number) {
  let serial = 0;
  return async (what: Happening, timestampMs: (customer: number) => number): Promise<void> => {
    let next = 0;
    const go = async () => {
      while (next < customers) {
        const customer = next++;
        const at = Math.floor(timestampMs(customer));
        const result = await pipeline.submit(
          happened(what, customer, ++serial, Date.now(), Math.min(at, Date.now())),
        );
        if (result.kind !== 'done') throw new Error(JSON.stringify(result));
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, go));
  };
}

async function costOf(admin: Redis, cpuUsage: () => NodeJS.CpuUsage) {
  const redisBefore = await redisCpuUs(admin);
  const before = cpuUsage();
  return async (count: number): Promise<readonly [number, number]> => {
    const after = cpuUsage();
    const own = after.user + after.system - before.user - before.system;
    return [own / count, ((await redisCpuUs(admin)) - redisBefore) / count];
  };
}

async function allFired(firing: FiringProcess, customers: number, untilMs: number) {
  for (;;) {
    const report = await firing.report();
    if (report.lateMs.length >= customers) return report;
    if (Date.now() > untilMs) throw new Error(`${report.lateMs.length} of ${customers} fired`);
    await wait(500);
  }
}

async function cleanBytes(admin: Redis): Promise<number> {
  await emptyLedgers(admin);
  return redisBytes(admin);
}

async function indexBytes(admin: Redis): Promise<number> {
  let bytes = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const { timers: key } = keys.partition(partition);
    bytes += (await admin.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  }
  return bytes;
}

/** What polling costs where nothing is due: with an empty index, and with a full one. */
async function idleCosts(redis: PrivateRedis, entries: number, seconds: number) {
  const admin = redis.connect();
  const firing = await FiringProcess.start(redis.socket, RATE);
  const second = async (): Promise<readonly number[]> => {
    const redisBefore = await redisCpuUs(admin);
    const { cpuUs } = await firing.report();
    await wait(seconds * 1_000);
    const after = await firing.report();
    return [(after.cpuUs - cpuUs) / seconds, ((await redisCpuUs(admin)) - redisBefore) / seconds];
  };
  try {
    await wait(Math.min(2_000, seconds * 1_000));
    const empty = await second();
    const farMs = Date.now() + 1_000 * HOUR_MS;
    for (let from = 0; from < entries; from += 1_000) {
      const { timers: key } = keys.partition((from / 1_000) % PARTITIONS);
      const members = Array.from({ length: Math.min(1_000, entries - from) }, (_, i) => [
        farMs + i,
        `user-${from + i}`,
      ]);
      await admin.zadd(key, ...members.flat());
    }
    const full = await second();
    const rows = [
      ['no timers', ...empty],
      [`${entries} timers`, ...full],
    ] as const;
    return { rows, indexBytes: (await indexBytes(admin)) / entries };
  } finally {
    await firing.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [seconds = 60, ...sizes] = process.argv.slice(2).map(Number);
  console.log(machine());
  console.log(await timers(seconds, sizes.length > 0 ? sizes : [10_000, 100_000]));
}
