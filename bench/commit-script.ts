// What does the commit cost, beside the floor: one EVALSHA with SET and XADD? One process calls each
// in turns at saturation on a Redis of its own, with a realistic state (1.7 KB) and record.
//
//   node --import tsx bench/commit-script.ts [seconds=0.5] [rounds=3]

import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { Packr } from 'msgpackr';
import { DraftState } from '../src/model/draft-state.ts';
import { FeatureOverlay } from '../src/model/feature-overlay.ts';
import { SEEN_CHARS } from '../src/model/seen-messages.ts';
import type { CustomerState } from '../src/model/state.ts';
import type { StoredState } from '../src/pipeline.ts';
import { CommitScript } from '../src/redis/commit-script.ts';
import { openConnection } from '../src/redis/connection.ts';
import { Keys } from '../src/redis/keys.ts';
import type { RedisConnection } from '../src/redis/redis-connection.ts';
import { StateCodec } from '../src/state/codec.ts';
import { EtagPool } from '../src/state/etag.ts';
import { RedisStateStore } from '../src/state/redis-state-store.ts';
import { startPrivateRedis } from '../test/support/private-redis.ts';
import { featureId, plainState, realisticState } from '../test/support/states.ts';
import { cpuSeconds, machine, resultHash } from './support/machine.ts';
import { median, table } from './support/table.ts';

const PARTITIONS = 64;
const CUSTOMERS = 2_000;
const IN_FLIGHT = 128;
const NO_RECENTS: ReadonlySet<string> = new Set();
const RECORD = JSON.stringify({ v: 1, kind: 'event', text: 'x'.repeat(400) });
const FLOOR = `local n = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[2], n .. '-0', 'r', ARGV[2])
return 1`;

/** Serves one customer once; a case is many of these, IN_FLIGHT at a time. */
type Call = (customer: number) => Promise<unknown>;

interface Measured {
  readonly perS: number;
  readonly clientUs: number;
  readonly redisUs: number;
}

export async function commitScript(seconds: number, rounds: number): Promise<string> {
  // First, in a small heap: what is cached later makes every collection dearer.
  const codec = codecTable(seconds);
  const redis = await startPrivateRedis();
  const connection = openConnection({ url: redis.socket, deadlineMs: 10_000 });
  try {
    await connection.ready();
    const client = redis.connect();
    const cases = await casesOn(connection, client);
    const measured = new Map<string, Measured[]>();
    for (let round = 0; round <= rounds; round++) {
      for (const [name, prepare] of cases) {
        await client.flushall();
        const call = await prepare();
        const result = await saturate(call, seconds, redis.pid);
        // The first round warms up.
        if (round > 0) measured.set(name, [...(measured.get(name) ?? []), result]);
      }
    }
    const floor = median(measured.get('floor')!.map((m) => m.perS));
    const rows = [...measured].map(([name, all]) => {
      const of = (pick: (m: Measured) => number) => median(all.map(pick));
      const perS = of((m) => m.perS);
      return [
        name,
        Math.round(perS),
        (perS / floor).toFixed(2),
        of((m) => m.clientUs).toFixed(1),
        of((m) => m.redisUs).toFixed(1),
      ];
    });
    const text = new StateCodec().encode(realisticState());
    return [
      machine(),
      '',
      table(['calls', 'per s', 'of floor', 'client CPU µs', 'Redis CPU µs'], rows),
      '',
      codec,
      '',
      `result ${resultHash(text)}`,
    ].join('\n');
  } finally {
    connection.close();
    await redis.stop();
  }
}

