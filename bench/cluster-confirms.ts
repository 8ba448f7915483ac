// What does it cost on a Redis Cluster to wait for a replica? One gateway on three masters with one or
// two replicas each, with and without `WAIT 1`, beside the floor in the same run, in turns.
//
//   npm run build && node --import tsx bench/cluster-confirms.ts [--seconds 4] [--rounds 2]
//       [--rate 2000] [--layouts 1+0,1+1,2+1]
//
// A layout is replicas of each master + replicas that must confirm.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startFullPath } from './support/full-path-side.ts';
import { grownCatalog } from './support/grown-catalog.ts';
import { startCluster } from './support/layouts.ts';
import { machine } from './support/machine.ts';
import { startFloor } from './support/side.ts';
import { eventsLine, type SideOptions, sideTable } from './support/side-table.ts';

async function clusterConfirms(options: SideOptions, layouts: readonly string[]): Promise<string> {
  const catalog = await grownCatalog();
  const dataDir = await mkdtemp(join(tmpdir(), 'proffer-bench-'));
  const stops: (() => Promise<void>)[] = [];
  const keep = <T extends { stop(): Promise<void> }>(started: T): T => {
    stops.unshift(() => started.stop());
    return started;
  };
  try {
    const floor = keep(await startFloor(['--appendonly', 'yes']));
    const sides = [{ ...floor, name: 'floor: one Redis, bare' }];
    for (const layout of layouts) {
      const [replicas, confirms] = layout.split('+').map(Number) as [number, number];
      const redis = keep(await startCluster(replicas, ['--appendonly', 'yes']));
      const env = { PROFFER_REDIS_REPLICAS: `${confirms}` };
      const side = keep(await startFullPath(catalog, dataDir, { gateways: 1, redis, env }));
      const name = `Cluster, 3 + ${3 * replicas}, PROFFER_REDIS_REPLICAS=${confirms}`;
      sides.push({ ...side, name });
    }
    return [await sideTable(options, sides), eventsLine()].join('\n\n');
  } finally {
    for (const stop of stops) await stop();
    await rm(catalog, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
}

// Servers end with this process only where it exits by itself.
process.once('SIGTERM', () => process.exit(1));
// Each of some twenty of them waits for that.
process.setMaxListeners(100);
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '2' },
    rate: { type: 'string', default: '2000' },
    layouts: { type: 'string', default: '1+0,1+1,2+1' },
  },
});
const options = {
  seconds: Number(values.seconds),
  rounds: Number(values.rounds),
  ratePerS: Number(values.rate),
};
console.log(`${machine()}\n\n${await clusterConfirms(options, values.layouts.split(','))}`);
process.exit(0);
