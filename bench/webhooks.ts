// How fast do webhooks leave, at what CPU, and how long after its event is one there? The worker's sender
// alone, over a real Redis whose outbox the pipeline's commits have filled, to an endpoint in a process
// of its own. The floor sends as much to the same endpoint and does nothing else (webhook-sender.ts).
// Then the same beside a channel whose endpoint never answers.
//
//   node --import tsx bench/webhooks.ts [webhooks=3000] [rounds=7] [seconds=20]

import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { openConnection } from '../src/redis/connection.ts';
import { eventOf, openShop, type Shop } from '../test/customers/shop.ts';
import { startPrivateRedis } from '../test/support/private-redis.ts';
import { machine } from './support/machine.ts';
import { machineMs } from './support/machine-ms.ts';
import { emptyLedgers, redisCpuUs } from './support/redis-cost.ts';
import { submitAll } from './support/submit-all.ts';
import { median, table } from './support/table.ts';
import { WebhookEndpoint } from './support/webhook-endpoint.ts';
import { KEYS, WebhookSender } from './support/webhook-sender.ts';

const CUSTOMERS = 1_000;
const DEAD = 100;
/** As many channels a shop may have: nothing is sent by them. */
const IDLE = Array.from({ length: 8 }, (_, i) => `idle${i}`);
/** Between two events when it is quiet: out of step with how often the sender looks. */
const QUIET_MS = 47;

const catalogOf = (port: number) => `catalog: bench
triggers:
  left: { on: Left, decide: push }
  lost: { on: Lost, decide: dead }
offers:
  gift:
    treatments:
      push: { title: A gift for you, text: "It waits at {{ event.properties.url }}" }
      dead: { title: A gift for you }
placements: { push: { channel: push }, dead: { channel: dead } }
channels:
  push: { webhook: { url: "http://127.0.0.1:${port}/push", secret_env: PUSH } }
  dead: { webhook: { url: "http://127.0.0.1:${port}/dead", secret_env: PUSH } }
${IDLE.map((name) => `  ${name}: { webhook: { url: "http://127.0.0.1:${port}/idle" } }\n`).join('')}`;

interface Cost {
  readonly perS: number;
  readonly cpuUs: number;
  readonly redisUs: number;
}

interface Bench {
  readonly admin: Redis;
  readonly shop: Shop;
  readonly endpoint: WebhookEndpoint;
  readonly sender: WebhookSender;
}

export async function webhooks(count: number, rounds: number, seconds: number): Promise<string> {
  const redis = await startPrivateRedis();
  const connection = openConnection({ url: redis.socket, deadlineMs: 10_000 });
  const endpoint = await WebhookEndpoint.start();
  const catalog = catalogOf(endpoint.port);
  const sender = await WebhookSender.start(redis.socket, catalog);
  try {
    await connection.ready();
    const shop = openShop(connection, KEYS, catalog, Date.now);
    const bench: Bench = { admin: redis.connect(), shop, endpoint, sender };
    // Warms up, and says what a body is.
    await sent(bench, Math.min(count, 1_000));
    const { lastBody } = await endpoint.ask('anew');
    await bareSent(bench, lastBody, Math.min(count, 1_000));
    const alone = await inPairs(bench, lastBody, count, rounds);
    const quiet = await latencies(bench, seconds);
    await submitAll(shop, DEAD, (n) => event('Lost', n));
    const beside = await inPairs(bench, lastBody, count, rounds);
    const quietBeside = await latencies(bench, seconds);
    const floor = await bareLatencies(bench, lastBody, seconds);
    const { again, dead } = await endpoint.ask('count');
    if (dead === 0) throw new Error('the dead endpoint was sent nothing');
    const name = 'beside an endpoint that never answers';
    return [
      table(
        ['', 'webhooks/s', '÷ floor', 'sender µs each', '÷ floor', 'Redis µs each'],
        [
          ['floor: node:http alone', ...row(alone.floors, alone.floors)],
          ['deliveries', ...row(alone.costs, alone.floors)],
          [name, ...row(beside.costs, beside.floors)],
        ],
      ),
      '',
      table(
        ['from the event to the endpoint', 'p50 ms', 'p99 ms', 'max ms'],
        [
          ['floor: node:http alone, from its call', ...quantiles(floor)],
          ['deliveries, when it is quiet', ...quantiles(quiet)],
          [name, ...quantiles(quietBeside)],
        ],
      ),
      '',
      `${count} webhooks of ${lastBody.length} bytes a round, ${rounds} rounds; ${IDLE.length} more ` +
        `channels; quiet: one every ${QUIET_MS} ms, ${quiet.length} in all; all came, ${again} of them twice`,
    ].join('\n');
  } finally {
    await sender.stop();
    await endpoint.stop();
    connection.close();
    await redis.stop();
  }
}

