// What is gained over the same job as a competent engineer writes it in an afternoon (bench/afternoon:
// fastify, zod, ioredis, json-rules-engine)? Both beside the floor in the same run: throughput, CPU,
// latency at a fixed rate; and then, what each gets wrong, counted.
//
//   npm run build && node --import tsx bench/afternoon.ts [--seconds 4] [--rounds 3] [--rate 500]
//       [--concurrent 1000] [--duplicates 300] [--kills 10] [--batches 50]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FLASH_CATALOG, startAfternoon, startOurs } from './support/contender.ts';
import { httpRequest, seeded, shopEvent } from './support/events.ts';
import { WRITE_KEY } from './support/gateway-process.ts';
import { grownCatalog } from './support/grown-catalog.ts';
import { type Mistakes, mistakesOf, type ScenarioSize } from './support/hostile-scenario.ts';
import { machine, resultHash } from './support/machine.ts';
import { type Measured, measure, type Side, startFloor } from './support/side.ts';
import { median, type Row, table } from './support/table.ts';

const SEED = 7;
const CUSTOMERS = 5_000;
const DISTINCT_PER_S = 30_000;

export interface AfternoonOptions {
  readonly seconds: number;
  readonly rounds: number;
  readonly ratePerS: number;
  readonly scenario: ScenarioSize;
}

export async function afternoon(options: AfternoonOptions): Promise<string> {
  const catalog = await grownCatalog(FLASH_CATALOG);
  const dataDir = await mkdtemp(join(tmpdir(), 'proffer-bench-'));
  try {
    const sides = [startFloor(), startOurs(catalog, dataDir, 1), startAfternoon(1)];
    const speed = await speedTable(options, await Promise.all(sides));
    const contenders = await Promise.all([startOurs(catalog, dataDir, 2), startAfternoon(2)]);
    const mistakes: Mistakes[] = [];
    for (const contender of contenders) {
      mistakes.push(await mistakesOf(contender, options.scenario));
      await contender.stop();
    }
    const [ours, theirs] = mistakes as [Mistakes, Mistakes];
    const rows = Object.keys(ours).map((what): Row => [what, ours[what]!, theirs[what]!]);
    return [
      speed,
      table(['what it gets wrong', ...contenders.map(({ name }) => name)], rows),
      `result ${resultHash(JSON.stringify(ours))} (seed ${SEED})`,
    ].join('\n\n');
  } finally {
    await rm(catalog, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** In turns: the machine is shared, ratios count. Ends the sides. */
async function speedTable(options: AfternoonOptions, sides: readonly Side[]): Promise<string> {
  const { seconds, rounds, ratePerS } = options;
  const random = seeded(SEED);
  let serial = 0;
  const requests = (perS: number) =>
    Array.from({ length: Math.ceil(perS * seconds) }, () =>
      httpRequest('/v1/track', JSON.stringify(shopEvent(random, CUSTOMERS, serial++)), WRITE_KEY),
    );
  const saturated = new Map<Side, Measured[]>(sides.map((side) => [side, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const side of sides) {
      const drive = { requests: requests(DISTINCT_PER_S), seconds, ratePerS: null };
      const measured = await measure(side, drive);
      // The first round warms up.
      if (round > 0) saturated.get(side)!.push(measured);
    }
  }
  const rows: Row[] = [];
  let notOk = 0;
  for (const side of sides) {
    const fixed = await measure(side, { requests: requests(ratePerS), seconds, ratePerS });
    const of = (pick: (m: Measured) => number) => median(saturated.get(side)!.map(pick));
    notOk += [...saturated.get(side)!, fixed].reduce((sum, m) => sum + m.notOk, 0);
    rows.push([
      side.name,
      Math.round(of((m) => m.perS)),
      of((m) => m.serverUs).toFixed(1),
      of((m) => m.redisUs).toFixed(1),
      ...[50, 99, 100].map((p) => (fixed.latencyUs[p]! / 1000).toFixed(2)),
    ]);
    await side.stop();
  }
  const latency = ['p50', 'p99', 'max'].map((p) => `${p} ms at ${ratePerS}/s`);
  const head = ['service', 'events/s', 'server µs an event', 'Redis µs', ...latency];
  return `${table(head, rows)}\n\nanswers that were not 2xx: ${notOk}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Servers end with this process only where it exits by itself.
  process.once('SIGTERM', () => process.exit(1));
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '3' },
      rate: { type: 'string', default: '500' },
      concurrent: { type: 'string', default: '1000' },
      duplicates: { type: 'string', default: '300' },
      kills: { type: 'string', default: '10' },
      batches: { type: 'string', default: '50' },
    },
  });
  const text = await afternoon({
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    ratePerS: Number(values.rate),
    scenario: {
      concurrent: Number(values.concurrent),
      duplicates: Number(values.duplicates),
      kills: Number(values.kills),
      batches: Number(values.batches),
    },
  });
  console.log(`${machine()}\n\n${text}`);
  process.exit(0);
}
