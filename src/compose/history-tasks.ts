// History as tasks of a worker: each part is given what it needs, and nothing else.

import { CatalogArchive } from '../history/archive-catalogs.ts';
import { Belonging } from '../history/belonging.ts';
import { HistoryLag } from '../history/history-lag.ts';
import { PrepareHistory } from '../history/prepare-history.ts';
import { Slots } from '../history/slots.ts';
import { BringHome } from '../history/spool/bring-home.ts';
import { LostRanges } from '../history/spool/lost-ranges.ts';
import { Overflow } from '../history/spool/overflow.ts';
import { Spool } from '../history/spool/spool.ts';
import { SpoolCare } from '../history/spool/spool-care.ts';
import { bindSpool } from '../history/spool/spool-scripts.ts';
import type { HistoryLog, HistoryMetrics } from '../history/telling.ts';
import { Continuity } from '../history/writer/continuity.ts';
import { LookAtSuspects } from '../history/writer/look-at-suspects.ts';
import { bindSuspects } from '../history/writer/suspect-scripts.ts';
import { Suspects } from '../history/writer/suspects.ts';
import { Trail } from '../history/writer/trail.ts';
import { TrimLedger } from '../history/writer/trim-ledger.ts';
import { WriteHistory } from '../history/writer/write-history.ts';
import { bindLedger } from '../ledger/ledger-scripts.ts';
import type { Leases } from '../partitions/leases.ts';
import type { PartitionTask, PlainTask } from '../partitions/task.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { TornPartitions } from '../redis/torn-partitions.ts';
import type { WorkerOptions } from './worker-options.ts';

const BATCH_RECORDS_MAX = 100_000;
/** Batches in memory at once: one that is read while another is inserted. */
const BATCHES_MAX = 2;
const SUSPECT_DELAY_MS = 60_000;

export interface HistoryTasksParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly leases: Leases;
  readonly options: Pick<WorkerOptions, 'sink' | 'settings' | 'catalogs' | 'onForeign'>;
  readonly groups: number;
  readonly metrics: HistoryMetrics;
  readonly log: HistoryLog;
  readonly onMigrated: () => void;
}

/** What a worker's history consists of, for its runtime, its status and its end. */
export interface HistoryTasks {
  readonly tasks: readonly PartitionTask[];
  readonly plain: readonly PlainTask[];
  readonly belonging: Belonging;
  readonly lag: HistoryLag;
  readonly overflow: Overflow;
  readonly preparation: PrepareHistory;
  /** null = nothing is ever spooled. */
  readonly spool: Spool | null;
  readonly torn: TornPartitions;
}

/** Builds history's tasks; none runs yet. */
export function historyTasks(parts: HistoryTasksParts): HistoryTasks {
  const { connection, keys, leases, groups, metrics, log } = parts;
  const { sink, settings, catalogs, onForeign } = parts.options;
  const { durableAfterMs, intervalMs, batchRecordsMax = BATCH_RECORDS_MAX } = settings;
  const redis = { connection, keys };
  const told = { metrics, log };
  const ledger = bindLedger(connection, keys);
  const spools = bindSpool(connection, keys);
  const spool = settings.spool ? new Spool(settings.spool) : null;
  const trail = new Trail(settings.trimDelayMs);
  const continuity = new Continuity();
  const torn = new TornPartitions(log);
  const slots = new Slots(BATCHES_MAX);
  const lag = new HistoryLag(groups, { ...redis, spool });
  const overflow = new Overflow(groups, settings.spool?.afterRecords ?? 0, (isSpooling) =>
    isSpooling
      ? log.warn({}, 'history cannot keep up: the ledger is spooled to disk')
      : log.info({}, 'the ledger is not spooled any more'),
  );
  const belonging = new Belonging({
    ...redis,
    sink,
    durableAfterMs,
    onForeign: (fault) => onForeign?.(fault),
  });
  const suspects = new Suspects({
    ...redis,
    ...told,
    sink,
    leases,
    scripts: bindSuspects(connection, keys),
    delayMs: settings.suspectDelayMs ?? SUSPECT_DELAY_MS,
  });
  const { onMigrated } = parts;
  const preparation = new PrepareHistory({
    sink,
    belonging,
    overflow,
    lag,
    log,
    intervalMs,
    onMigrated,
  });
  const freezing = { ...redis, ...told, ledger, leases, continuity, torn, batchRecordsMax };
  const writing = {
    ...redis,
    ...told,
    ledger,
    leases,
    continuity,
    sink,
    belonging,
    suspects,
    trail,
  };
  const spooling = spool && { ...redis, ...told, leases, spool, spools, trail };
  const tasks: PartitionTask[] = [
    new WriteHistory({
      ...redis,
      overflow,
      torn,
      lag,
      slots,
      freezing,
      writing,
      spooling,
      durableAfterMs,
      intervalMs,
    }),
    new TrimLedger({
      ...redis,
      ledger,
      leases,
      trail,
      lag,
      ledgerMax: settings.ledgerMax,
      intervalMs,
    }),
    new LookAtSuspects({ suspects, overflow, intervalMs }),
  ];
  if (catalogs !== undefined) {
    const archive = new CatalogArchive(catalogs, { sink, leases, belonging, log }, intervalMs);
    tasks.push({
      name: 'archive',
      groups: 'together',
      async round(_, turn) {
        if (turn.isStopping) return 'done';
        return preparation.isMigrated ? archive.archiveOnce() : intervalMs;
      },
    });
  }
  const plain: PlainTask[] = [preparation.migration, preparation.claim];
  if (spool !== null) {
    const lost = new LostRanges({ sink, spools, log });
    const care = new SpoolCare({ ...redis, ...told, spool, belonging, lost, durableAfterMs });
    plain.push(
      new BringHome({
        ...told,
        spool,
        spools,
        care,
        lost,
        sink,
        suspects,
        continuity,
        overflow,
        slots,
        batchRecordsMax,
        intervalMs,
      }),
    );
  }
  return { tasks, plain, belonging, lag, overflow, preparation, spool, torn };
}