let serial = 0;
function event(what: 'Left' | 'Lost', n: number) {
  const properties = { url: `https://shop.example/carts/${n % 97}` };
  return eventOf({ user: `user-${n % CUSTOMERS}` }, what, {
    ...{ messageId: `message-${++serial}`, properties, atMs: Date.now() },
  });
}

/** Turns of the floor and of deliveries. */
async function inPairs(bench: Bench, body: string, count: number, rounds: number) {
  const floors: Cost[] = [];
  const costs: Cost[] = [];
  for (let round = 0; round < rounds; round++) {
    floors.push(await bareSent(bench, body, count));
    costs.push(await sent(bench, count));
  }
  return { floors, costs };
}

/** So many webhooks that wait in the outbox. */
async function sent({ admin, shop, endpoint, sender }: Bench, count: number): Promise<Cost> {
  await submitAll(shop, count, (n) => event('Left', n));
  await endpoint.ask('anew');
  const redisBefore = await redisCpuUs(admin);
  const before = await sender.ask('report');
  const startMs = machineMs();
  await sender.ask('go');
  const { lastAtMs } = await endpoint.until(count);
  await settled(admin);
  const { cpuUs } = await sender.ask('pause');
  const redisUs = (await redisCpuUs(admin)) - redisBefore;
  await emptyLedgers(admin);
  return {
    perS: (count / (lastAtMs - startMs)) * 1_000,
    cpuUs: (cpuUs - before.cpuUs) / count,
    redisUs: redisUs / count,
  };
}

async function bareSent({ endpoint, sender }: Bench, body: string, count: number): Promise<Cost> {
  await endpoint.ask('anew');
  const url = `http://127.0.0.1:${endpoint.port}/push`;
  const before = await sender.ask('report');
  const { cpuUs, beganAtMs } = await sender.ask({ url, body, count, everyMs: 0 });
  const { lastAtMs } = await endpoint.until(count);
  const perS = (count / (lastAtMs - beganAtMs[0]!)) * 1_000;
  return { perS, cpuUs: (cpuUs - before.cpuUs) / count, redisUs: 0 };
}

/** Until what was sent is out of the outbox. */
async function settled(admin: Redis): Promise<void> {
  for (;;) {
    const keys = await admin.keys(KEYS.dueDeliveries(0, 'push').replace('{0}', '{*}'));
    if (keys.length === 0) return;
    await wait(5);
  }
}

/** From before an event is submitted until its webhook is there, ms. */
async function latencies({ shop, endpoint, sender, admin }: Bench, seconds: number) {
  await endpoint.ask('anew');
  await sender.ask('go');
  const began = new Map<string, number>();
  for (let n = 0; n < (seconds * 1_000) / QUIET_MS; n++) {
    const atMs = machineMs();
    const result = await shop.pipeline.submit(event('Left', n));
    if (result.kind !== 'done') throw new Error(JSON.stringify(result));
    const [{ delivery }] = JSON.parse(result.answer) as [{ delivery: { deliveryId: string } }];
    began.set(delivery.deliveryId, atMs);
    await wait(QUIET_MS);
  }
  await endpoint.until(began.size);
  await settled(admin);
  await sender.ask('pause');
  const { atMs } = await endpoint.ask('times');
  return [...began].map(([id, from]) => atMs![id]! - from);
}

async function bareLatencies({ endpoint, sender }: Bench, body: string, seconds: number) {
  await endpoint.ask('anew');
  const url = `http://127.0.0.1:${endpoint.port}/push`;
  const count = Math.ceil((seconds * 1_000) / QUIET_MS);
  const { beganAtMs } = await sender.ask({ url, body, count, everyMs: QUIET_MS });
  const { atMs } = await endpoint.ask('times');
  return beganAtMs.map((from, n) => atMs![`bare-${n}`]! - from);
}

function row(costs: readonly Cost[], floors: readonly Cost[]): readonly string[] {
  const of = (pick: (cost: Cost) => number) => median(costs.map(pick));
  const ratio = (pick: (cost: Cost) => number) =>
    median(costs.map((cost, round) => pick(cost) / pick(floors[round]!))).toFixed(2);
  const [perS, cpuUs] = [(cost: Cost) => cost.perS, (cost: Cost) => cost.cpuUs];
  const redisUs = of((cost) => cost.redisUs).toFixed(1);
  return [of(perS).toFixed(0), ratio(perS), of(cpuUs).toFixed(1), ratio(cpuUs), redisUs];
}

function quantiles(values: readonly number[]): readonly string[] {
  const sorted = [...values].sort((a, b) => a - b);
  return [0.5, 0.99, 1].map((q) => sorted[Math.floor((sorted.length - 1) * q)]!.toFixed(1));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count = 3_000, rounds = 7, seconds = 20] = process.argv.slice(2).map(Number);
  console.log(machine());
  console.log(await webhooks(count, rounds, seconds));
}
