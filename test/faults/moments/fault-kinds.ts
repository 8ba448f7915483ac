// What may happen to the service in a moment: every kind of fault, and how often it is chosen.

import type { Random } from '../../support/seeded.ts';
import type { FaultedService } from './faulted-service.ts';
import {
  awayMs,
  type Draw,
  either,
  type Fault,
  kill,
  lateInsert,
  long,
  onCluster,
  onGateway,
  onLink,
  onRedis,
  short,
  stop,
  terminate,
} from './faults.ts';

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
  [2, lateInsert],
  [5, ({ redis }, random) => kill('redis', random.pick(redis.nodes), awayMs(redis, random))],
  [5, ({ redis }, random) => stop('redis', random.pick(redis.nodes), either(random))],
  [2, ({ redis }, random) => terminate('redis', random.pick(redis.nodes))],
  [3, onRedis('scripts flushed', ['SCRIPT', 'FLUSH'], null)],
  [3, onRedis('clients killed', ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'], null)],
  [3, onRedis('full', ['CONFIG', 'SET', 'maxmemory', '1mb'], ['CONFIG', 'SET', 'maxmemory', '0'])],
  [5, ({ clickhouse }, random) => kill('clickhouse', clickhouse, long(random) * random.below(3))],
  [4, ({ clickhouse }, random) => stop('clickhouse', clickhouse, either(random))],
  [1, ({ clickhouse }) => terminate('clickhouse', clickhouse)],
  [5, ({ endpoint }, random) => kill('endpoint', endpoint, either(random))],
  [4, ({ endpoint }, random) => stop('endpoint', endpoint, either(random))],
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
