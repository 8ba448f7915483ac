// What happens to the service in a moment: every kind of fault, how often it is chosen, and how long
// it is held. A fault is done to one thing, and undone whether or not that thing still runs.

import type { Random } from '../../support/seeded.ts';
import type { ClusterFaults, FaultedNode, FaultedRedis } from './faulted-redis.ts';
import {
  DRAIN_DEADLINE_MS,
  type FaultedGateway,
  type FaultedService,
  LEASE_TTL_MS,
  type Link,
  REDIS_DEADLINE_MS,
} from './faulted-service.ts';

/** One fault, ready to happen. */
export interface Fault {
  /** Of which kind, for the table: `worker killed`. */
  readonly kind: string;
  /** What exactly, for a report: `worker 2 killed, back after 120 ms`. */
  readonly what: string;
  /** Takes steps that another fault could leave half done. */
  readonly isAlone?: boolean;
  /** Between begin and end, ms. */
  readonly holdMs: number;
  begin(): Promise<void> | void;
  /** Everything is as it was, or comes back by itself. */
  end(): Promise<void> | void;
}

type Draw = (service: FaultedService, random: Random) => Fault;

/** Short: nobody's deadline is over. Long: everybody's is. */
const short = (random: Random) => 5 + random.below(200);
const long = (random: Random) => Math.max(LEASE_TTL_MS, REDIS_DEADLINE_MS) + random.below(700);
const either = (random: Random) => (random() < 0.7 ? short(random) : long(random));

function kill(kind: string, process: FaultedNode, awayMs: number): Fault {
  return {
    ...{ kind: `${kind} killed`, what: `${process.name} killed`, holdMs: awayMs },
    begin: () => process.kill(),
    end: () => void process.start().catch(() => {}),
  };
}

function terminate(kind: string, process: FaultedNode): Fault {
  return {
    ...{ kind: `${kind} restarted`, what: `${process.name} restarted`, holdMs: 0 },
    begin: () => process.terminate(DRAIN_DEADLINE_MS * 2 + 4_000),
    end: () => void process.start().catch(() => {}),
  };
}

function stop(kind: string, process: FaultedNode, heldMs: number): Fault {
  return {
    ...{ kind: `${kind} held up`, what: `${process.name} held up`, holdMs: heldMs },
    begin: () => process.stop(),
    end: () => process.continue(),
  };
}

/** Whoever waits for this gateway meanwhile cannot blame it. */
function disturbing(gateway: FaultedGateway | undefined, fault: Fault): Fault {
  if (gateway === undefined) return fault;
  return {
    ...fault,
    begin() {
      gateway.disturbances++;
      return fault.begin();
    },
    async end() {
      await fault.end();
      gateway.disturbances--;
      gateway.disturbedUntilMs = performance.now() + 1_000;
    },
  };
}

/** A cluster needs a while until a replica takes over. */
function awayMs({ cluster }: FaultedRedis, random: Random): number {
  return cluster === null || random() < 0.4 ? short(random) : 1_000 + random.below(1_500);
}

const onCluster =
  (what: string, run: (cluster: ClusterFaults, random: Random) => Promise<void>): Draw =>
  ({ redis }, random) => ({
    ...{ kind: `redis ${what}`, what: `redis ${what}`, holdMs: 0, isAlone: true },
    begin: () => run(redis.cluster!, random),
    end() {},
  });

const onGateway =
  (make: (process: FaultedNode, random: Random) => Fault): Draw =>
  ({ gateways }, random) => {
    const gateway = random.pick(gateways);
    return disturbing(gateway, make(gateway.process, random));
  };

/** Its bytes are on their way when it dies, and arrive when another worker has its partitions. */
const lateInsert: Draw = ({ workers, links }, random) => {
  const worker = random.pick(workers);
  const { proxy } = links.find(({ name }) => name === `${worker.name} → clickhouse`)!;
  const beforeMs = 50 + random.below(150);
  return {
    kind: 'worker killed, its insert arrives late',
    what: `${worker.name} killed, its insert arrives late,`,
    holdMs: long(random) + 300,
    async begin() {
      proxy.stall('requests');
      await new Promise((resolve) => setTimeout(resolve, beforeMs));
      await worker.kill();
    },
    end() {
      proxy.heal();
      worker.start().catch(() => {});
    },
  };
};

const onRedis =
  (what: string, begin: readonly string[], end: readonly string[] | null): Draw =>
  ({ redis }, random) => {
    const run = async (command: readonly string[]) => {
      const [name, ...args] = command;
      for (const client of redis.clients) await client.call(name!, ...args).catch(() => {});
    };
    return {
      ...{
        kind: `redis ${what}`,
        what: `redis ${what}`,
        holdMs: end === null ? 0 : either(random),
      },
      begin: () => run(begin),
      end: () => (end === null ? undefined : run(end)),
    };
  };

