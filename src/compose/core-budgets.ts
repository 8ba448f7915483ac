// The budgets of a decision core: who draws for partitions that have run dry, and what is counted of it.

import { BudgetDraws } from '../budgets/budget-draws.ts';
import { BudgetKeeper } from '../budgets/budget-keeper.ts';
import { systemClock } from '../ops/clock.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { CatalogSource } from '../pipeline.ts';
import { BudgetScripts } from '../redis/budget-scripts.ts';
import type { Deployment } from './deployment.ts';

export function coreBudgets(
  { connection, keys }: Deployment,
  catalogs: CatalogSource,
  metrics: Metrics,
  log: Log,
): BudgetKeeper {
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
