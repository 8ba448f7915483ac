// What do more gateways and a Redis Cluster give, and what does durability cost? Gateways 1, 2, 4 on
// one Redis and on three masters with three replicas, beside the floor in the same run, in turns;
// then `appendfsync` and waiting for a replica. On few cores more processes share what there is: CPU
// per event and latency tell more than throughput.
//
//   npm run build && node --import tsx bench/scaling.ts [--seconds 4] [--rounds 3] [--rate 2000]
//       [--gateways 1,2,4] [--durability none+0,everysec+0,always+0,everysec+1,always+1]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { httpRequest, seeded, shopEvent } from './support/events.ts';
import { startFullPath } from './support/full-path-side.ts';
import { WRITE_KEY } from './support/gateway-process.ts';
import { grownCatalog } from './support/grown-catalog.ts';
import { type Fsync, type Layout, startCluster, startSingle } from './support/layouts.ts';
import { machine, resultHash } from './support/machine.ts';
import { type Measured, measure, type Side, startFloor } from './support/side.ts';
import { median, type Row, table } from './support/table.ts';

const SEED = 7;
const CUSTOMERS = 5_000;
const DISTINCT_PER_S = 40_000;
/** What acknowledged means: the append-only file, and how many replicas confirm. */
type Durability = `${Fsync}+${number}`;

export interface ScalingOptions {
  readonly seconds: number;
  readonly rounds: number;
  readonly ratePerS: number;
  readonly gateways: readonly number[];
  readonly durability: readonly Durability[];
}

export async function scaling(options: ScalingOptions): Promise<string> {
  const catalog = await grownCatalog();
  const dataDir = await mkdtemp(join(tmpdir(), 'proffer-bench-'));
  const stops: (() => Promise<void>)[] = [];
  const keep = <T extends { stop(): Promise<void> }>(started: T): T => {
    stops.unshift(() => started.stop());
    return started;
  };
  const on = async (layout: Layout, gateways: number, replicas = 0): Promise<Side> =>
    keep(
      await startFullPath(catalog, dataDir, {
        ...{ gateways, redis: layout },
        env: { PROFFER_REDIS_REPLICAS: `${replicas}` },
      }),
    );
  try {
    const most = Math.max(...options.gateways);
    const [floor, single, cluster] = await Promise.all([
      startFloor().then(keep),
      startSingle('none', 0).then((layout) => on(keep(layout), most)),
      startCluster().then((layout) => on(keep(layout), most)),
    ]);
    const sides = [floor];
    for (const [name, side] of [
      ['one Redis', single],
      ['Cluster, 3 + 3', cluster],
    ] as const) {
      for (const count of options.gateways) {
        // The same processes; those that are not asked cost next to nothing.
        const servers = side.servers.slice(0, count);
        sides.push({ ...side, name: `${name}, gateways: ${count}`, servers });
      }
    }
    const scale = await tableOf(options, sides);
    for (const stop of stops.splice(0)) await stop();

    const durable = await Promise.all([
      startFloor(['--appendonly', 'yes']).then((side) => {
        return { ...keep(side), name: 'floor, appendfsync everysec' };
      }),
      ...options.durability.map(async (durability) => {
        const [fsync, count] = durability.split('+') as [Fsync, string];
        const replicas = Number(count);
        const side = await on(keep(await startSingle(fsync, replicas)), 1, replicas);
        const file = fsync === 'none' ? 'no file' : `appendfsync ${fsync}`;
        return { ...side, name: `${file}, PROFFER_REDIS_REPLICAS=${replicas}` };
      }),
    ]);
    return [scale, await tableOf(options, durable), `events ${eventsHash()} (seed ${SEED})`].join(
      '\n\n',
    );
  } finally {
    for (const stop of stops) await stop();
    await rm(catalog, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Throughput at saturation in turns, then latency at the fixed rate; the first side is the floor. */
async function tableOf(options: ScalingOptions, sides: readonly Side[]): Promise<string> {
  const { seconds, rounds, ratePerS } = options;
  const random = seeded(SEED);
  let serial = 0;
  const requests = (perS: number) =>
    Array.from({ length: Math.ceil(perS * seconds) }, () =>
      httpRequest('/v1/track', JSON.stringify(shopEvent(random, CUSTOMERS, serial++)), WRITE_KEY),
    );
  const saturated = sides.map((): Measured[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, side] of sides.entries()) {
      const drive = { requests: requests(DISTINCT_PER_S), seconds, ratePerS: null };
      const measured = await measure(side, drive);
      // The first round warms up.
      if (round > 0) saturated[i]!.push(measured);
    }
  }
  const perS = saturated.map((all) => median(all.map((m) => m.perS)));
  const rows: Row[] = [];
  for (const [i, side] of sides.entries()) {
    const fixed = await measure(side, { requests: requests(ratePerS), seconds, ratePerS });
    const of = (pick: (m: Measured) => number) => median(saturated[i]!.map(pick));
    rows.push([
      side.name,
      Math.round(perS[i]!),
      (perS[i]! / perS[0]!).toFixed(2),
      of((m) => m.serverUs).toFixed(1),
      of((m) => m.redisUs).toFixed(1),
      ...[50, 95, 99, 99.9, 100].map((p) => (fixed.latencyUs[p]! / 1000).toFixed(2)),
      [...saturated[i]!, fixed].reduce((sum, m) => sum + m.notOk, 0),
    ]);
  }
  const latency = ['p50', 'p95', 'p99', 'p99.9', 'max'].map((p) => `${p} ms at ${ratePerS}/s`);
  const head = ['', 'events/s', 'of floor', 'servers µs an event', 'Redis µs an event', ...latency];
  return table([...head, 'not 2xx'], rows);
}

/** Of the first events, so that nobody speeds this up by sending others. */
function eventsHash(): string {
  const random = seeded(SEED);
  const events = Array.from({ length: 1_000 }, (_, i) => shopEvent(random, CUSTOMERS, i));
  return resultHash(JSON.stringify(events));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Servers end with this process only where it exits by itself.
  process.once('SIGTERM', () => process.exit(1));
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '3' },
      rate: { type: 'string', default: '2000' },
      gateways: { type: 'string', default: '1,2,4' },
      durability: { type: 'string', default: 'none+0,everysec+0,always+0,everysec+1,always+1' },
    },
  });
  const text = await scaling({
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    ratePerS: Number(values.rate),
    gateways: values.gateways.split(',').map(Number),
    durability: values.durability.split(',') as Durability[],
  });
  const report = `${machine()}\n\n${text}`;
  console.log(report);
  process.exit(0);
}
