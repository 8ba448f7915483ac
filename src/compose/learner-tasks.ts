// What a worker does so that lists know what everybody does.

import type { Config } from '../config.ts';
import type { HistorySink } from '../history/sinks/sink.ts';
import { readPositions, readRecords } from '../ledger/ledger-reader.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { PartitionTask } from '../partitions/task.ts';
import { historyPages } from '../recommend/history-pages.ts';
import { LearnCrowd } from '../recommend/learn-crowd.ts';
import { CrowdStore } from '../redis/crowd-store.ts';
import type { Deployment } from './deployment.ts';
import type { WaitedCore } from './waited-core.ts';

/** @param sink history; asked in pages, on a connection of the worker's */
export function learnerTasks(
  config: Config,
  { connection, keys }: Pick<Deployment, 'connection' | 'keys'>,
  waited: Pick<WaitedCore, 'core'>,
  sink: Pick<HistorySink, 'query'>,
  metrics: Metrics,
): readonly PartitionTask[] {
  const partitions = Array.from({ length: config.PROFFER_PARTITIONS }, (_, p) => p);
  const facts = metrics.counter(
    'proffer_learner_facts_total',
    'Facts about items that the learner told.',
  );
  const nowMs = () => waited.core?.clock.nowMs() ?? 0;
  const learn = new LearnCrowd({
    store: new CrowdStore(connection, keys),
    history: historyPages((sql, params) => sink.query(sql, params), nowMs),
    partitions: config.PROFFER_PARTITIONS,
    itemsMax: config.PROFFER_ITEMS_MAX,
    positions: (of) => readPositions(connection, keys, of),
    async written() {
      const ends = partitions.map((p) => connection.call('get', [keys.partition(p).position]));
      return (await Promise.all(ends)).map((end) => Number(end ?? 0));
    },
    records: (ranges) => readRecords(connection, keys, ranges),
    rules: () => waited.core?.catalogs.current().recommending.interactions ?? null,
    async isHistoryWhole() {
      const spooled = await Promise.all(
        partitions.map((p) => connection.call('hlen', [keys.partition(p).spooled])),
      );
      return spooled.every((count) => Number(count) === 0);
    },
    nowMs,
    told: (count) => {
      facts.value += count;
    },
  });
  metrics.gauge(
    'proffer_learner_behind_seconds',
    'How long ago the learner had learned all that there was, or was to begin; 0 where it is not here.',
    () => learn.behindS,
    'max',
  );
  return [learn];
}
