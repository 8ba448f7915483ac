// The decision core of a worker: what time brings and what is delivered share it. Where no catalog was
// published yet, it waits for one; and where time brings lists, for what they are made of: what is overdue
// when a worker starts can wait, and what was delivered without its list is not delivered again.

import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { Opened } from '../ops/opened.ts';
import type { PlainTask } from '../partitions/task.ts';
import { whereTimeRecommends } from './crowd.ts';
import { type DecisionCore, openDecisionCore } from './decision-core.ts';
import type { Deployment } from './deployment.ts';

const CATALOG_WAIT_MS = 500;

export class WaitedCore implements PlainTask {
  readonly name = 'core';
  /** null = there is no catalog yet. */
  core: DecisionCore | null = null;
  private readonly opened = new Opened();

  constructor(
    private readonly config: Config,
    private readonly deployment: Deployment,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {}

  async round(): Promise<'done' | number> {
    const { config, deployment, log, metrics, opened } = this;
    try {
      const core = await openDecisionCore(
        ...([config, deployment, log, metrics, opened, whereTimeRecommends] as const),
      );
      await core.crowdKnown;
      this.core = core;
      return 'done';
    } catch (error) {
      await opened.close();
      if (error instanceof SetupFault) return CATALOG_WAIT_MS;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.opened.close();
  }
}
