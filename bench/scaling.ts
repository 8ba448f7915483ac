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
import { startFullPath } from './support/full-path-side.ts';
import { grownCatalog } from './support/grown-catalog.ts';
import { type Fsync, type Layout, startCluster, startSingle } from './support/layouts.ts';
import { machine } from './support/machine.ts';
import { type Side, startFloor } from './support/side.ts';
import { eventsLine, type SideOptions, sideTable } from './support/side-table.ts';

/** What acknowledged means: the append-only file, and how many replicas confirm. */
type Durability = `${Fsync}+${number}`;

export interface ScalingOptions extends SideOptions {
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
    const scale = await sideTable(options, sides);
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
    return [scale, await sideTable(options, durable), eventsLine()].join('\n\n');
  } finally {
    for (const stop of stops) await stop();
    await rm(catalog, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
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
