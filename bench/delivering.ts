// What does an event cost whose decision is delivered, and what do `channels:` cost an event that uses none?
// The engine alone (open the state, step, encode), and the pipeline over a Redis of its own. The floor
// of each is the same event under the same catalog without `channels:`, where its decision stays in the
// answer; measured in many short turns: floor, case, case, floor. Each case has customers of its own: what
// is kept of a delivered answer makes a state larger, whatever happens then.
//
//   node --import tsx bench/delivering.ts [customers=300] [rounds=30]

import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { prepare } from '../src/engine/program.ts';
import { step } from '../src/engine/step.ts';
import { NO_INPUTS } from '../src/model/inputs.ts';
import { emptyState } from '../src/model/state.ts';
import type { Submission } from '../src/model/step.ts';
import { openConnection } from '../src/redis/connection.ts';
import { Keys } from '../src/redis/keys.ts';
import { StateCodec } from '../src/state/codec.ts';
import { valid } from '../test/catalog/compile.ts';
import { eventOf, openShop, type Shop } from '../test/customers/shop.ts';
import { startPrivateRedis } from '../test/support/private-redis.ts';
import { machine } from './support/machine.ts';
import { PairedCosts } from './support/paired-costs.ts';
import { emptyLedgers, redisCpuUs } from './support/redis-cost.ts';
import { submitAll } from './support/submit-all.ts';
import { type Row, table } from './support/table.ts';

const CASES = [
  { name: 'no decision', what: 'Looked' },
  { name: 'a decision, not delivered', what: 'Asked' },
  { name: 'a decision, by webhook', what: 'Left' },
  { name: 'a decision, by stream', what: 'Viewed' },
] as const;
type What = (typeof CASES)[number]['what'];

const WITHOUT = `catalog: bench
features:
  all: { count: "*" }
  viewed: { count: "*", by: properties.product_id }
  all_7d: { count: "*", window: 7d }
  loves: { affinity: properties.category, of: { Looked: 1, Left: 1, Viewed: 1 }, half_life: 7d }
triggers:
  asked: { on: Asked, decide: app }
  left: { on: Left, decide: push }
  viewed: { on: Viewed, decide: web }
offers:
  gift:
    treatments:
      app: { title: A gift, text: "For {{ event.properties.product_id }}" }
      push: { title: A gift, text: "For {{ event.properties.product_id }}" }
      web: { title: A gift, text: "For {{ event.properties.product_id }}" }
placements: { app: { channel: app }, push: { channel: push }, web: { channel: web } }
`;
const WITH = `${WITHOUT}channels:
  push: { webhook: { url: "https://push.example/send", secret_env: PUSH } }
  web: stream
`;
const CATALOGS = [WITHOUT, WITH];
const EVENTS_BEFORE = 20;

