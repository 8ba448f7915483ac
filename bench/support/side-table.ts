// One table over several ways to serve the same events, in turns: throughput at saturation, then
// latency at a fixed rate. The first way is the floor.

import { httpRequest, seeded, shopEvent } from './events.ts';
import { WRITE_KEY } from './gateway-process.ts';
import { resultHash } from './machine.ts';
import { type Measured, measure, type Side } from './side.ts';
import { median, type Row, table } from './table.ts';

const SEED = 7;
const CUSTOMERS = 5_000;
const DISTINCT_PER_S = 40_000;

export interface SideOptions {
  readonly seconds: number;
  readonly rounds: number;
  /** Of the latency's load. */
  readonly ratePerS: number;
}

/** Throughput at saturation in turns, then latency at the fixed rate; the first side is the floor. */
export async function sideTable(options: SideOptions, sides: readonly Side[]): Promise<string> {
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

/** Names the first events by their hash, so that nobody speeds this up by sending others. */
export function eventsLine(): string {
  const random = seeded(SEED);
  const events = Array.from({ length: 1_000 }, (_, i) => shopEvent(random, CUSTOMERS, i));
  return `events ${resultHash(JSON.stringify(events))} (seed ${SEED})`;
}
