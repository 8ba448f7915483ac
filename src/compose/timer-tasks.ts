// What a worker does because time passes: timers are fired, and customers visited for a trigger that is
// new.

import type { Config } from '../config.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { PartitionTask } from '../partitions/task.ts';
import type { CatalogVersion } from '../pipeline.ts';
import { TimerScripts } from '../redis/timer-scripts.ts';
import { FireTimers, type TimerCore } from '../timers/fire-timers.ts';
import { TimedCustomers } from '../timers/timed-customers.ts';
import { VisitCustomers, type VisitorCore } from '../timers/visit-customers.ts';
import type { InForce } from '../timers/visited-ids.ts';
import { WatchTimers } from '../timers/watch-timers.ts';
import type { DecisionCore } from './decision-core.ts';
import type { Deployment } from './deployment.ts';
import type { WaitedCore } from './waited-core.ts';

export function timerTasks(
  config: Config,
  { connection, keys }: Deployment,
  waited: WaitedCore,
  log: Log,
  metrics: Metrics,
): readonly PartitionTask[] {
  const scripts = new TimerScripts(connection);
  const late = metrics.latency(
    'proffer_timer_late_seconds',
    'How long after it was due a timer was seen to; a minute where it was longer.',
  );
  const failed = metrics.counter(
    'proffer_timer_failures_total',
    'Customers who were due and could not be served; they are tried again.',
  );
  const visits = metrics.counter(
    'proffer_timer_visits_total',
    'Customers visited since a trigger of time was new to the catalog.',
  );
  let timed: TimedCore | null = null;
  const core = () => {
    if (timed === null && waited.core !== null) {
      timed = timedCore(waited.core, (ms) => late.record(ms));
    }
    return timed;
  };
  const watch = new WatchTimers({ keys, scripts, core });
  metrics.gauge(
    'proffer_timers_pending',
    'Customers who have something due some day, of the partitions held here.',
    () => watch.pending,
  );
  metrics.gauge(
    'proffer_timers_late_seconds',
    'How long the oldest of what is due has been so; 0 = nothing is.',
    () => watch.lateMs / 1_000,
    'max',
  );
  const rate = config.PROFFER_TIMER_RATE;
  return [
    new FireTimers({
      ...{ keys, scripts, core, rate },
      onFault(customerId, error) {
        failed.value++;
        log.debug({ err: error, customerId }, 'a customer who was due could not be served');
      },
    }),
    new VisitCustomers({
      ...{ connection, keys, scripts, core, rate },
      visited(count) {
        visits.value += count;
      },
    }),
    watch,
  ];
}

type TimedCore = TimerCore & VisitorCore;

function timedCore(core: DecisionCore, late: (ms: number) => void): TimedCore {
  const { pipeline, states, catalogs, clock } = core;
  const nowMs = () => clock.nowMs();
  return {
    customers: new TimedCustomers({ pipeline, states, catalogs, nowMs, late }),
    isAwaited: () => catalogs.current().time.isAwaited,
    inForce: () => inForceOf(catalogs.current()),
    nowMs,
  };
}

function inForceOf({ publication, time }: CatalogVersion): InForce {
  return { publication, visitIds: time.visitIds };
}
