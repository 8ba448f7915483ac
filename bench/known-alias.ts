// What does a known alias in every event cost? Beside the same events under the user id alone, the floor:
// names are read, the customer is found, the event is stepped and committed, in one process over a Redis
// of its own. Every customer has the same names in every case; only the calls differ. Blocks of the cases
// are measured in turns, and compared block by block, since the machine has slow moments. A phone number
// makes an event larger whether or not anybody reads it: its floor has it in the event, and unread.
//
//   node --import tsx bench/known-alias.ts [seconds=0.5] [rounds=5]

import { fileURLToPath } from 'node:url';
import { openConnection } from '../src/redis/connection.ts';
import { Keys } from '../src/redis/keys.ts';
import { eventOf, NOW, openShop, type Shop } from '../test/customers/shop.ts';
import { fixedNames } from '../test/support/fixed-names.ts';
import { startPrivateRedis } from '../test/support/private-redis.ts';
import { cpuSeconds, machine, resultHash } from './support/machine.ts';
import { retailFiles } from './support/retail.ts';
import { median, table } from './support/table.ts';

const PARTITIONS = 64;
const CUSTOMERS = 500;
const IN_FLIGHT = 128;
/** What each customer has looked at before anything is measured. */
const EVENTS_BEFORE = 20;

const CASES = [
  ...(['floor: userId', 'userId, anonymousId'] as const),
  ...(['floor: userId, phone unread', 'userId, phone', 'userId, phone, anonymousId'] as const),
] as const;
type Case = (typeof CASES)[number];

function floorOf(which: Case): Case {
  return which.includes('phone') ? CASES[2] : CASES[0];
}

interface Block {
  readonly perS: number;
  readonly clientUs: number;
  readonly redisUs: number;
}

const names = fixedNames();

function said(which: Case, customer: number) {
  const phone = [{ type: 'phone', id: `+86138${String(10_000_000 + customer)}` }];
  return {
    ...{ type: 'track' as const, userId: `u${customer}`, traits: {}, previousId: null },
    anonymousId: which.includes('anonymousId') ? `a${customer}` : null,
    context: which.includes('phone') ? { externalIds: phone } : {},
  };
}

let told = 0;

/** As a gateway does for one event. */
async function serve({ pipeline }: Shop, which: Case, customer: number): Promise<void> {
  const call = said(which, customer);
  const read = names.read(which.includes('unread') ? { ...call, context: {} } : call);
  if (read.kind !== 'named') throw new Error(read.message);
  const { customerId, naming } = read;
  const n = ++told;
  const properties = { product_id: `p${n % 40}`, category: `c${n % 7}`, price: n % 90 };
  const options = { messageId: `m${n}`, properties, context: call.context, atMs: NOW + n };
  const event = eventOf({ user: `u${customer}` }, 'Product Viewed', options);
  const result = await pipeline.submit({ ...event, customerId, naming });
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
}

export async function knownAlias(seconds: number, rounds: number): Promise<string> {
  const redis = await startPrivateRedis();
  const connection = openConnection({ url: redis.socket, deadlineMs: 10_000 });
  try {
    await connection.ready();
    const shop = openShop(connection, new Keys('bench:', PARTITIONS), retail());
    for (let customer = 0; customer < CUSTOMERS; customer++) {
      for (let n = 0; n < EVENTS_BEFORE; n++) await serve(shop, CASES[4], customer);
    }
    const client = redis.connect();
    const blocks = new Map<Case, Block[]>(CASES.map((which) => [which, []]));
    for (let round = 0; round <= rounds; round++) {
      // In another order each time; the first round warms up.
      for (let i = 0; i < CASES.length; i++) {
        const which = CASES[(i + round) % CASES.length]!;
        const block = await saturate(
          (customer) => serve(shop, which, customer),
          seconds,
          redis.pid,
        );
        if (round > 0) blocks.get(which)!.push(block);
        for (const key of await client.keys('*:ledger')) await client.xtrim(key, 'MAXLEN', 0);
      }
    }
    const floors = (which: Case) => blocks.get(floorOf(which))!;
    const rows = [...blocks].map(([which, all]) => [
      which,
      Math.round(median(all.map(({ perS }) => perS))),
      median(all.map(({ perS }, i) => perS / floors(which)[i]!.perS)).toFixed(3),
      median(all.map(({ clientUs }) => clientUs)).toFixed(1),
      median(all.map(({ clientUs }, i) => clientUs / floors(which)[i]!.clientUs)).toFixed(3),
      median(all.map(({ redisUs }) => redisUs)).toFixed(1),
    ]);
    const { state } = await shop.customers.findFresh('u0');
    const links = state.links.map(({ kind }) => kind).join();
    const header = ['names in each event', 'per s', 'of floor', 'client CPU µs', 'of floor'];
    return [
      machine(),
      '',
      table([...header, 'Redis CPU µs'], rows),
      '',
      `result ${resultHash(`${links} ${state.caps.size}`)}`,
    ].join('\n');
  } finally {
    connection.close();
    await redis.stop();
  }
}

/** The example catalog without its tests. */
function retail(): Record<string, string> {
  const files = retailFiles().filter(({ path }) => path !== 'tests.yaml');
  return Object.fromEntries(files.map(({ path, text }) => [path, text]));
}

async function saturate(
  call: (customer: number) => Promise<void>,
  seconds: number,
  redisPid: number,
): Promise<Block> {
  const clientBefore = process.cpuUsage();
  const redisBefore = cpuSeconds(redisPid);
  const startedAt = performance.now();
  let done = 0;
  let next = 0;
  const worker = async () => {
    while (performance.now() - startedAt < seconds * 1_000) {
      await call(next++ % CUSTOMERS);
      done++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const tookS = (performance.now() - startedAt) / 1_000;
  const client = process.cpuUsage(clientBefore);
  return {
    perS: done / tookS,
    clientUs: (client.user + client.system) / done,
    redisUs: ((cpuSeconds(redisPid) - redisBefore) * 1e6) / done,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [seconds = 0.5, rounds = 5] = process.argv.slice(2).map(Number);
  console.log(await knownAlias(seconds, rounds));
}
