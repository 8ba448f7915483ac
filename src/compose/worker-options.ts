// What a worker is told, and what it tells.

import type { SetupFault } from '../errors.ts';
import type { PublishedCatalogs } from '../history/archive-catalogs.ts';
import type { HistorySink } from '../history/sinks/sink.ts';
import type { SpoolStatus } from '../history/spool/spool.ts';
import type { HistoryLog, HistoryMetrics } from '../history/telling.ts';
import type { PartitionTask, PlainTask } from '../partitions/task.ts';

export interface WorkerSettings {
  /** Most ledger records in one batch. Default 100,000. */
  readonly batchRecordsMax?: number;
  /** How old a freeze must be before it is trusted, ms: 2,000 under `everysec`, 0 under `always`. */
  readonly durableAfterMs: number;
  /** Replicas of Redis that must have a record before history does; 0 by default. */
  readonly replicas?: number;
  /** How long records stay in the ledger after their mark, ms. */
  readonly trimDelayMs: number;
  /** Longest pause between two looks at the ledger, ms. */
  readonly intervalMs: number;
  /** Longest time a stop may take, ms; what is not written then is the next worker's. */
  readonly drainDeadlineMs: number;
  /** How long a dead worker's partitions wait for another, ms. Default 5,000. */
  readonly leaseTtlMs?: number;
  /** Records per partition at which gateways refuse more; half of it is trimmed without delay. */
  readonly ledgerMax: number;
  /** How much later a range that was taken over is looked at once more, ms. Default 60,000. */
  readonly suspectDelayMs?: number;
  /** Groups of partitions written side by side. Default 4. */
  readonly groups?: number;
  /** Where batches go while history is in trouble; null = nowhere. */
  readonly spool?: WorkerSpoolSettings | null;
}

export interface WorkerSpoolSettings {
  /** Of the spools of all workers that share this disk; made when it is missing. */
  readonly directory: string;
  /** Most bytes on disk, over all batches of this worker. */
  readonly bytesMax: number;
  /** Lag of one partition, in records, beyond which it is spooled; less than `ledgerMax`. */
  readonly afterRecords: number;
}

export interface WorkerOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly partitions: number;
  /** Open; the worker migrates it, and closes it when it stops. */
  readonly sink: HistorySink;
  readonly settings: WorkerSettings;
  /** What is archived; absent = nothing. */
  readonly catalogs?: PublishedCatalogs;
  /** What it does beside writing history. */
  readonly more?: {
    readonly tasks: readonly PartitionTask[];
    readonly plain: readonly PlainTask[];
  };
  readonly metrics?: HistoryMetrics;
  readonly log?: HistoryLog;
  /**
   * Told, now and again, while another worker that was here first goes on: an embedded history can have one
   * only, and with two a part of the ledger would go to each. The worker has to be stopped then.
   */
  readonly onRival?: (worker: string) => void;
  /**
   * Told that this worker's Redis and its history do not belong together, which passes by no waiting:
   * the worker touches neither, and has to be stopped.
   */
  readonly onForeign?: (fault: SetupFault) => void;
}

export interface WorkerStatus {
  /** Partitions held by this worker. */
  readonly held: number;
  /** Of these, how many stand still since a part of their keys was lost. */
  readonly torn: number;
  /** Workers alive, as this one last heard, itself included. */
  readonly workers: number;
  /** Ledger records not yet in history, as last seen; those in spools included. */
  readonly lag: number;
  /** Age of the oldest of them, ms. */
  readonly lagMs: number;
  /** What waits on this worker's disk. */
  readonly spool: SpoolStatus;
  /** Rounds that failed since the last that did not; 0 = all is well. */
  readonly failures: number;
  /** For how long some part of the work has failed without a success between, ms; 0 = it works. */
  readonly failingMs: number;
  /** The same of inserting into history: what goes to disk meanwhile, or finds nothing to do, is none. */
  readonly historyFailingMs: number;
  /** By partition that is held by this worker: ledger records not yet in history, as last seen. */
  readonly lagByPartition: ReadonlyMap<number, number>;
  /** As leases name it, for people. */
  readonly owner: string;
  /** Whether history's tables are there. */
  readonly migrated: boolean;
}

export interface Worker {
  /** Writes what is left, hands over and closes; resolves when everything has ended. */
  stop(): Promise<void>;
  status(): WorkerStatus;
}

/** For a worker that nobody listens to. */
export const SILENT: HistoryLog = { info() {}, warn() {}, error() {} };

export const NO_METRICS: HistoryMetrics = {
  wrote() {},
  refused() {},
  recovered() {},
  spooled() {},
  broughtHome() {},
  damaged() {},
  failed() {},
};
