// Small adapters between a gateway's ports and the parts that fill them.

import { budgetReport } from '../budgets/budget-report.ts';
import { budgetUsage } from '../budgets/budget-usage.ts';
import type { Config } from '../config.ts';
import { DeliveryDesk } from '../delivery/delivery-desk.ts';
import type {
  AuditSink,
  BudgetReports,
  EventExplanations,
  KeyRate,
  RejectionSink,
  UnsentDeliveries,
} from '../gateway/gateway-parts.ts';
import { writeAudit } from '../ledger/audit-record.ts';
import { writeRejection } from '../ledger/ledger-record.ts';
import { partitionOf } from '../model/hash.ts';
import { emptyState } from '../model/state.ts';
import type { Clock } from '../ops/clock.ts';
import type { CatalogSource } from '../pipeline.ts';
import { DeliveryScripts } from '../redis/delivery-scripts.ts';
import type { Keys } from '../redis/keys.ts';
import { OutboxReads } from '../redis/outbox-reads.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { TakeTokensScript } from '../redis/take-tokens-script.ts';
import type { RedisStateStore } from '../state/redis-state-store.ts';
import type { DecisionCore } from './decision-core.ts';
import type { Deployment } from './deployment.ts';
import { inspectCustomer } from './inspect-customer.ts';
import { stepUncounted } from './step-uncounted.ts';

/** Budgets as the catalog in force has them, summed over all partitions. */
export function budgetReports(
  { connection, keys }: Deployment,
  catalogs: CatalogSource,
  clock: Clock,
): BudgetReports {
  return {
    async report() {
      const { budgets, dayOf } = catalogs.current();
      const usage = budgets.size === 0 ? new Map() : await budgetUsage(connection, keys);
      return budgetReport(budgets, usage, dayOf(clock.nowMs()));
    },
  };
}

/** Deliveries that were not sent, over all partitions. */
export function unsentDeliveries(
  { PROFFER_LEDGER_MAX: ledgerMax }: Config,
  { connection, keys }: Deployment,
  { catalogs, clock }: Pick<DecisionCore, 'catalogs' | 'clock'>,
): UnsentDeliveries {
  return new DeliveryDesk({
    reads: new OutboxReads(connection, keys),
    scripts: new DeliveryScripts(connection, keys, ledgerMax),
    partitions: keys.partitions,
    channels: () => catalogs.current().deliveries.channels,
    nowMs: () => clock.nowMs(),
  });
}

/** What events would do to states that are read past the cache, likewise. */
export function eventExplanations(
  core: Pick<DecisionCore, 'states' | 'customers' | 'catalogs' | 'budgets' | 'lists'>,
): EventExplanations {
  const { catalogs } = core;
  return {
    async explain(submission) {
      const { customerId } = submission;
      // Also of a message that was counted.
      const asked = { ...submission, record: false };
      const state = (await inspectCustomer(core, customerId))?.state ?? emptyState(customerId);
      const version = await catalogs.atLeast(state.publication);
      const { inputs } = await stepUncounted(version, state, asked, core);
      return version.explain(state, asked, inputs);
    },
  };
}

/** Rejections go to the ledger of their customer's partition, or of their message's. */
export function rejectionSink(states: RedisStateStore, partitions: number): RejectionSink {
  return {
    async record(rejection) {
      const customerId = rejection.customerId ?? '';
      const messageId = rejection.messageId ?? '';
      const partition = partitionOf(customerId || messageId || rejection.body, partitions);
      const record = writeRejection(
        { ...rejection, path: rejection.path ?? '', customerId, messageId },
        rejection.receivedAtMs,
      );
      await states.append(partition, [record]);
    },
  };
}

/** Uses of routes go to any partition's ledger: that of the key's name, so that those of one key are in order. */
export function auditSink(states: RedisStateStore, partitions: number): AuditSink {
  return {
    record: (entry) => states.append(partitionOf(entry.keyName, partitions), [writeAudit(entry)]),
  };
}

/** The rates of keys: their own, or that of write keys from the configuration. */
export function keyRateOf(
  config: Config,
  connection: RedisConnection,
  keys: Keys,
  clock: Clock,
): KeyRate {
  const { PROFFER_KEY_RATE: perSecond, PROFFER_KEY_BURST } = config;
  const burst = PROFFER_KEY_BURST ?? perSecond;
  const script = new TakeTokensScript(connection);
  return {
    perSecond,
    burst,
    source: {
      take: (keyId, rate, needs, takes, ahead) =>
        script.run({
          key: keys.keyRate(keyId),
          nowMs: clock.nowMs(),
          perSecond: rate.perSecond,
          burst: rate.burst,
          needs,
          takes,
          ahead,
        }),
    },
  };
}
