// When alerts fire, and when they do not: Prometheus' own tests of rules, on the rules that are shipped.

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freshDirectory } from '../support/fresh-directory.ts';

const RULES = fileURLToPath(new URL('../../examples/deployment/alerts.yml', import.meta.url));
const GIB = 2 ** 30;

/** A series in promtool's notation: a start, and what each minute adds, for an hour. */
const line = (start: number, perMinute: number) =>
  `${start}${perMinute < 0 ? '' : '+'}${perMinute}x60`;

const CASES: readonly {
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  /** Of these alerts, the ones that fire after an hour. */
  readonly fires: Readonly<Record<string, boolean>>;
}[] = [
  {
    // Two gateways before which nobody is sticky: half of the states are old, and that is no trouble.
    name: 'old states at half of the commits',
    series: {
      'proffer_committed_total{instance="a"}': line(0, 6_000),
      'proffer_conflicts_total{instance="a"}': line(0, 3_000),
      'proffer_conflicts_repeated_total{instance="a"}': line(0, 30),
    },
    fires: { ProfferConflicts: false },
  },
  {
    name: 'gateways that race for one customer',
    series: {
      'proffer_committed_total{instance="a"}': line(0, 6_000),
      'proffer_conflicts_total{instance="a"}': line(0, 3_000),
      'proffer_conflicts_repeated_total{instance="a"}': line(0, 900),
    },
    fires: { ProfferConflicts: true },
  },
  {
    name: 'a spool whose disk is nearly full, far below its limit',
    series: {
      'proffer_spool_bytes{instance="w"}': line(GIB, 0),
      'proffer_spool_limit_bytes{instance="w"}': line(16 * GIB, 0),
      'proffer_spool_room_bytes{instance="w"}': line(GIB / 8, 0),
    },
    fires: { ProfferSpoolFillsUp: true },
  },
  {
    name: 'a spool whose disk will be full in an hour',
    series: {
      'proffer_spool_bytes{instance="w"}': line(GIB, GIB / 60),
      'proffer_spool_limit_bytes{instance="w"}': line(64 * GIB, 0),
      'proffer_spool_room_bytes{instance="w"}': line(2 * GIB, -GIB / 60),
    },
    fires: { ProfferSpoolFillsUp: true },
  },
  {
    name: 'a spool with room',
    series: {
      'proffer_spool_bytes{instance="w"}': line(GIB, 0),
      'proffer_spool_limit_bytes{instance="w"}': line(4 * GIB, 0),
      'proffer_spool_room_bytes{instance="w"}': line(3 * GIB, 0),
    },
    fires: { ProfferSpoolFillsUp: false },
  },
  {
    name: 'a store that does not answer, and a ledger that is full',
    series: {
      'proffer_shed_total{instance="a",reason="store_unavailable"}': line(0, 600),
      'proffer_shed_total{instance="a",reason="ledger_full"}': line(0, 600),
    },
    fires: { ProfferStoreUnavailable: true, ProfferLedgerFull: true, ProfferShedding: false },
  },
  {
    name: 'a caller over its rate',
    series: { 'proffer_shed_total{instance="a",reason="rate_limited"}': line(0, 6_000) },
    fires: { ProfferStoreUnavailable: false, ProfferLedgerFull: false, ProfferShedding: false },
  },
  {
    name: 'timers that are seen to at once',
    series: {
      'proffer_timers_late_seconds{instance="w"}': line(2, 0),
      'proffer_firings_missed_total{instance="w",cause="absence"}': line(7, 0),
      'proffer_timer_failures_total{instance="w"}': line(3, 0),
    },
    fires: { ProfferTimersLate: false, ProfferFiringsMissed: false, ProfferTimersFail: false },
  },
  {
    name: 'timers that nobody comes to, or fail',
    series: {
      'proffer_timers_late_seconds{instance="w"}': line(11, 60),
      'proffer_firings_missed_total{instance="w",cause="date"}': line(0, 1),
      'proffer_timer_failures_total{instance="w"}': line(0, 2),
    },
    fires: { ProfferTimersLate: true, ProfferFiringsMissed: true, ProfferTimersFail: true },
  },
  {
    name: 'deliveries of which some fail and come through later',
    series: {
      'proffer_outbox_age_seconds{instance="w"}': line(2, 0),
      'proffer_delivery_breaker_open{instance="w",channel="push"}': line(0, 0),
      'proffer_deliveries_total{instance="w",channel="push",status="sent"}': line(0, 60),
      'proffer_deliveries_total{instance="w",channel="push",status="failed"}': line(0, 20),
      'proffer_delivery_failures_total{instance="w",channel="push",reason="http_503"}': line(0, 20),
      'proffer_delivery_faults_total{instance="w"}': line(3, 0),
    },
    fires: {
      ...{ ProfferDeliveriesLate: false, ProfferBreakerOpen: false, ProfferDeliveriesFail: false },
      ...{ ProfferOutboxFull: false, ProfferDeliveryFaults: false },
    },
  },
  {
    name: 'a receiver that is dead',
    series: {
      'proffer_outbox_age_seconds{instance="w"}': line(100, 60),
      'proffer_delivery_breaker_open{instance="w",channel="push"}': line(1, 0),
      'proffer_deliveries_total{instance="w",channel="push",status="failed"}': line(0, 20),
      'proffer_delivery_failures_total{instance="w",channel="push",reason="outbox_full"}': line(
        0,
        2,
      ),
      'proffer_delivery_faults_total{instance="w"}': line(0, 2),
    },
    fires: {
      ...{ ProfferDeliveriesLate: true, ProfferBreakerOpen: true, ProfferDeliveriesFail: true },
      ...{ ProfferOutboxFull: true, ProfferDeliveryFaults: true },
    },
  },
  {
    // A catalog that recommends nothing has no age at all; one that does, a second.
    name: 'lists that are up to date',
    series: {
      'proffer_learner_behind_seconds{instance="w"}': line(1, 0),
      'proffer_crowd_age_seconds{instance="a"}': line(0, 0),
      'proffer_crowd_age_seconds{instance="b"}': line(2, 0),
    },
    fires: { ProfferLearnerBehind: false, ProfferListsOld: false, ProfferListsVeryOld: false },
  },
  {
    name: 'a gateway that follows the learner no more',
    series: {
      'proffer_learner_behind_seconds{instance="w"}': line(1, 0),
      'proffer_crowd_age_seconds{instance="a"}': line(1, 60),
      'proffer_crowd_age_seconds{instance="b"}': line(1, 0),
    },
    fires: { ProfferLearnerBehind: false, ProfferListsOld: true, ProfferListsVeryOld: false },
  },
  {
    name: 'a learner that cannot begin',
    series: {
      'proffer_learner_behind_seconds{instance="w"}': line(60, 60),
      'proffer_crowd_age_seconds{instance="a"}': line(61, 60),
    },
    fires: { ProfferLearnerBehind: true, ProfferListsOld: true, ProfferListsVeryOld: true },
  },
];

/** What of these cases fires after an hour, as promtool tells when it is asked for what is not so. */
function firing(): string {
  const path = join(freshDirectory(), 'test.json');
  const tests = CASES.map(({ name, series, fires }) => ({
    ...{ name, interval: '1m' },
    input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
    alert_rule_test: Object.keys(fires).map((alertname) => ({
      ...{ alertname, eval_time: '60m', exp_alerts: [] },
    })),
  }));
  writeFileSync(path, JSON.stringify({ rule_files: [RULES], evaluation_interval: '1m', tests }));
  const { stdout, stderr } = spawnSync('promtool', ['test', 'rules', path], { encoding: 'utf8' });
  if (!stderr.includes('FAILED')) throw new Error(stdout + stderr);
  return stderr;
}

test.skipIf(!hasPromtool())('alerts fire for what an operator should know, and not else', () => {
  const said = firing();
  for (const { name, fires } of CASES) {
    const found = Object.keys(fires).map((alert) => {
      const pattern = new RegExp(`name: ${name},\\s+alertname: ${alert}, time: 1h`);
      return [alert, pattern.test(said)];
    });
    expect([name, Object.fromEntries(found)], said).toEqual([name, fires]);
  }
});

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