async function casesOn(
  connection: RedisConnection,
  client: Redis,
): Promise<Map<string, () => Promise<Call>>> {
  const keys = new Keys('bench:', PARTITIONS);
  const sha = (await client.script('LOAD', FLOOR)) as string;
  const script = new CommitScript(connection);
  const codec = new StateCodec();
  const encoded = codec.encode(realisticState());
  const text = 'x'.repeat(encoded.length);
  const id = (customer: number) => `customer-${customer}`;
  const floor: Call = (customer) => {
    const { ledger, position } = keys.partition(customer % PARTITIONS);
    const key = keys.customer(customer % PARTITIONS, id(customer));
    return client.evalsha(sha, 3, key, ledger, position, text, RECORD);
  };
  const commit = async (): Promise<Call> => {
    const etags = new EtagPool();
    const last = new Map<number, string>();
    return async (customer) => {
      const partition = customer % PARTITIONS;
      const { ledger, position, marked } = keys.partition(partition);
      const etag = etags.next();
      const call = {
        customerKey: keys.customer(partition, id(customer)),
        ledgerKey: ledger,
        positionKey: position,
        markedKey: marked,
        seenKey: keys.seen(partition, id(customer)),
        expectedEtag: last.get(customer) ?? '',
        value: etag + encoded,
        expiryMs: 34_560_000_000,
        ledgerMax: 1_000_000,
        asked: null,
        spilled: null,
        seenAfterMs: 0,
        records: [RECORD],
        grants: null,
        ...{ due: null, deliver: null, timersKey: '' },
        budgetsKey: keys.partition(partition).budgets,
      };
      const fault = () => {};
      const answer = await script.run(call, (given) => given, fault);
      if (answer.kind !== 'committed') throw new Error(answer.kind);
      last.set(customer, etag);
    };
  };
  const store = async (): Promise<Call> => {
    const states = new RedisStateStore(connection, keys, {
      stateBytesMax: 16_384,
      stateExpiryMs: 34_560_000_000,
      cacheBytesMax: 256 * 1024 * 1024,
      ledgerMax: 1_000_000,
    });
    const fill = realisticState();
    const call: Call = async (customer) => {
      const customerId = id(customer);
      const stored = (await states.load(customerId)) as StoredState;
      const outcome = await states.commit({
        customerId,
        grants: [],
        deliveries: [],
        expectedEtag: stored.etag,
        state: stepped(stored.etag === '' ? { ...fill, customerId } : stored.state),
        records: [RECORD],
        messageIds: ['m'],
        receivedAtMs: 1_795_000_000_000,
        recents: NO_RECENTS,
      });
      if (outcome.kind !== 'committed') throw new Error(outcome.kind);
    };
    for (let customer = 0; customer < CUSTOMERS; customer++) await call(customer);
    // As after a restart: every state was decoded from Redis, none is shared with another.
    for (let customer = 0; customer < CUSTOMERS; customer++) states.evict(id(customer));
    for (let customer = 0; customer < CUSTOMERS; customer++) await states.load(id(customer));
    return call;
  };
  return new Map<string, () => Promise<Call>>([
    ['floor', async () => floor],
    ['commit.lua', commit],
    ['load, encode, commit', store],
  ]);
}

/** What an event changes, about: three features, the clock, one message hash. */
function stepped(state: CustomerState): CustomerState {
  const features = FeatureOverlay.over(state.features);
  for (let n = 6; n < 9; n++) features.set(featureId(n), state.features.get(featureId(n))!);
  const next = new DraftState(state);
  next.features = features;
  next.seen = state.seen.slice(SEEN_CHARS) + state.seen.slice(0, SEEN_CHARS);
  next.asOfMs++;
  next.records++;
  return next;
}

async function saturate(call: Call, seconds: number, redisPid: number): Promise<Measured> {
  let done = 0;
  let next = 0;
  const clientBefore = process.cpuUsage();
  const redisBefore = cpuSeconds(redisPid);
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  const worker = async () => {
    while (performance.now() < endsAt) {
      // Workers walk the customers together, so no customer is in flight twice.
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

/** The codec beside msgpackr with shared structures, which knows no lazy features. */
function codecTable(seconds: number): string {
  const codec = new StateCodec();
  const state = realisticState();
  const document = codec.encode(state);
  const bytes = Buffer.from(document, 'latin1');
  const plain = plainState(state);
  const packr = new Packr({ structures: [], mapsAsObjects: false, moreTypes: true });
  packr.pack(plain);
  const packed = packr.pack(plain);
  const ns = (run: () => unknown) => {
    for (let i = 0; i < Math.min(20_000, seconds * 40_000); i++) run();
    let runs = 0;
    const startedAt = performance.now();
    while (performance.now() - startedAt < seconds * 200) {
      for (let i = 0; i < 100; i++) run();
      runs += 100;
    }
    return Math.round(((performance.now() - startedAt) * 1e6) / runs);
  };
  return table(
    ['codec', 'bytes', 'encode ns', 'decode ns', 'encode after an event ns'],
    [
      [
        'ours',
        bytes.length,
        ns(() => codec.encode(state)),
        ns(() => plainState(codec.decode(state.customerId, bytes.toString('latin1')))),
        ns(() => codec.encode(stepped(codec.decode(state.customerId, document)))),
      ],
      [
        'msgpackr',
        packed.length,
        ns(() => packr.pack(plain)),
        ns(() => packr.unpack(packed)),
        ns(() => packr.pack(plain)),
      ],
    ],
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [seconds = 0.5, rounds = 3] = process.argv.slice(2).map(Number);
  console.log(await commitScript(seconds, rounds));
}
