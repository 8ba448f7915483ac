// Triggers of time for a shop in waves, due within seconds: whether each fired once, and how late.

import { type StoredTimedRow, timedRow, timedRowsQuery } from '../../test/support/timed-rows.ts';
import { brokenLaws, type TimerRules } from '../../test/support/timer-laws.ts';
import type { Ask } from './history-account.ts';
import { type Row, table } from './table.ts';
import type { WavePhase } from './wave-plan.ts';

const RULES: TimerRules = {
  absences: {
    cart_left: {
      ...{ on: 'Product Added', unless: 'Order Completed', afterMs: 4_000, isKeyed: false },
    },
  },
  enters: { long_gone: { event: 'Card Scanned', afterMs: 5_000 } },
};
const EVENTS = ['Product Added', 'Order Completed', 'Card Scanned'];

/** YAML, beside a shop's catalog. */
export const TIMED_WAVES = `features:
  last_scan: { last: Card Scanned }
segments:
  gone: since(last_scan) >= duration('5s')
triggers:
  cart_left: { on: Product Added, unless: Order Completed, after: 4s, decide: app_home }
  long_gone: { enter: gone, decide: app_home }
`;

/** What is due last is due by then, and a backlog is worked off. */
const SETTLED_WITHIN_MS = 120_000;
const ASK_AGAIN_MS = 2_000;

/** What was lost, doubled or wrong, once nothing is due any more; in one line. */
export async function accountOfTimers(ask: Ask): Promise<string> {
  const untilMs = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const rows = await timedRows(ask);
    const faults = brokenLaws(RULES, rows);
    if (faults.length === 0 || performance.now() > untilMs) {
      const fired = rows.filter(({ what }) => what === 'firing').length;
      const shown = faults.slice(0, 5).map((fault) => `\n  ${fault}`);
      return `time fired ${fired} times; lost, doubled or wrong: ${faults.length}${shown.join('')}`;
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

async function timedRows(ask: Ask) {
  const names = [...Object.keys(RULES.absences), ...Object.keys(RULES.enters)];
  const list = [...EVENTS, ...names].map((name) => `'${name}'`).join(',');
  const text = await ask(
    `SELECT * FROM (${timedRowsQuery('1')}) WHERE name IN (${list}) FORMAT JSONEachRow`,
  );
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => timedRow(JSON.parse(line) as StoredTimedRow));
}

/** How late what was due in each phase was seen to. @param beganMs epoch ms of each phase, and of the end */
export async function lateTable(
  ask: Ask,
  phases: readonly WavePhase[],
  beganMs: readonly number[],
): Promise<string> {
  const rows: Row[] = [];
  for (const [i, { name, history }] of phases.entries()) {
    const text = await ask(
      `SELECT count(), round(quantileExact(0.5)(late)), round(quantileExact(0.99)(late)), max(late)
       FROM (SELECT dateDiff('millisecond', due_at, received_at) AS late FROM due_timers
             WHERE toUnixTimestamp64Milli(due_at) >= ${beganMs[i]}
               AND toUnixTimestamp64Milli(due_at) < ${beganMs[i + 1]}) FORMAT TSV`,
    );
    const [count, ...late] = text.trim().split('\t');
    rows.push([name, history, Number(count), ...(count === '0' ? ['–', '–', '–'] : late)]);
  }
  return table(
    ['phase', 'ClickHouse', 'timers and looks due', 'late p50 ms', 'p99 ms', 'max ms'],
    rows,
  );
}
