// What does an event cost that arms a timer, moves it, or takes it out, beside one that does none of it?
// The engine alone (open the state, step, encode), and the pipeline over a Redis of its own. The floor is
// the same event under the same catalog without the trigger. All are measured in many short
// turns, and compared turn by turn, since the machine has slow moments.
//
//   node --import tsx bench/arming.ts [customers=300] [rounds=60]

import { fileURLToPath } from 'node:url';
import { prepare } from '../src/engine/program.ts';
import { step } from '../src/engine/step.ts';
import { NO_INPUTS } from '../src/model/inputs.ts';
import { emptyState } from '../src/model/state.ts';
import type { Submission } from '../src/model/step.ts';
import { openConnection } from '../src/redis/connection.ts';
import { Keys } from '../src/redis/keys.ts';
import { StateCodec } from '../src/state/codec.ts';
import { valid } from '../test/catalog/compile.ts';
import { openShop, type Shop } from '../test/customers/shop.ts';
import { startPrivateRedis } from '../test/support/private-redis.ts';
import { machine, resultHash } from './support/machine.ts';
import { PairedCosts } from './support/paired-costs.ts';
import { emptyLedgers, redisCpuUs } from './support/redis-cost.ts';
import { submitAll } from './support/submit-all.ts';
import { type Row, table } from './support/table.ts';
import { type Happening, happened, TIMED, TIMELESS } from './support/timed-catalog.ts';

/** In this order each customer goes through them, and ends as it began. */
const CASES: readonly { name: string; what: Happening }[] = [
  { name: 'neither', what: 'Looked' },
  { name: 'arms', what: 'Waited' },
  { name: 'neither, while one is pending', what: 'Looked' },
  { name: 'moves', what: 'Waited' },
  { name: 'cancels', what: 'Came' },
];
const FLOOR = 'floor: neither, no trigger of time';
const EVENTS_BEFORE = 20;

let serial = 0;
const startMs = Date.UTC(2026, 10, 30);
const nextEvent = (what: Happening, customer: number): Submission =>
  happened(what, customer, ++serial, startMs + serial);

export async function arming(customers: number, rounds: number): Promise<string> {
  const { costs: engine, result } = engineCosts(customers, rounds);
  const { client, redis } = await pipelineCosts(customers, rounds);
  const rows = [FLOOR, ...CASES.map(({ name }) => name)].map((name, i): Row => {
    return [
      name,
      ...[engine, client, redis].flatMap((costs) => costs.row(i === 0 ? undefined : i - 1)),
    ];
  });
  const head = ['engine µs', '÷ floor', 'pipeline and engine µs', '÷ floor', 'Redis µs', '÷ floor'];
  return [
    table(['an event that', ...head], rows),
    '',
    `${customers} customers of ${EVENTS_BEFORE} events, ${rounds} rounds; states ${result}`,
  ].join('\n');
}

function engineCosts(customers: number, rounds: number) {
  const codec = new StateCodec();
  const programs = [TIMELESS, TIMED].map((text) => prepare(valid(text), 1));
  const documents = programs.map(() => new Map<number, string>());
  const one = (what: Happening, customer: number, timed: boolean) => {
    const program = programs[Number(timed)]!;
    const own = documents[Number(timed)]!;
    const event = nextEvent(what, customer);
    const document = own.get(customer);
    const { customerId } = event;
    const state =
      document === undefined ? emptyState(customerId) : codec.decode(customerId, document);
    const stepped = step(program, state, event, NO_INPUTS);
    if (stepped.kind !== 'stepped') throw new Error(stepped.kind);
    own.set(customer, codec.encode(stepped.state));
  };
  for (let n = 0; n < EVENTS_BEFORE; n++) {
    for (let customer = 0; customer < customers; customer++) {
      one('Looked', customer, false);
      one('Looked', customer, true);
    }
  }
  const costs = new PairedCosts(CASES.length);
  const block = (what: Happening, timed: boolean) => {
    const before = process.cpuUsage();
    for (let customer = 0; customer < customers; customer++) one(what, customer, timed);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / customers;
  };
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { what }] of CASES.entries()) {
      const [floor, cost] = [block('Looked', false), block(what, true)];
      // The first round warms up.
      if (round === 0) continue;
      costs.add(i, floor, cost);
    }
  }
  const armed = documents[1]!.get(0)!;
  return { costs, result: resultHash(`${armed.length} ${codec.decode('u', armed).timers.length}`) };
}

async function pipelineCosts(customers: number, rounds: number) {
  const redis = await startPrivateRedis();
  const connection = openConnection({ url: redis.socket, deadlineMs: 10_000 });
  try {
    await connection.ready();
    const admin = redis.connect();
    const shops = [TIMELESS, TIMED].map((text, i) =>
      openShop(connection, new Keys(`bench${i}:`, 64), text),
    );
    for (let n = 0; n < EVENTS_BEFORE; n++) {
      for (const shop of shops) await submitAll(shop, customers, (c) => nextEvent('Looked', c));
    }
    const costs = {
      client: new PairedCosts(CASES.length),
      redis: new PairedCosts(CASES.length),
    };
    const block = async (what: Happening, shop: Shop) => {
      const redisBefore = await redisCpuUs(admin);
      const before = process.cpuUsage();
      await submitAll(shop, customers, (customer) => nextEvent(what, customer));
      const { user, system } = process.cpuUsage(before);
      const redisUs = (await redisCpuUs(admin)) - redisBefore;
      return [(user + system) / customers, redisUs / customers] as const;
    };
    for (let round = 0; round <= rounds; round++) {
      for (const [i, { what }] of CASES.entries()) {
        const floor = await block('Looked', shops[0]!);
        const cost = await block(what, shops[1]!);
        if (round === 0) continue;
        costs.client.add(i, floor[0], cost[0]);
        costs.redis.add(i, floor[1], cost[1]);
      }
      await emptyLedgers(admin);
    }
    return costs;
  } finally {
    connection.close();
    await redis.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [customers = 300, rounds = 60] = process.argv.slice(2).map(Number);
  console.log(machine());
  console.log(await arming(customers, rounds));
}
