// What becomes of those who are accepted when more comes than a gateway can serve? Open loop at 1, 2
// and 3 times what it serves at saturation, over so many connections that requests queue in the kernel,
// beside the floor: the same gateway with turns of any length. Events have a large context, so that
// the load costs the gateway more than it costs the sender. At last, what comes after the wave.
//
//   npm run build && node --import tsx bench/overload.ts [--seconds 5] [--connections 6000]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPrivateRedis } from '../test/support/private-redis.ts';
import { httpRequest, seeded, shopEvent } from './support/events.ts';
import { startGatewayProcess, WRITE_KEY } from './support/gateway-process.ts';
import type { LoadResult } from './support/load.ts';
import { runInProcess } from './support/load-process.ts';
import { machine } from './support/machine.ts';
import { copyRetail } from './support/retail.ts';
import { type Row, table } from './support/table.ts';

const DISTINCT_MAX = 4_000;
const DISTINCT_PER_S = 2_000;
const CUSTOMERS = 2_000;
/** Some 10 KB of circumstances. */
const CONTEXT = Object.fromEntries(
  Array.from({ length: 250 }, (_, i) => [`k${i}`, { a: i, b: 'x'.repeat(20) }]),
);
const NO_LIMIT_MS = 1_000_000_000;

export async function overload(seconds: number, connections: number): Promise<string> {
  const rows: Row[] = [];
  for (const turnMs of [NO_LIMIT_MS, 100]) {
    const name = turnMs === NO_LIMIT_MS ? 'floor: turns of any length' : `turns of ${turnMs} ms`;
    rows.push(...(await measured(name, turnMs, seconds, connections)));
  }
  const head = ['gateway', 'load', 'offered/s', 'accepted/s', 'sent away', 'p50 ms', 'p99 ms'];
  return table([...head, 'max ms'], rows);
}

async function measured(
  name: string,
  turnMs: number,
  seconds: number,
  connections: number,
): Promise<Row[]> {
  const redis = await startPrivateRedis();
  const dataDir = await mkdtemp(join(tmpdir(), 'proffer-bench-'));
  const catalog = await copyRetail(join(dataDir, 'retail'));
  const { child, port } = await startGatewayProcess({
    ...{ catalog, dataDir, redisUrl: redis.socket },
    env: { PROFFER_TURN_MS: `${turnMs}`, PROFFER_IN_FLIGHT_MAX: '1000000' },
  });
  const random = seeded(7);
  let serial = 0;
  const requests = (count: number) =>
    Array.from({ length: count }, () => {
      const event = { ...shopEvent(random, CUSTOMERS, serial++), context: CONTEXT };
      // Each load is new messages; within one the same come again: duplicates cost nearly the same.
      return httpRequest('/v1/track', JSON.stringify(event), WRITE_KEY);
    });
  const distinct = Math.min(DISTINCT_MAX, seconds * DISTINCT_PER_S);
  const load = (ratePerS: number | null, over: number) =>
    runInProcess({
      ...{ ports: [port], requests: requests(distinct), connections: over },
      ...{ durationMs: seconds * 1_000, ratePerS },
    });
  try {
    await load(null, 128);
    const capacity = perS(await load(null, 128));
    const rows: Row[] = [];
    for (const times of [1, 2, 3]) {
      const rate = Math.round(capacity * times);
      rows.push(rowOf(name, `${times} ×`, rate, await load(rate, connections)));
    }
    const after = Math.max(1, Math.round(capacity / 4));
    rows.push(rowOf(name, 'after it', after, await load(after, 128)));
    return rows;
  } finally {
    child.kill('SIGKILL');
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const perS = (result: LoadResult) => (result.answered / result.tookMs) * 1_000;

function rowOf(name: string, load: string, rate: number, result: LoadResult): Row {
  const ms = (percentile: number) => (result.okLatencyUs[percentile]! / 1_000).toFixed(1);
  const share = result.notOk / (result.answered + result.notOk);
  const sentAway = `${(share * 100).toFixed(0)} %`;
  return [name, load, rate, Math.round(perS(result)), sentAway, ms(50), ms(99), ms(100)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '6000' },
    },
  });
  console.log(machine());
  console.log(await overload(Number(values.seconds), Number(values.connections)));
  process.exit(0);
}
