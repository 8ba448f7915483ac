// What a worker does because time passes: timers are fired, and customers visited for a trigger that is
// new. It decides with a core of its own, as a gateway does, but for its port; where no catalog was
// published yet, it waits for one.

import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { Opened } from '../ops/opened.ts';
import type { PartitionTask, PlainTask } from '../partitions/task.ts';
import type { CatalogVersion } from '../pipeline.ts';
import { TimerScripts } from '../redis/timer-scripts.ts';
import { FireTimers, type TimerCore } from '../timers/fire-timers.ts';
import { TimedCustomers } from '../timers/timed-customers.ts';
import { VisitCustomers, type VisitorCore } from '../timers/visit-customers.ts';
import type { InForce } from '../timers/visited-ids.ts';
import { WatchTimers } from '../timers/watch-timers.ts';
import { openDecisionCore } from './decision-core.ts';
import type { Deployment } from './deployment.ts';

const CATALOG_WAIT_MS = 500;
/** @param opened closes what they open */
export function timerTasks(
  config: Config,
  deployment: Deployment,
  log: Log,
  metrics: Metrics,
  opened: Opened,
): { readonly tasks: readonly PartitionTask[]; readonly plain: readonly PlainTask[] } {
  const { connection, keys } = deployment;
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
  const waiting = new WaitForCore(config, deployment, log, metrics, (ms) => late.record(ms));
  opened.add(() => waiting.close());
  const core = () => waiting.core;
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
  return {
    plain: [waiting],
    tasks: [
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
    ],
  };
}

class WaitForCore implements PlainTask {
  readonly name = 'timers core';
  core: TimedCore | null = null;
  private readonly opened = new Opened();

  constructor(
    private readonly config: Config,
    private readonly deployment: Deployment,
    private readonly log: Log,
    private readonly metrics: Metrics,
    private readonly late: (ms: number) => void,
  ) {}

  async round(): Promise<'done' | number> {
    try {
      this.core = await this.open();
      return 'done';
    } catch (error) {
      await this.opened.close();
      if (error instanceof SetupFault) return CATALOG_WAIT_MS;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.opened.close();
  }

  private async open(): Promise<TimedCore> {
    const { config, deployment, log, metrics, opened } = this;
    const { pipeline, states, catalogs, clock } = await openDecisionCore(
      ...([config, deployment, log, metrics, opened] as const),
    );
    const nowMs = () => clock.nowMs();
    return {
      customers: new TimedCustomers({ pipeline, states, catalogs, nowMs, late: this.late }),
      isAwaited: () => catalogs.current().time.isAwaited,
      inForce: () => inForceOf(catalogs.current()),
      nowMs,
    };
  }
}

interface TimedCore extends TimerCore, VisitorCore {}

function inForceOf({ publication, time }: CatalogVersion): InForce {
  return { publication, visitIds: time.visitIds };
}
