// The budgets of a decision core: who draws for partitions that have run dry, and what is counted of it.

import { BudgetDraws } from '../budgets/budget-draws.ts';
import { BudgetKeeper } from '../budgets/budget-keeper.ts';
import { BudgetWatch, type LimitUsed } from '../budgets/budget-watch.ts';
import { systemClock } from '../ops/clock.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Opened } from '../ops/opened.ts';
import type { CatalogSource } from '../pipeline.ts';
import { BudgetScripts } from '../redis/budget-scripts.ts';
import type { Deployment } from './deployment.ts';

/** Between two looks at what is used. */
const LOOK_MS = 5_000;
/** Limits with a series of their own: those that are spent most. */
const SERIES_MAX = 200;

/** What it starts ends with `opened`. */
export function coreBudgets(
  { connection, keys }: Deployment,
  catalogs: CatalogSource,
  metrics: Metrics,
  log: Log,
  opened: Opened,
): BudgetKeeper {
  const watch = new BudgetWatch({
    connection,
    keys,
    catalog: () => catalogs.current(),
    nowMs: systemClock.nowMs,
    tell: (line) => log.warn(line),
  });
  // Redis may be away; the next look is soon.
  const look = () => void watch.look().catch(() => {});
  const looking = setInterval(look, LOOK_MS);
  opened.add(() => clearInterval(looking));
  limitGauges(metrics, watch);
  const refused = metrics.counterBy(
    'proffer_budget_refused_total',
    'Grants that a commit refused: `spent`, or `unknown` where the pool did not answer in time.',
    'reason',
  );
  const failed = metrics.counter(
    'proffer_budget_draws_failed_total',
    'Draws on the pool of a budget that Redis did not answer.',
  );
  return new BudgetKeeper({
    draws: new BudgetDraws({ scripts: new BudgetScripts(connection), connection, keys }),
    partitions: keys.partitions,
    catalog: () => catalogs.current(),
    refused(_offer, isSpent) {
      refused.of(isSpent ? 'spent' : 'unknown').value++;
    },
    onFault(error) {
      failed.value++;
      log.debug({ err: error }, 'a budget could not be drawn on');
    },
    monotonicMs: systemClock.monotonicMs,
  });
}

function limitGauges(metrics: Metrics, watch: BudgetWatch): void {
  const series = (value: (limit: LimitUsed) => number) => () =>
    watch.limits
      .toSorted((a, b) => b.used / b.most - a.used / a.most)
      .slice(0, SERIES_MAX)
      .map((used) => ({ value: value(used), labels: { offer: used.offer, limit: used.limit } }));
  metrics.gauges(
    'proffer_budget_used',
    `What is used of a budget; of the ${SERIES_MAX} limits that are used most.`,
    series(({ used }) => used),
    'max',
  );
  metrics.gauges(
    'proffer_budget_limit',
    'How much that is in all.',
    series(({ most }) => most),
    'max',
  );
}
