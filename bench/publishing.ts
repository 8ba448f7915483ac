// What do a hundred publications cost those who are served meanwhile? Two gateways at a fixed rate, first
// left alone (the floor), then while one version after the other is published through them by turns. A
// prober beside the load asks both gateways all the time and holds each answer against the versions: its
// offer's content must be that of the catalog that it names, and of no earlier one than the answer before.
//
//   npm run build && node --import tsx bench/publishing.ts [--versions 100] [--interval 800]
//       [--rate 1000] [--connections 64]

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPrivateRedis } from '../test/support/private-redis.ts';
import { httpRequest, seeded, shopEvent } from './support/events.ts';
import { ADMIN_KEY, startGatewayProcess, WRITE_KEY } from './support/gateway-process.ts';
import { grownCatalog } from './support/grown-catalog.ts';
import type { LoadResult } from './support/load.ts';
import { runInProcess } from './support/load-process.ts';
import { machine } from './support/machine.ts';
import { passingFolder } from './support/passing-folder.ts';
import { median, type Row, table } from './support/table.ts';
import { VersionProbe } from './support/version-probe.ts';

const CUSTOMERS = 2_000;
const DISTINCT_MAX = 20_000;

export interface PublishingOptions {
  readonly versions: number;
  readonly intervalMs: number;
  readonly ratePerS: number;
  readonly connections: number;
}

interface CatalogFile {
  readonly path: string;
  readonly text: string;
}

/** Offer and placement whose content is the number: a fallback, which no cap keeps back. */
const versioned = (version: number) =>
  `placements: { version: { channel: probe, fallback: version } }\n` +
  `offers: { version: { treatments: { version: { number: ${version} } } } }\n`;

export async function publishing(options: PublishingOptions): Promise<string> {
  const { versions, intervalMs, ratePerS, connections } = options;
  const catalog = await grownCatalog(versioned(0));
  const redis = await startPrivateRedis();
  const dataDir = passingFolder('proffer-bench-');
  const start = () => startGatewayProcess({ catalog, dataDir, redisUrl: redis.socket });
  const gateways = [await start(), await start()];
  try {
    const ports = gateways.map(({ port }) => port);
    const others = await filesBut(catalog, 'more.yaml');
    const durationMs = versions * intervalMs;
    const load = (firstSerial: number) =>
      runInProcess({
        ports,
        requests: requestsFrom(firstSerial),
        connections,
        durationMs,
        ratePerS,
      });
    await runInProcess({
      ...{ ports, requests: requestsFrom(0), connections },
      ...{ durationMs: Math.min(2_000, durationMs), ratePerS: null },
    });
    const floor = await load(1_000_000);
    const probe = await VersionProbe.start(ports, WRITE_KEY, ADMIN_KEY);
    let isLoaded = true;
    const loading = load(2_000_000).finally(() => {
      isLoaded = false;
    });
    let underLoad = 0;
    const took: number[] = [];
    const beganAtMs = performance.now();
    for (let version = 1; version <= versions; version++) {
      await wait(Math.max(0, beganAtMs + (version - 1) * intervalMs - performance.now()));
      const files = [...others, { path: 'more.yaml', text: versioned(version) }];
      const atMs = performance.now();
      await probe.publish(ports[version % ports.length]!, version, files);
      took.push(performance.now() - atMs);
      if (isLoaded) underLoad++;
    }
    const publishedInMs = performance.now() - beganAtMs;
    const loaded = await loading;
    const { probes, mixed, failed } = await probe.stop();
    const head = ['two gateways', 'answered/s', 'not 2xx', 'p50 ms', 'p95 ms', 'p99 ms'];
    return [
      table(
        [...head, 'p99.9 ms', 'max ms'],
        [rowOf('floor: left alone', floor), rowOf('catalogs are published', loaded)],
      ),
      `${versions} versions in ${(publishedInMs / 1_000).toFixed(1)} s, ${underLoad} of them while ` +
        'the load lasted, the others while the probes went on; each answered in ' +
        `${median(took).toFixed(0)} ms (median; longest ${Math.max(...took).toFixed(0)} ms), ` +
        `50 triggers, 200 offers, ${ratePerS} events/s`,
      `${probes} probes beside the load: mixed ${mixed}, failed ${failed}`,
    ].join('\n\n');
  } finally {
    for (const { child } of gateways) child.kill('SIGKILL');
    await redis.stop();
    await rm(catalog, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Each load is new messages. */
function requestsFrom(firstSerial: number): readonly Buffer[] {
  const random = seeded(7);
  return Array.from({ length: DISTINCT_MAX }, (_, i) =>
    httpRequest(
      '/v1/track',
      JSON.stringify(shopEvent(random, CUSTOMERS, firstSerial + i)),
      WRITE_KEY,
    ),
  );
}

async function filesBut(folder: string, left: string): Promise<readonly CatalogFile[]> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) =>
    /\.ya?ml$/.test(path),
  );
  const others = paths.filter((path) => path !== left);
  return Promise.all(
    others.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })),
  );
}

function rowOf(name: string, result: LoadResult): Row {
  const ms = (percentile: number) => (result.latencyUs[percentile]! / 1_000).toFixed(1);
  const perS = Math.round((result.answered / result.tookMs) * 1_000);
  return [name, perS, result.notOk, ms(50), ms(95), ms(99), ms(99.9), ms(100)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      versions: { type: 'string', default: '100' },
      interval: { type: 'string', default: '800' },
      rate: { type: 'string', default: '1000' },
      connections: { type: 'string', default: '64' },
    },
  });
  console.log(machine());
  console.log(
    await publishing({
      versions: Number(values.versions),
      intervalMs: Number(values.interval),
      ratePerS: Number(values.rate),
      connections: Number(values.connections),
    }),
  );
  process.exit(0);
}