const onLink =
  (
    what: string,
    begin: (link: Link, random: Random) => void,
    holdMs: (random: Random) => number,
  ): Draw =>
  ({ links, gateways }, random) => {
    const link = random.pick(links);
    // The clients' own line to a gateway: what it holds up is not the gateway's.
    const gateway = gateways.find(({ process }) => link.name === `clients → ${process.name}`);
    return disturbing(gateway, {
      ...{ kind: `${link.kind} ${what}`, what: `${link.name} ${what}`, holdMs: holdMs(random) },
      begin: () => begin(link, random),
      end: () => link.proxy.heal(),
    });
  };

const now = () => 0;
const COMMIT = (bytes: Buffer) => bytes.includes('EVALSHA') || bytes.includes('evalsha');
const ANYTHING = () => true;

/** Every kind with its weight. */
const KINDS: readonly (readonly [number, Draw])[] = [
  [8, onGateway((process, random) => kill('gateway', process, short(random)))],
  [4, onGateway((process, random) => stop('gateway', process, either(random)))],
  [3, onGateway((process) => terminate('gateway', process))],
  [8, ({ workers }, random) => kill('worker', random.pick(workers), short(random))],
  [6, ({ workers }, random) => stop('worker', random.pick(workers), either(random))],
  [3, ({ workers }, random) => terminate('worker', random.pick(workers))],
  [3, lateInsert],
  [5, ({ redis }, random) => kill('redis', random.pick(redis.nodes), awayMs(redis, random))],
  [5, ({ redis }, random) => stop('redis', random.pick(redis.nodes), either(random))],
  [2, ({ redis }, random) => terminate('redis', random.pick(redis.nodes))],
  [3, onRedis('scripts flushed', ['SCRIPT', 'FLUSH'], null)],
  [3, onRedis('clients killed', ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'], null)],
  [3, onRedis('full', ['CONFIG', 'SET', 'maxmemory', '1mb'], ['CONFIG', 'SET', 'maxmemory', '0'])],
  [5, ({ clickhouse }, random) => kill('clickhouse', clickhouse, long(random) * random.below(3))],
  [4, ({ clickhouse }, random) => stop('clickhouse', clickhouse, either(random))],
  [1, ({ clickhouse }) => terminate('clickhouse', clickhouse)],
  [6, onLink('cut', ({ proxy }, random) => proxy.cut(random() < 0.5 ? 'reset' : 'fin'), now)],
  [5, onLink('stalled', ({ proxy }, random) => proxy.stall(random.pick(STALLS)), either)],
  [
    4,
    onLink(
      'stalled, then cut',
      ({ proxy }, random) => {
        proxy.stall(random.pick(STALLS));
        setTimeout(() => proxy.cut(), 20 + random.below(150));
      },
      short,
    ),
  ],
  [5, onLink('delayed', ({ proxy }, random) => proxy.delay(5 + random.below(40), 20), either)],
  [2, onLink('narrowed', ({ proxy }) => proxy.throttle(200_000), either)],
  [
    3,
    onLink(
      'refused',
      ({ proxy }) => {
        proxy.refuse();
        proxy.cut();
      },
      either,
    ),
  ],
  [
    4,
    onLink(
      'cut within an answer',
      ({ proxy }, random) => void proxy.cutAfterAnswerBytes(1 + random.below(2_000)),
      short,
    ),
  ],
  [
    8,
    onLink(
      'answer lost',
      ({ proxy, kind }) => void proxy.swallowAnswer(kind.endsWith('redis') ? COMMIT : ANYTHING, 10),
      (random) => 200 + random.below(100),
    ),
  ],
];
const ONLY_SINGLE: typeof KINDS = [
  [3, onRedis('read-only', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'])],
];
const ONLY_CLUSTER: typeof KINDS = [
  [6, onCluster('failed over', ({ failover }, random) => failover(random))],
  [6, onCluster('slot moved', ({ moveSlot }, random) => moveSlot(random))],
];
const STALLS = ['requests', 'answers', 'both'] as const;

/** The next fault, by weight, of those whose kind matches. */
export function drawFault(service: FaultedService, random: Random, only: RegExp): Fault {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const fault = drawAny(service, random);
    if (only.test(fault.kind)) return fault;
  }
  throw new Error(`no fault is like ${only}`);
}

function drawAny(service: FaultedService, random: Random): Fault {
  const kinds = [...KINDS, ...(service.redis.cluster === null ? ONLY_SINGLE : ONLY_CLUSTER)];
  let left = random() * kinds.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, draw] of kinds) {
    left -= weight;
    if (left < 0) return draw(service, random);
  }
  throw new Error('the weights do not add up');
}