const startMs = Date.UTC(2026, 10, 30);
let serial = 0;
function nextEvent(what: What, customer: number): Submission {
  serial++;
  const properties = { product_id: `p${customer % 7}`, category: `c${customer % 5}` };
  const messageId = `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
  const options = { messageId, properties, atMs: startMs + serial };
  return eventOf({ user: `user-${customer}` }, what, options);
}

export async function delivering(customers: number, rounds: number): Promise<string> {
  const engine = await engineCosts(customers, rounds);
  const { client, redis } = await pipelineCosts(customers, rounds);
  const rows = CASES.map(({ name }, i): Row => {
    return [name, ...[engine.costs, client, redis].flatMap((costs) => costs.beside(i))];
  });
  const head = ['engine', 'pipeline and engine', 'Redis'].flatMap((of) => {
    return [`${of} µs, floor`, 'with channels', '÷ floor'];
  });
  return [
    table(['an event with', ...head], rows),
    '',
    `${customers} customers each of ${EVENTS_BEFORE} events, ${rounds} rounds; deliveries an event ` +
      engine.delivered.map((count) => (count / customers / 2 / (rounds + 1)).toFixed(2)).join(', '),
  ].join('\n');
}

async function engineCosts(customers: number, rounds: number) {
  const codec = new StateCodec();
  const sides = CATALOGS.map((text) => ({
    program: prepare(valid(text), 1),
    documents: new Map<number, string>(),
  }));
  const one = (what: What, customer: number, { program, documents }: (typeof sides)[number]) => {
    const event = nextEvent(what, customer);
    const document = documents.get(customer);
    const { customerId } = event;
    const state =
      document === undefined ? emptyState(customerId) : codec.decode(customerId, document);
    const stepped = step(program, state, event, NO_INPUTS);
    if (stepped.kind !== 'stepped') throw new Error(stepped.kind);
    documents.set(customer, codec.encode(stepped.state));
    return stepped.deliveries.length;
  };
  for (let n = 0; n < EVENTS_BEFORE; n++) {
    for (let customer = 0; customer < customers * CASES.length; customer++) {
      for (const side of sides) one('Looked', customer, side);
    }
  }
  const delivered = CASES.map(() => 0);
  const costs = await inPairs(rounds, async (i, which) => {
    const before = process.cpuUsage();
    for (let n = 0; n < customers; n++) {
      delivered[i]! += one(CASES[i]!.what, i * customers + n, sides[which]!);
    }
    return [cpuUs(before) / customers];
  });
  return { costs: costs[0]!, delivered };
}

async function pipelineCosts(customers: number, rounds: number) {
  const redis = await startPrivateRedis();
  const connection = openConnection({ url: redis.socket, deadlineMs: 10_000 });
  try {
    await connection.ready();
    const admin = redis.connect();
    const shops = CATALOGS.map((text, i) =>
      openShop(connection, new Keys(`bench${i}:`, 64), text, () => startMs + serial),
    );
    const all = (what: What, shop: Shop, first: number, count: number) =>
      submitAll(shop, count, (n) => nextEvent(what, first + n));
    for (let n = 0; n < EVENTS_BEFORE; n++) {
      for (const shop of shops) await all('Looked', shop, 0, customers * CASES.length);
    }
    const costs = await inPairs(rounds, async (i, which) => {
      const redisBefore = await redisCpuUs(admin);
      const before = process.cpuUsage();
      await all(CASES[i]!.what, shops[which]!, i * customers, customers);
      const own = cpuUs(before) / customers;
      const redisUs = ((await redisCpuUs(admin)) - redisBefore) / customers;
      await asSent(admin);
      return [own, redisUs];
    });
    return { client: costs[0]!, redis: costs[1]! };
  } finally {
    connection.close();
    await redis.stop();
  }
}

/** @param block what a case (floor: 0, with channels: 1) cost an event, µs: one or two numbers */
async function inPairs(
  rounds: number,
  block: (i: number, which: 0 | 1) => Promise<readonly number[]>,
): Promise<readonly PairedCosts[]> {
  const costs = [new PairedCosts(CASES.length), new PairedCosts(CASES.length)];
  for (let round = 0; round <= rounds; round++) {
    for (const i of CASES.keys()) {
      // Whoever comes first pays for what was left behind: so each does once.
      const turns: (readonly number[])[] = [];
      for (const which of [0, 1, 1, 0] as const) turns.push(await block(i, which));
      // The first round warms up.
      if (round === 0) continue;
      const [a, b, c, d] = turns as [number[], number[], number[], number[]];
      for (const n of a.keys()) costs[n]!.add(i, (a[n]! + d[n]!) / 2, (b[n]! + c[n]!) / 2);
    }
  }
  return costs;
}

/** As if all of it had been sent and drained. */
async function asSent(admin: Redis): Promise<void> {
  await emptyLedgers(admin);
  for (const pattern of ['*:outbox', '*:deliver:*', '*:feed:*', '*:news']) {
    const keys = await admin.keys(pattern);
    if (keys.length > 0) await admin.del(...keys);
  }
}

function cpuUs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [customers = 300, rounds = 30] = process.argv.slice(2).map(Number);
  console.log(machine());
  console.log(await delivering(customers, rounds));
}
