// Waves of load, as a shop meets them: quiet, ten times that, quiet, … on real processes, while
// ClickHouse gets slow and unreachable in the middle. What do callers see, does memory stay flat, is
// anything lost or doubled? The floor of each wave is the quiet beside it. Nothing is asserted: the
// tables say it.
//
//   npm run build && node --import tsx bench/waves.ts [--minutes 1] [--quiet 500] [--wave 5000]
//       [--customers 50000] [--gateways 1] [--connections 1000] [--spool-after 1000] [--embedded]
//       [--timers]
//
// With --timers the shop has two triggers of time that are due within seconds: did each fire once, and how
// late?

import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { verifyHistory } from '../test/support/verified.ts';
import { grownCatalog } from './support/grown-catalog.ts';
import { accountLine, accountOfDecides, accountOfEvents } from './support/history-account.ts';
import { machine } from './support/machine.ts';
import { observedLoad } from './support/observed-load.ts';
import { accountOfTimers, lateTable, TIMED_WAVES } from './support/timed-waves.ts';
import { SHARES, type TrafficPlan, trafficHash } from './support/traffic.ts';
import { type WavePhase, wavePlan } from './support/wave-plan.ts';
import { historyTable, processTable, serviceTable } from './support/wave-report.ts';
import { startWholeService } from './support/whole-service.ts';

const SEED = 7;
/** History may be behind by what came while ClickHouse was away. */
const CATCH_UP_S = 300;

export interface WaveOptions {
  readonly minutes: number;
  readonly quietPerS: number;
  readonly wavePerS: number;
  readonly customers: number;
  readonly gateways: number;
  readonly connections: number;
  readonly embedded: boolean;
  /** PROFFER_SPOOL_AFTER: low enough that the spool is used in minutes, and not only in hours. */
  readonly spoolAfter: number;
  readonly timers: boolean;
}

export async function waves(options: WaveOptions): Promise<string> {
  // The embedded engine has no weather.
  const phases = wavePlan(options.minutes, options).map(
    (phase): WavePhase => (options.embedded ? { ...phase, history: 'fine' } : phase),
  );
  const catalog = await grownCatalog(options.timers ? TIMED_WAVES : undefined);
  const env = { PROFFER_SPOOL_AFTER: `${options.spoolAfter}` };
  const service = await startWholeService({ ...options, catalog, env });
  try {
    const traffic: TrafficPlan = {
      ...{ seed: SEED, customers: options.customers, key: service.proffer.writeKey },
      shares: SHARES,
    };
    const beganMs: number[] = [];
    const { watch, samples, result } = await observedLoad(
      service,
      { connections: options.connections, phases, traffic },
      (index) => {
        beganMs.push(Date.now());
        service.weather(phases[index]!.history);
        say(`${phases[index]!.name}, ClickHouse ${phases[index]!.history}`);
      },
    );
    beganMs.push(Date.now());
    say('traffic has ended, history catches up');
    const behindMs = await watch.caughtUp(phases.length, CATCH_UP_S * 1000);
    const behind = behindMs === null ? `over ${CATCH_UP_S}` : (behindMs / 1000).toFixed(1);
    // Before history is compared: nothing is to come any more.
    const timers = options.timers ? [await accountOfTimers(service.ask)] : [];
    const verified = await verifyHistory(service.proffer, CATCH_UP_S);
    const events = await accountOfEvents(service.ask, result.events);
    const decides = await accountOfDecides(service.ask, result.decides);
    return [
      serviceTable(phases, result.phases),
      historyTable(phases, watch),
      processTable(phases, samples, watch),
      ...timers,
      ...(options.timers ? [await lateTable(service.ask, phases, beganMs)] : []),
      `history had caught up ${behind} s after the traffic ended; ${accountLine(events, decides)}`,
      `\`proffer verify\` says: ${verified.report.trim()}`,
      `${options.customers} customers, ${options.gateways} gateway${options.gateways > 1 ? 's' : ''}, seed ${SEED}, ` +
        `PROFFER_SPOOL_AFTER=${options.spoolAfter}, traffic ${trafficHash(traffic)}; floor: the quiet phases`,
    ].join('\n\n');
  } finally {
    await service.stop();
    await rm(catalog, { recursive: true, force: true });
  }
}

function say(what: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Servers end with this process only where it exits by itself.
  process.once('SIGTERM', () => process.exit(1));
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      quiet: { type: 'string', default: '500' },
      wave: { type: 'string', default: '5000' },
      customers: { type: 'string', default: '50000' },
      gateways: { type: 'string', default: '1' },
      connections: { type: 'string', default: '1000' },
      embedded: { type: 'boolean', default: false },
      timers: { type: 'boolean', default: false },
      'spool-after': { type: 'string', default: '1000' },
    },
  });
  const report = [
    machine(),
    await waves({
      minutes: Number(values.minutes),
      quietPerS: Number(values.quiet),
      wavePerS: Number(values.wave),
      customers: Number(values.customers),
      gateways: Number(values.gateways),
      connections: Number(values.connections),
      embedded: values.embedded,
      timers: values.timers,
      spoolAfter: Number(values['spool-after']),
    }),
  ].join('\n\n');
  console.log(report);
  process.exit(0);
}
