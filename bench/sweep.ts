// What does it cost to visit every customer after a publication, and what do those feel who are served
// meanwhile? The whole service, with history; first it is left alone under a fixed rate of events (the
// floor), then a catalog is published with a trigger on a date, which arms a timer in every customer.
//
//   npm run build && node --import tsx bench/sweep.ts [--customers 20000] [--rate 1000] [--events 500]
//       [--connections 64]

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { httpRequest } from './support/events.ts';
import type { LoadResult } from './support/load.ts';
import { runInProcess } from './support/load-process.ts';
import { cpuSeconds, machine } from './support/machine.ts';
import { metricSum } from './support/metrics-text.ts';
import { passingFolder } from './support/passing-folder.ts';
import { type Row, table } from './support/table.ts';
import { TIMELESS } from './support/timed-catalog.ts';
import { startWholeService, type WholeService } from './support/whole-service.ts';

export interface SweepOptions {
  readonly customers: number;
  /** As PROFFER_TIMER_RATE: customers a second. */
  readonly rate: number;
  readonly eventsPerS: number;
  readonly connections: number;
}

const BATCH = 100;
/** Longer than a visit of all takes at its rate. */
const MARGIN_S = 3;
const SWEPT_WITHIN_MS = 120_000;
const FESTIVAL = TIMELESS.replace(
  'triggers:\n',
  'triggers:\n  festival: { at: ["2090-02-06"], decide: app }\n',
);

export async function sweep(options: SweepOptions): Promise<string> {
  const { customers, rate, eventsPerS, connections } = options;
  const catalog = passingFolder('proffer-bench-');
  await writeFile(join(catalog, 'a.yaml'), TIMELESS);
  const env = { PROFFER_TIMER_RATE: String(rate) };
  const service = await startWholeService({ catalog, gateways: 1, embedded: true, env });
  const { proffer, port } = service;
  const durationMs = (customers / rate + MARGIN_S) * 1_000;
  let serial = 0;
  const load = (seconds: number) =>
    runInProcess({
      ...{ ports: [port], connections, durationMs: seconds * 1_000, ratePerS: eventsPerS },
      requests: Array.from({ length: Math.ceil(eventsPerS * seconds) }, () => {
        const event = eventOf(serial % customers, serial++);
        return httpRequest('/v1/track', JSON.stringify(event), proffer.writeKey);
      }),
    });
  try {
    for (; serial < customers; ) {
      const batch = Array.from({ length: Math.min(BATCH, customers - serial) }, () => ({
        type: 'track',
        ...eventOf(serial, serial++),
      }));
      const { status } = await proffer.request('POST', '/v1/batch', { body: { batch } });
      if (status !== 200) throw new Error(`a batch was answered with ${status}`);
    }
    await load(Math.min(2, durationMs / 1_000));
    await drained(service);
    const floor = await costed(service, () => load(durationMs / 1_000));
    const swept = await costed(service, async () => {
      const sweeping = published(service, customers);
      const result = await load(durationMs / 1_000);
      return { ...result, sweptMs: await sweeping };
    });
    const { sweptMs } = swept.result;
    const perVisit = Object.keys(floor.cpuS).map((name) => {
      const us = ((swept.cpuS[name]! - floor.cpuS[name]!) * 1e6) / customers;
      return `${name} ${us.toFixed(0)}`;
    });
    const failed = floor.result.notOk + swept.result.notOk;
    return [
      table(
        [`at ${eventsPerS} events/s`, 'answered/s', 'p50 ms', 'p95 ms', 'p99 ms', 'p99.9 ms'],
        [rowOf('floor: left alone', floor.result), rowOf('customers are visited', swept.result)],
      ),
      '',
      `${customers} customers visited and armed in ${(sweptMs / 1_000).toFixed(1)} s: ` +
        `${Math.round((customers / sweptMs) * 1_000)} a second, where ${rate} are allowed`,
      `CPU µs a visit, beyond the floor: ${perVisit.join(', ')}`,
      `answers that were not 2xx: ${failed}`,
    ].join('\n');
  } finally {
    await service.stop();
    await rm(catalog, { recursive: true, force: true });
  }
}

/** A track call of a customer; serials are message ids. */
function eventOf(customer: number, serial: number) {
  const properties = { product_id: `p${serial % 7}`, category: `c${serial % 5}` };
  return { userId: `user-${customer}`, event: 'Looked', messageId: `m${serial}`, properties };
}

/** Waits until history has what went before: its CPU is not that of what follows. */
async function drained({ proffer }: WholeService): Promise<void> {
  const untilMs = performance.now() + SWEPT_WITHIN_MS;
  const lag = async () => {
    const text = await (await fetch(`${proffer.url}/metrics`)).text();
    return metricSum(text, 'proffer_history_lag_records');
  };
  while ((await lag()) !== 0) {
    if (performance.now() > untilMs) throw new Error('history does not catch up');
    await wait(200);
  }
}

/** Publishes, and waits until all have been visited. @returns how long that took, ms */
async function published({ proffer }: WholeService, customers: number): Promise<number> {
  const files = [{ path: 'a.yaml', text: FESTIVAL }];
  const options = { key: proffer.adminKey, body: { files } };
  const { status, body } = await proffer.request('POST', '/v1/catalog', options);
  if (status >= 300) throw new Error(JSON.stringify(body).slice(0, 500));
  const fromMs = performance.now();
  for (;;) {
    const text = await (await fetch(`${proffer.url}/metrics`)).text();
    const visits = metricSum(text, 'proffer_timer_visits_total') ?? 0;
    const tookMs = performance.now() - fromMs;
    if (visits >= customers) return tookMs;
    if (tookMs > SWEPT_WITHIN_MS) throw new Error(`${visits} of ${customers} were visited`);
    await wait(200);
  }
}

/** What it gives, and the CPU of each process meanwhile. */
async function costed<T>({ processes }: WholeService, work: () => Promise<T>) {
  const before = processes.map(({ pid }) => cpuSeconds(pid));
  const result = await work();
  const used = processes.map(({ name, pid }, i) => [name, cpuSeconds(pid) - before[i]!] as const);
  return { result, cpuS: Object.fromEntries(used) };
}

function rowOf(name: string, { answered, tookMs, latencyUs }: LoadResult): Row {
  const ms = [50, 95, 99, 99.9].map((p) => (latencyUs[p]! / 1_000).toFixed(1));
  return [name, Math.round((answered / tookMs) * 1_000), ...ms];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('SIGTERM', () => process.exit(1));
  const { values } = parseArgs({
    options: {
      customers: { type: 'string', default: '20000' },
      rate: { type: 'string', default: '1000' },
      events: { type: 'string', default: '500' },
      connections: { type: 'string', default: '64' },
    },
  });
  console.log(machine());
  console.log(
    await sweep({
      customers: Number(values.customers),
      rate: Number(values.rate),
      eventsPerS: Number(values.events),
      connections: Number(values.connections),
    }),
  );
  process.exit(0);
}
