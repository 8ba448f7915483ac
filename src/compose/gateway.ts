// The composition root of a gateway process: constructs everything on an event's way and nothing
// else. Read pipeline.ts for the story; this only says who plays which part.

import { readyCatalog } from '../catalog/ready-catalog.ts';
import type { Config } from '../config.ts';
import { newCounters } from '../engine/counters.ts';
import { SetupFault } from '../errors.ts';
import { type Gateway, startGateway } from '../gateway/gateway.ts';
import { followKeys } from '../gateway/keys/key-ring.ts';
import { openKeyStore } from '../gateway/keys/key-store.ts';
import { writeRecord } from '../ledger/ledger-record.ts';
import { systemClock } from '../ops/clock.ts';
import type { Log } from '../ops/log.ts';
import { createMetrics } from '../ops/metrics.ts';
import { type Channel, exchangeMetrics } from '../ops/metrics-exchange.ts';
import type { Opened } from '../ops/opened.ts';
import { processMetrics } from '../ops/process-metrics.ts';
import { readinessMetrics } from '../ops/readiness-metrics.ts';
import { type CatalogSource, Pipeline } from '../pipeline.ts';
import { TornPartitions } from '../redis/torn-partitions.ts';
import { unwritablePartitions } from '../redis/unwritable-partitions.ts';
import { WriteHealth, writeProbe } from '../redis/write-health.ts';
import { LiveSnapshot } from '../snapshots/live-snapshot.ts';
import { conflictPause } from '../state/conflict-pause.ts';
import { boundedLanes } from '../state/lanes.ts';
import { RedisClock } from '../state/redis-clock.ts';
import { RedisStateStore } from '../state/redis-state-store.ts';
import { bindProgram } from './bind-program.ts';
import { catalogVersions } from './catalog-versions.ts';
import { openDeployment, startRole, warnOfEviction } from './deployment.ts';
import { engineCounters, holdingGauges, pipelineCounters, shedCounter } from './gateway-metrics.ts';
import { customerViews, keyRateOf, rejectionSink } from './gateway-ports.ts';

/** A stepped run is repeated at most so often before its callers are told to come again. */
const ATTEMPTS_MAX = 64;
const CATALOG_POLL_MS = 500;
const DAY_MS = 86_400_000;
const BODY_BYTES_IN_FLIGHT_MAX = 64 * 1024 * 1024;

export interface RunningGateway {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Builds and starts a gateway.
 * @param channel to the supervisor, null without one
 * @throws SetupFault when Redis does not answer, or there is no catalog to run; by then everything
 *   that was opened is closed
 */
export function composeGateway(
  config: Config,
  redisUrl: string,
  log: Log,
  channel: Channel | null,
): Promise<RunningGateway> {
  return startRole(redisUrl, (opened) => open(config, redisUrl, log, channel, opened));
}

async function open(
  config: Config,
  redisUrl: string,
  log: Log,
  channel: Channel | null,
  opened: Opened,
): Promise<RunningGateway> {
  const deployment = await openDeployment(config, redisUrl, log);
  const { connection, keys } = deployment;
  opened.add(() => connection.close());
  await warnOfEviction(deployment, log);
  const metrics = createMetrics();
  opened.add(processMetrics(metrics, 'gateway'));
  const clock = await RedisClock.start(connection, systemClock);
  opened.add(() => clock.stop());
  const counters = newCounters();
  const catalogs = new LiveSnapshot({
    reader: catalogVersions(deployment),
    ready: ({ publication, content }) =>
      readyCatalog(content, (catalog) => bindProgram(catalog, publication, counters)),
    onRefused: (publication, reason) =>
      log.error(`catalog publication ${publication} was refused: ${reason}`),
    onLoaded: (publication, hash) => log.info(`catalog ${hash}, publication ${publication}`),
    deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
  });
  await catalogs.refresh();
  requireCatalog(catalogs);
  const keyStore = await openKeyStore({
    url: redisUrl,
    prefix: config.PROFFER_PREFIX,
    deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
    onError: (error) => log.debug(`keys: ${error.message}`),
  });
  opened.add(() => keyStore.close());
  const ring = await followKeys(keyStore);
  opened.add(() => ring.stop());
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
  const states = new RedisStateStore(
    connection,
    keys,
    {
      stateBytesMax: config.PROFFER_STATE_BYTES_MAX,
      stateExpiryMs: config.PROFFER_STATE_TTL_DAYS * DAY_MS,
      cacheBytesMax: config.PROFFER_CACHE_BYTES,
      ledgerMax: config.PROFFER_LEDGER_MAX,
    },
    counts.states,
  );
  const lanes = boundedLanes(
    {
      laneMax: config.PROFFER_LANE_MAX,
      totalMax: config.PROFFER_IN_FLIGHT_MAX,
      waitMsMax: config.PROFFER_QUEUE_MS,
    },
    { monotonicMs, waited: counts.waited },
  );
  const pipeline = new Pipeline({
    states,
    catalogs,
    lanes,
    writeRecord,
    metrics: counts.pipeline,
    pauseAfterConflict: conflictPause(config.PROFFER_QUEUE_MS),
    attemptsMax: ATTEMPTS_MAX,
    monotonicMs,
    onFault: (error) => log.error({ err: error }, 'a run failed'),
  });
  engineCounters(metrics, counters);
  holdingGauges(metrics, states, lanes.gauge);

  const readiness = () => {
    if (!connection.isReady) return { ready: false, reason: 'Redis does not answer' };
    if (!writes.takesWrites) return { ready: false, reason: 'Redis takes no writes' };
    if (!clock.inStep) return { ready: false, reason: 'the clock is off by more than 1 s' };
    return READY;
  };
  readinessMetrics(metrics, 'gateway', {
    isReady: () => readiness().ready,
    hasRedis: () => connection.isReady,
    unwritable: () => unwritablePartitions(connection, keys),
  });
  const gateway: Gateway = await startGateway({
    host: config.PROFFER_HOST,
    port: config.PROFFER_PORT,
    pipeline,
    keys: ring,
    customers: customerViews(states, catalogs, clock),
    rejections: rejectionSink(states, config.PROFFER_PARTITIONS),
    readiness,
    partitionsUnwritable: () => unwritablePartitions(connection, keys),
    metricsText: exchangeMetrics(metrics.registry, channel),
    metrics,
    shed,
    clock,
    limits: {
      inFlightMax: config.PROFFER_IN_FLIGHT_MAX,
      turnMsMax: config.PROFFER_TURN_MS,
      bodyDeadlineMs: config.PROFFER_BODY_DEADLINE_MS,
      bodyBytesInFlightMax: BODY_BYTES_IN_FLIGHT_MAX,
    },
    keyRate: keyRateOf(config, connection, keys, clock),
    onFault: (error) => log.error({ err: error }, 'a request failed'),
  });
  opened.add(() => gateway.stop(config.PROFFER_DRAIN_DEADLINE_MS, config.PROFFER_DRAIN_DELAY_MS));
  return { port: gateway.port, stop: () => opened.close() };
}

function requireCatalog(catalogs: CatalogSource): void {
  try {
    catalogs.current();
  } catch {
    throw new SetupFault('no catalog was published that can run here: start `proffer up` once');
  }
}

const READY = { ready: true, reason: '' };
