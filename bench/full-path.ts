// How close does an event's whole path come to the floor? Bytes in → state, triggers, decision,
// commit → reply, with the retail catalog grown to 50 triggers and 200 offers, beside the floor in
// the same run, in turns (this machine is shared: ratios count).
//
//   node --import tsx bench/full-path.ts [seconds=4] [rounds=3]
//
// Is it slower than another commit's? Floor, that, and this, in turns:
//
//   node --import tsx bench/full-path.ts --against REF [--rounds 8] [--seconds 2] [--rate N]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { against } from './support/against.ts';
import { runBench } from './support/bench-fault.ts';
import { httpRequest, seeded, shopEvent } from './support/events.ts';
import { startFullPath } from './support/full-path-side.ts';
import { WRITE_KEY } from './support/gateway-process.ts';
import { grownCatalog } from './support/grown-catalog.ts';
import { machine, resultHash } from './support/machine.ts';
import { type Drive, type Measured, measure, type Side, startFloor } from './support/side.ts';
import { median, type Row, table } from './support/table.ts';

const SEED = 7;
// Few enough that caches are warm, as with sticky routing, and that states grow to some 30 events.
const CUSTOMERS = 5_000;
const FIXED_RATE = 5_000;
const BATCH = 100;

export async function fullPath(seconds: number, rounds: number): Promise<string> {
  const folder = await grownCatalog();
  const dataDir = await mkdtemp(join(tmpdir(), 'proffer-bench-'));
  const floor = await startFloor();
  const full = await startFullPath(folder, dataDir);
  const random = seeded(SEED);
  let serial = 0;
  const singles = (count: number) =>
    Array.from({ length: count }, () =>
      httpRequest('/v1/track', JSON.stringify(shopEvent(random, CUSTOMERS, serial++)), WRITE_KEY),
    );
  const batches = (count: number) =>
    Array.from({ length: count }, () => {
      const batch = Array.from({ length: BATCH }, () => ({
        type: 'track',
        ...shopEvent(random, CUSTOMERS, serial++),
      }));
      return httpRequest('/v1/batch', JSON.stringify({ batch }), WRITE_KEY);
    });
  const drive = (
    side: Side,
    requests: readonly Buffer[],
    ratePerS: number | null,
    options: Pick<Drive, 'per' | 'connections'> = {},
  ) => measure(side, { requests, seconds, ratePerS, ...options });
  const distinct = seconds * 60_000;
  const out: string[] = [];
  try {
    for (const side of [floor, full]) await drive(side, singles(20_000), null); // warm-up
    const saturated: Measured[][] = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (const [i, side] of [floor, full].entries()) {
        saturated[i]!.push(await drive(side, singles(distinct), null));
      }
    }
    const fixed = [
      await drive(floor, singles(FIXED_RATE * seconds), FIXED_RATE),
      await drive(full, singles(FIXED_RATE * seconds), FIXED_RATE),
    ];
    const batched = await drive(full, batches(Math.ceil(distinct / 60)), null, {
      ...{ per: BATCH, connections: 8 },
    });
    out.push(report(saturated, fixed, batched));
    out.push(`answers ${await answersHash(full)} (seed ${SEED})`);
  } finally {
    for (const side of [floor, full]) await side.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
  return out.join('\n');
}

function report(saturated: Measured[][], fixed: Measured[], batched: Measured): string {
  const of = (i: number, pick: (m: Measured) => number) => median(saturated[i]!.map(pick));
  const row = (name: string, i: number): Row => [
    name,
    Math.round(of(i, (m) => m.perS)),
    of(i, (m) => m.serverUs).toFixed(1),
    of(i, (m) => m.redisUs).toFixed(1),
    ...[50, 95, 99, 99.9, 100].map((p) => (fixed[i]!.latencyUs[p]! / 1000).toFixed(2)),
  ];
  const ratio = of(1, (m) => m.perS) / of(0, (m) => m.perS);
  const failed = [...saturated.flat(), ...fixed, batched].reduce((sum, m) => sum + m.notOk, 0);
  return [
    table(
      [
        'path',
        'events/s',
        'gateway µs',
        'Redis µs',
        ...['p50', 'p95', 'p99', 'p99.9', 'max'].map((p) => `${p} ms at ${FIXED_RATE}/s`),
      ],
      [row('floor', 0), row('full path', 1)],
    ),
    '',
    `throughput: ${ratio.toFixed(2)} of the floor; p99 at ${FIXED_RATE}/s: ` +
      `${(fixed[1]!.latencyUs[99]! / fixed[0]!.latencyUs[99]!).toFixed(2)} × the floor's`,
    `batches of ${BATCH}: ${Math.round(batched.perS)} events/s ` +
      `(${(batched.perS / of(1, (m) => m.perS)).toFixed(2)} × single events); gateway ` +
      `${batched.serverUs.toFixed(1)} µs, Redis ${batched.redisUs.toFixed(1)} µs an event`,
    `answers that were not 2xx: ${failed}`,
  ].join('\n');
}

/** What three fixed events are answered, without ids and times. */
async function answersHash(full: Side): Promise<string> {
  let text = '';
  for (let view = 0; view < 3; view++) {
    const answer = await fetch(`http://127.0.0.1:${full.servers[0]!.port}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Bearer ${WRITE_KEY}` },
      body: JSON.stringify({
        userId: 'bench-answers',
        event: 'Product Viewed',
        properties: { product_id: 'p9', category: 'phone', name: 'P9' },
      }),
    });
    const { decisions } = (await answer.json()) as {
      decisions: { trigger: string; placement: string; offers: { offerId: string }[] }[];
    };
    for (const d of decisions) text += `${d.trigger}/${d.placement}/${d.offers[0]?.offerId};`;
  }
  return `${text} ${resultHash(text)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      against: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      rate: { type: 'string' },
    },
  });
  const { against: ref, rate } = values;
  // Many short rounds, where two are compared: a neighbour's bad minute spoils few of them.
  const usual = ref === undefined ? { seconds: 4, rounds: 3 } : { seconds: 2, rounds: 8 };
  const seconds = Number(values.seconds ?? positionals[0] ?? usual.seconds);
  const rounds = Number(values.rounds ?? positionals[1] ?? usual.rounds);
  const ratePerS = rate === undefined ? null : Number(rate);
  console.log(machine());
  await runBench(() =>
    ref === undefined ? fullPath(seconds, rounds) : against(ref, { seconds, rounds, ratePerS }),
  );
}
