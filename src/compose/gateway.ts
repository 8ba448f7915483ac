// The composition root of a gateway process: the decision core (decision-core.ts) behind a port, with
// the keys that may use it. Read pipeline.ts for the story; this only says who plays which part.

import type { Config } from '../config.ts';
import { type Gateway, startGateway } from '../gateway/gateway.ts';
import { followKeys } from '../gateway/keys/key-ring.ts';
import { openKeyStore } from '../gateway/keys/key-store.ts';
import type { Log } from '../ops/log.ts';
import { createMetrics } from '../ops/metrics.ts';
import { type Channel, exchangeMetrics } from '../ops/metrics-exchange.ts';
import type { Opened } from '../ops/opened.ts';
import { processMetrics } from '../ops/process-metrics.ts';
import { readinessMetrics } from '../ops/readiness-metrics.ts';
import { unwritablePartitions } from '../redis/unwritable-partitions.ts';
import { callNames } from './call-names.ts';
import { openCatalogDesk } from './catalog-desk.ts';
import { whereRecommended } from './crowd.ts';
import { customerViews } from './customer-views.ts';
import { openDecisionCore } from './decision-core.ts';
import { openDeployment, startRole, warnOfEviction } from './deployment.ts';
import { gatewayHistory } from './gateway-history.ts';
import {
  auditSink,
  budgetReports,
  eventExplanations,
  keyRateOf,
  rejectionSink,
  unsentDeliveries,
} from './gateway-ports.ts';
import { openItems, openRecommending } from './recommend.ts';
import { openStreams } from './streams.ts';

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
  const core = await openDecisionCore(
    ...([config, deployment, log, metrics, opened, whereRecommended] as const),
  );
  const keyStore = await openKeyStore({
    url: redisUrl,
    prefix: config.PROFFER_PREFIX,
    deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
    onError: (error) => log.debug(`keys: ${error.message}`),
  });
  opened.add(() => keyStore.close());
  const ring = await followKeys(keyStore);
  opened.add(() => ring.stop());
  readinessMetrics(metrics, 'gateway', {
    isReady: () => core.notReady() === null,
    hasRedis: () => connection.isReady,
    unwritable: () => unwritablePartitions(connection, keys),
  });
  const names = await callNames(deployment, core.catalogs);
  const history = gatewayHistory(config, names);
  opened.add(() => history.close());
  // Whoever asks right after a start gets lists as those before did.
  await core.crowdKnown;
  const gateway: Gateway = await startGateway({
    host: config.PROFFER_HOST,
    port: config.PROFFER_PORT,
    pipeline: core.pipeline,
    names,
    keys: ring,
    catalogs: openCatalogDesk(config, deployment, core.catalogs, core.shed, opened),
    customers: customerViews(core, history),
    merging: {
      merge: (into, from) => core.customers.merge(into, from),
      unlink: (id, name) => core.customers.unlink(id, name),
      unmerge: (id, mergeId) => core.customers.unmerge(id, mergeId, history.merges),
    },
    refusedNames: core.customers.refusedNames,
    streams: openStreams(config, redisUrl, deployment, core, metrics, log),
    budgets: budgetReports(deployment, core.catalogs, core.clock),
    deliveries: unsentDeliveries(config, deployment, core),
    items: openItems(config, deployment, core.crowd),
    recommending: openRecommending(core, config.PROFFER_PARTITIONS),
    explanations: eventExplanations(core),
    rejections: rejectionSink(core.states, config.PROFFER_PARTITIONS),
    audits: auditSink(core.states, config.PROFFER_PARTITIONS),
    readiness: () => {
      const reason = core.notReady();
      return reason === null ? READY : { ready: false, reason };
    },
    partitionsUnwritable: () => unwritablePartitions(connection, keys),
    metricsText: exchangeMetrics(metrics.registry, channel),
    metrics,
    shed: core.shed,
    clock: core.clock,
    limits: {
      inFlightMax: config.PROFFER_IN_FLIGHT_MAX,
      turnMsMax: config.PROFFER_TURN_MS,
      bodyDeadlineMs: config.PROFFER_BODY_DEADLINE_MS,
      bodyBytesInFlightMax: BODY_BYTES_IN_FLIGHT_MAX,
    },
    keyRate: keyRateOf(config, connection, keys, core.clock),
    onFault: (error) => log.error({ err: error }, 'a request failed'),
  });
  opened.add(() => gateway.stop(config.PROFFER_DRAIN_DEADLINE_MS, config.PROFFER_DRAIN_DELAY_MS));
  return { port: gateway.port, stop: () => opened.close() };
}

const READY = { ready: true, reason: '' };
