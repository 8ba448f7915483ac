// What a worker does about deliveries: it sends what is due, and keeps the outbox within its bounds.

import { lookup } from 'node:dns/promises';
import { allowsPrivate, type Config } from '../config.ts';
import { type Carriers, IN_FLIGHT_MAX } from '../delivery/channel-line.ts';
import { ChannelLines } from '../delivery/channel-lines.ts';
import { takeRate } from '../delivery/channel-rate.ts';
import { ChannelSecrets, type Environment } from '../delivery/channel-secrets.ts';
import { guardedLookup, type Resolve } from '../delivery/guarded-lookup.ts';
import { MailCarrier } from '../delivery/mail-carrier.ts';
import { OutboxNames } from '../delivery/outbox-names.ts';
import { SendDeliveries } from '../delivery/send-deliveries.ts';
import { sharedLookups } from '../delivery/shared-lookups.ts';
import { TendOutbox } from '../delivery/tend-outbox.ts';
import { WebhookCarrier } from '../delivery/webhook-carrier.ts';
import { WebhookRequests } from '../delivery/webhook-request.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Opened } from '../ops/opened.ts';
import { versionOf } from '../ops/version.ts';
import type { PartitionTask } from '../partitions/task.ts';
import { DeliveryScripts } from '../redis/delivery-scripts.ts';
import { OutboxReads } from '../redis/outbox-reads.ts';
import { TakeTokensScript } from '../redis/take-tokens-script.ts';
import type { DecisionCore } from './decision-core.ts';
import { breakerGauges, deliveryCounts } from './delivery-metrics.ts';
import type { Deployment } from './deployment.ts';

/** Of a webhook in all, and of each answer of a mail server. */
const ANSWER_MS = 10_000;
/** Of a mail in all. Less than what a claim lasts: nobody sends it at the same time. */
const MAIL_MS = 45_000;
const MAIL_CONNECTIONS_MAX = 8;

export interface DeliveryTasksParts {
  readonly config: Config;
  readonly deployment: Pick<Deployment, 'connection' | 'keys'>;
  /** Has null until there is a catalog. */
  readonly core: {
    readonly core: Pick<DecisionCore, 'customers' | 'catalogs' | 'clock'> | null;
  };
  readonly env: Environment;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Closes what they open. */
  readonly opened: Opened;
  /** Where names lead; default: where the machine says. */
  readonly resolve?: Resolve;
  /** Longest wait for a webhook in all, and for each answer of a mail server, ms. */
  readonly answerMs?: number;
}

export function deliveryTasks(parts: DeliveryTasksParts): readonly PartitionTask[] {
  const { config, log, metrics, opened } = parts;
  const { connection, keys } = parts.deployment;
  const scripts = new DeliveryScripts(connection, keys, config.PROFFER_LEDGER_MAX);
  const reads = new OutboxReads(connection, keys);
  const tokens = new TakeTokensScript(connection);
  const counts = deliveryCounts(metrics);
  const lines = new ChannelLines(carriers(parts));
  opened.add(() => lines.close());
  const core = () => {
    const opened = parts.core.core;
    if (opened === null) return null;
    const { customers, catalogs, clock } = opened;
    return { customers, catalogs, nowMs: () => clock.nowMs() };
  };
  breakerGauges(metrics, lines.all);
  const names = new OutboxNames({
    reads,
    usedAtMs: (name) => lines.of(name).usedAtMs,
    onForgotten: (name) => lines.forget(name),
  });
  const tend = new TendOutbox({
    ...{ scripts, reads, core, names: () => names.known },
    waitingMax: config.PROFFER_OUTBOX_MAX,
    onFull: (settled, decidedAtMs) => counts.settled(settled, decidedAtMs),
  });
  metrics.gauge(
    'proffer_outbox_pending',
    'Deliveries that wait to be sent or taken, of the partitions held here.',
    () => tend.pending,
  );
  metrics.gauge(
    'proffer_outbox_age_seconds',
    'How long the oldest of what is due has been so; 0 = nothing is.',
    () => tend.ageMs / 1_000,
    'max',
  );
  return [
    tend,
    new SendDeliveries({
      ...{ scripts, reads, lines, names, core },
      async rate(channel, most, nowMs) {
        const rate = channel.kind === 'stream' ? null : channel.rate;
        if (rate === null) return { tokens: most, waitMs: 0 };
        return takeRate(tokens, keys.channelRate(channel.name), rate, most, nowMs);
      },
      onSettled(settled, decidedAtMs, answer) {
        if (answer === 'settled') counts.settled(settled, decidedAtMs);
      },
      onFault(deliveryId, error) {
        counts.fault();
        log.debug({ err: error, deliveryId }, 'a delivery could not be seen to');
      },
    }),
  ];
}

function carriers(parts: DeliveryTasksParts): Carriers {
  const { config, env, log, resolve = resolveAll, answerMs = ANSWER_MS } = parts;
  const isPrivateAllowed = allowsPrivate(config);
  const lookup = guardedLookup(sharedLookups(resolve), isPrivateAllowed);
  const secrets = new ChannelSecrets(env, (channel, variable, why) =>
    log.warn(`channel ${channel} cannot send: ${variable} ${why}`),
  );
  const userAgent = `proffer/${versionOf()}`;
  return {
    webhook: () =>
      new WebhookCarrier({
        requests: new WebhookRequests(secrets, userAgent),
        ...{
          lookup,
          allowsPrivate: isPrivateAllowed,
          timeoutMs: answerMs,
          connectionsMax: IN_FLIGHT_MAX,
        },
      }),
    mail: () =>
      new MailCarrier({
        ...{ secrets, timeoutMs: MAIL_MS, answerMs },
        connectionsMax: MAIL_CONNECTIONS_MAX,
      }),
  };
}

const resolveAll: Resolve = (hostname) => lookup(hostname, { all: true });
