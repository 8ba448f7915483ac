// How far is history behind at a steady rate, with the embedded engine beside everything else on the
// same machine? The floor of the lag is what the service waits on purpose: 2 s until a freeze is
// durable under `everysec`, and up to a second between two looks at the ledger.
//
//   npm run build && node --import tsx bench/history-lag.ts [--seconds 60] [--rate 10000]
//       [--customers 50000] [--connections 256]

import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { verifyHistory } from '../test/support/verified.ts';
import { grownCatalog } from './support/grown-catalog.ts';
import { accountLine, accountOfDecides, accountOfEvents } from './support/history-account.ts';
import { machine } from './support/machine.ts';
import { observedLoad } from './support/observed-load.ts';
import { median, table } from './support/table.ts';
import { type TrafficPlan, trafficHash } from './support/traffic.ts';
import { startWholeService } from './support/whole-service.ts';

const SEED = 7;
const WARM_UP_SHARE = 0.1;
const CATCH_UP_S = 120;

export interface LagOptions {
  readonly seconds: number;
  readonly ratePerS: number;
  readonly customers: number;
  readonly connections: number;
}

export async function historyLag(options: LagOptions): Promise<string> {
  const { seconds, ratePerS, customers, connections } = options;
  const catalog = await grownCatalog();
  const service = await startWholeService({ catalog, gateways: 1, embedded: true });
  const traffic: TrafficPlan = {
    ...{ seed: SEED, customers, key: service.proffer.writeKey },
    shares: { batches: 0, decides: 0, repeats: 0 },
  };
  const phase = (share: number) => ({
    requestsPerS: ratePerS,
    durationMs: seconds * 1000 * share,
  });
  const phases = [phase(WARM_UP_SHARE), phase(1)];
  try {
    const { result, watch, samples } = await observedLoad(service, {
      ...{ connections, phases, traffic },
    });
    const verified = await verifyHistory(service.proffer, CATCH_UP_S);
    const events = await accountOfEvents(service.ask, result.events);
    const decides = await accountOfDecides(service.ask, result.decides);
    const measured = result.phases[1]!;
    const lag = watch.of('lagRecords', 1);
    const told = watch.of('lagS', 1);
    const perS = measured.messages / seconds;
    const row = (name: string, pick: (values: readonly number[]) => number) => [
      name,
      Math.round(pick(lag)),
      (pick(lag) / perS).toFixed(1),
      told.length === 0 ? '–' : pick(told).toFixed(1),
    ];
    const head = ['lag of history', 'records', 's: records at this rate', 's: age of the oldest'];
    const us = samples.processes.map(({ name }) => {
      const { cpuShare } = samples.inPhase(name, 1) ?? { cpuShare: Number.NaN };
      return `${name} ${((cpuShare / perS) * 1e6).toFixed(1)}`;
    });
    return [
      table(head, [row('median', median), row('largest', (values) => Math.max(...values))]),
      `${Math.round(perS)} of ${ratePerS} events/s served for ${seconds} s, p99 ` +
        `${(measured.latencyUs[99]! / 1000).toFixed(1)} ms; CPU µs an event: ${us.join(', ')}`,
      `${accountLine(events, decides)}; \`proffer verify\`: ${verified.report.split(':')[0]!.replace(/\s+/g, ' ')}`,
      `seed ${SEED}, traffic ${trafficHash(traffic)}; floor: what is waited on purpose, up to 3 s`,
    ].join('\n\n');
  } finally {
    await service.stop();
    await rm(catalog, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Servers end with this process only where it exits by itself.
  process.once('SIGTERM', () => process.exit(1));
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      rate: { type: 'string', default: '10000' },
      customers: { type: 'string', default: '50000' },
      connections: { type: 'string', default: '256' },
    },
  });
  const text = await historyLag({
    seconds: Number(values.seconds),
    ratePerS: Number(values.rate),
    customers: Number(values.customers),
    connections: Number(values.connections),
  });
  console.log(`${machine()}\n\n${text}`);
  process.exit(0);
}
