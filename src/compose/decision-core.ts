// The decision core of a process: catalog in force, clock, states, lanes, and the pipeline over them. A
// gateway has one behind its port; a worker has one for what time brings, without any port. Replay
// (replay-core.ts) puts the same pipeline over states in memory.

import { readyCatalog } from '../catalog/ready-catalog.ts';
import type { Config } from '../config.ts';
import type { KnownCustomers } from '../customers/customers.ts';
import { newCounters } from '../engine/counters.ts';
import { SetupFault } from '../errors.ts';
import { writeRecord } from '../ledger/ledger-record.ts';
import type { ListSource } from '../model/list-source.ts';
import { systemClock } from '../ops/clock.ts';
import type { Log } from '../ops/log.ts';
import type { LabelledCounter, Metrics } from '../ops/metrics.ts';
import type { Opened } from '../ops/opened.ts';
import { type Budgets, type CatalogSource, Pipeline, type PipelineParts } from '../pipeline.ts';
import type { FollowCrowd } from '../recommend/follow-crowd.ts';
import { TornPartitions } from '../redis/torn-partitions.ts';
import { WriteHealth, writeProbe } from '../redis/write-health.ts';
import { LiveSnapshot } from '../snapshots/live-snapshot.ts';
import { conflictPause } from '../state/conflict-pause.ts';
import { boundedLanes } from '../state/lanes.ts';
import { RedisClock } from '../state/redis-clock.ts';
import { RedisStateStore } from '../state/redis-state-store.ts';
import { bindingProgram } from './bind-program.ts';
import { catalogVersions } from './catalog-versions.ts';
import { coreBudgets } from './core-budgets.ts';
import { engineCounters, holdingGauges, pipelineCounters, shedCounter } from './core-metrics.ts';
import { listsOf, type NeedsCrowd, openCrowd } from './crowd.ts';
import type { Deployment } from './deployment.ts';
import { identityCounts } from './identity-metrics.ts';
import { knownCustomers } from './known-customers.ts';

/** A stepped run is repeated at most so often before its callers are told to come again. */
const ATTEMPTS_MAX = 64;
const CATALOG_POLL_MS = 250;
const DAY_MS = 86_400_000;

/** The pipeline as every process has it: whoever steps writes the same records. */
export function pipelineOver(parts: Omit<PipelineParts, 'writeRecord' | 'attemptsMax'>): Pipeline {
  return new Pipeline({ ...parts, writeRecord, attemptsMax: ATTEMPTS_MAX });
}

export interface DecisionCore {
  readonly pipeline: Pipeline;
  readonly states: RedisStateStore;
  readonly customers: KnownCustomers;
  readonly catalogs: CatalogSource;
  readonly clock: RedisClock;
  readonly budgets: Budgets;
  /** What is known of the crowd here. */
  readonly crowd: FollowCrowd;
  /** When what is known of the crowd was read once. */
  readonly crowdKnown: Promise<unknown>;
  /** What lists in decisions are made of. */
  readonly lists: () => ListSource | null;
  /** What is sent away, by reason: those in front of the pipeline count here, too. */
  readonly shed: LabelledCounter;
  /** Why it serves nobody just now; null = it does. */
  notReady(): string | null;
}

/**
 * Opens a core; what it opens is closed with `opened`.
 * @param needsCrowd which catalogs need what is known of the crowd here
 * @throws SetupFault when there is no catalog to run; Unavailable
 */
export async function openDecisionCore(
  config: Config,
  deployment: Deployment,
  log: Log,
  metrics: Metrics,
  opened: Opened,
  needsCrowd: NeedsCrowd,
): Promise<DecisionCore> {
  const { connection, keys } = deployment;
  const clock = await RedisClock.start(connection, systemClock);
  opened.add(() => clock.stop());
  const counters = newCounters();
  const catalogs = new LiveSnapshot({
    reader: catalogVersions(deployment),
    ready: ({ publication, content }) =>
      readyCatalog(content, (catalog) => bindingProgram(catalog, publication, counters)),
    onRefused: (publication, reason) =>
      log.error(`catalog publication ${publication} was refused: ${reason}`),
    onLoaded: (publication, hash) => log.info(`catalog ${hash}, publication ${publication}`),
    deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
  });
  await catalogs.refresh();
  requireCatalog(catalogs);
  const poll = setInterval(() => {
    catalogs.refresh().catch(() => {});
  }, CATALOG_POLL_MS);
  opened.add(() => clearInterval(poll));

  const shed = shedCounter(metrics);
  const { monotonicMs } = systemClock;
  const writes = new WriteHealth({ probe: writeProbe(connection, keys), monotonicMs, log });
  opened.add(() => writes.stop());
  connection.onDoubt(() => writes.connected());
  const counts = pipelineCounters(metrics, shed, writes, new TornPartitions(log));
  const settings = {
    stateBytesMax: config.PROFFER_STATE_BYTES_MAX,
    stateExpiryMs: config.PROFFER_STATE_TTL_DAYS * DAY_MS,
    cacheBytesMax: config.PROFFER_CACHE_BYTES,
    ledgerMax: config.PROFFER_LEDGER_MAX,
  };
  const states = new RedisStateStore(connection, keys, settings, counts.states);
  const lanes = boundedLanes(
    {
      laneMax: config.PROFFER_LANE_MAX,
      totalMax: config.PROFFER_IN_FLIGHT_MAX,
      waitMsMax: config.PROFFER_QUEUE_MS,
    },
    { monotonicMs, waited: counts.waited },
  );
  const customers = knownCustomers(
    deployment,
    { states, catalogs, counts: identityCounts(metrics), nowMs: () => clock.nowMs(), monotonicMs },
    settings.stateExpiryMs,
  );
  const budgets = coreBudgets(deployment, catalogs, metrics, log, opened);
  const { crowd, known } = openCrowd(
    config,
    deployment,
    { catalogs, clock },
    needsCrowd,
    metrics,
    log,
    opened,
  );
  const lists = listsOf(crowd);
  const pipeline = pipelineOver({
    states,
    customers,
    catalogs,
    budgets,
    lists,
    lanes,
    metrics: counts.pipeline,
    pauseAfterConflict: conflictPause(config.PROFFER_QUEUE_MS),
    monotonicMs,
    onFault: (error) => log.error({ err: error }, 'a run failed'),
  });
  metrics.gauge(
    'proffer_catalog_publication',
    'Publication number of the catalog in force; of several processes the least.',
    () => catalogs.current().publication,
    'min',
  );
  engineCounters(metrics, counters);
  holdingGauges(metrics, states, lanes.gauge);
  return {
    pipeline,
    states,
    customers,
    catalogs,
    clock,
    budgets,
    ...{ crowd, crowdKnown: known, lists },
    shed,
    notReady() {
      if (!connection.isReady) return 'Redis does not answer';
      if (!writes.takesWrites) return 'Redis takes no writes';
      return clock.inStep ? null : 'the clock is off by more than 1 s';
    },
  };
}

function requireCatalog(catalogs: CatalogSource): void {
  try {
    catalogs.current();
  } catch {
    throw new SetupFault('no catalog was published that can run here: start `proffer up` once');
  }
}
