// The history worker: opens what it needs, drains its partitions in a few groups until it is told
// to stop, then drains what is left, hands its leases over and closes.

import { hostname } from 'node:os';
import { openConnection } from '../redis/connection.ts';
import { Keys } from '../redis/keys.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { bindLeases } from './lease-scripts.ts';
import { readPositions } from './ledger-reader.ts';
import { bindLedger } from './ledger-scripts.ts';
import { migrate } from './migrations.ts';
import type { HistorySink } from './sink.ts';
import { Slots } from './slots.ts';
import { Trail } from './trail.ts';
import { drainOnce, type HistoryMetrics, type WriterLog, type WriterParts } from './writer.ts';

export interface WorkerSettings {
  /** Most ledger records in one batch. Default 100,000. */
  readonly batchRecordsMax?: number;
  /** How old a freeze must be before it is trusted, ms: 2,000 under `everysec`, 0 under `always`. */
  readonly durableAfterMs: number;
  /** How long records stay in the ledger after their mark, ms. */
  readonly trimDelayMs: number;
  /** Longest pause between two looks at the ledger, ms. */
  readonly intervalMs: number;
  /** Longest time a stop may take, ms; what is not drained then is the next worker's. */
  readonly drainDeadlineMs: number;
  /** How long a dead worker's partitions wait for another, ms. Default 5,000. */
  readonly leaseTtlMs?: number;
  /** Records per partition at which gateways refuse more; half of it is trimmed without delay. */
  readonly ledgerMax: number;
  /** Groups of partitions drained side by side. Default 4. */
  readonly groups?: number;
}

export interface WorkerOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly partitions: number;
  /** Open; the worker migrates it, and closes it when it stops. */
  readonly sink: HistorySink;
  readonly settings: WorkerSettings;
  readonly metrics?: HistoryMetrics;
  readonly log?: WriterLog;
}

export interface WorkerStatus {
  /** Partitions drained by this worker. */
  readonly held: number;
  /** Ledger records not yet in history, as last seen. */
  readonly lag: number;
  /** Rounds that failed since the last that did not; 0 = all is well. */
  readonly failures: number;
  /** For how long some part of the work has failed without a success between, ms; 0 = it works. */
  readonly failingMs: number;
  /** Whether history's tables are there. */
  readonly migrated: boolean;
}

export interface Worker {
  /** Drains, hands over and closes; resolves when everything has ended. */
  stop(): Promise<void>;
  status(): WorkerStatus;
}

const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 10_000;
const BATCH_RECORDS_MAX = 100_000;
const LEASE_TTL_MS = 5_000;
const GROUPS = 4;
/** Batches in memory at once: one that is read while another is inserted. */
const BATCHES_MAX = 2;
const REDIS_DEADLINE_MS = 10_000;

/** Starts a worker. It waits for Redis and ClickHouse for as long as it takes. */
export async function runWorker(options: WorkerOptions): Promise<Worker> {
  const worker = new RunningWorker(options);
  worker.start();
  return worker;
}

class RunningWorker implements Worker {
  private readonly parts: WriterParts;
  private readonly groups: number;
  private readonly lags: number[];
  private failures = 0;
  /** Since when each failing loop fails. */
  private readonly failingSince = new Map<symbol, number>();
  private migrated = false;
  private stopAtMs = Number.POSITIVE_INFINITY;
  private stopped: Promise<void> | null = null;
  private loops: Promise<unknown> = Promise.resolve();
  private readonly wakeUps = new Set<() => void>();

  constructor(private readonly options: WorkerOptions) {
    const { redisUrl, prefix, partitions, settings, sink } = options;
    const log = options.log ?? SILENT;
    const ttlMs = settings.leaseTtlMs ?? LEASE_TTL_MS;
    const connection = openConnection({
      url: redisUrl,
      deadlineMs: REDIS_DEADLINE_MS,
      name: 'history',
    });
    const keys = new Keys(prefix, partitions);
    const owner = `${hostname()}/${process.pid}`;
    const metrics = options.metrics ?? NO_METRICS;
    this.groups = Math.min(settings.groups ?? GROUPS, partitions);
    this.lags = new Array<number>(this.groups).fill(0);
    this.parts = {
      ...{ connection, keys, sink, log },
      ledger: bindLedger(connection, keys),
      leases: new LeaseKeeper(bindLeases(connection, keys), {
        ...{ redisUrl, prefix, partitions, owner, ttlMs },
        onError: (err) => log.error({ err }, 'the thread that renews leases failed'),
      }),
      trail: new Trail(settings.trimDelayMs),
      slots: new Slots(BATCHES_MAX),
      settings: {
        batchRecordsMax: settings.batchRecordsMax ?? BATCH_RECORDS_MAX,
        durableAfterMs: settings.durableAfterMs,
      },
      metrics: {
        ...metrics,
        lag: (group, records) => {
          this.lags[group] = records;
          metrics.lag(group, records);
        },
      },
    };
  }

  start(): void {
    this.loops = this.run();
  }

  status(): WorkerStatus {
    return {
      held: this.parts.leases.held().length,
      lag: this.lags.reduce((sum, lag) => sum + lag, 0),
      failures: this.failures,
      failingMs:
        this.failingSince.size === 0 ? 0 : Date.now() - Math.min(...this.failingSince.values()),
      migrated: this.migrated,
    };
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private async end(): Promise<void> {
    this.stopAtMs = Date.now() + this.options.settings.drainDeadlineMs;
    this.wake();
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      deadline = setTimeout(resolve, this.options.settings.drainDeadlineMs);
    });
    await Promise.race([this.loops, late]);
    clearTimeout(deadline);
    this.wake();
    await this.parts.leases.close();
    this.parts.connection.close();
    await this.parts.sink.close();
  }

  private get stopping(): boolean {
    return this.stopAtMs !== Number.POSITIVE_INFINITY;
  }

  private async run(): Promise<void> {
    await this.retrying('migrate', async () => {
      const applied = await migrate(this.parts.sink);
      this.migrated = true;
      if (applied.length > 0) this.parts.log.info({ applied }, 'history migrated');
      return 'done';
    });
    if (!this.migrated) return;
    const loops = [this.retrying('leases', () => this.keepLeases())];
    loops.push(this.retrying('trim', () => this.trim()));
    for (let group = 0; group < this.groups; group++) {
      loops.push(this.retrying('drain', () => this.drain(group)));
    }
    await Promise.all(loops);
  }

  /** Calls `round` until it is done or the worker stops; waits after a fault, longer each time. */
  private async retrying(what: string, round: () => Promise<'again' | 'pause' | 'done'>) {
    const loop = Symbol(what);
    let backoffMs = BACKOFF_MS_MIN;
    while (Date.now() < this.stopAtMs) {
      try {
        const next = await round();
        if (what === 'drain' && backoffMs > BACKOFF_MS_MIN) this.failures = 0;
        backoffMs = BACKOFF_MS_MIN;
        this.failingSince.delete(loop);
        if (next === 'done') return;
        if (next === 'pause') await this.pause(this.options.settings.intervalMs);
      } catch (error) {
        this.failures++;
        if (!this.failingSince.has(loop)) this.failingSince.set(loop, Date.now());
        this.parts.metrics.failed();
        this.parts.log.warn({ err: error, what, backoffMs }, 'history has to wait');
        await this.pause(backoffMs);
        backoffMs = Math.min(backoffMs * 2, BACKOFF_MS_MAX);
      }
    }
  }

  private async keepLeases(): Promise<'pause' | 'done'> {
    if (this.stopping) return 'done';
    const { connection, keys, leases, trail } = this.parts;
    const won = await leases.acquireFree();
    if (won.length > 0) {
      // What an earlier worker marked and did not trim is trimmed a delay from now.
      const positions = await readPositions(connection, keys, won);
      for (let i = 0; i < won.length; i++) {
        trail.forget(won[i]!);
        trail.marked(won[i]!, positions[i]!.marked, Date.now());
      }
      this.wake();
    }
    return 'pause';
  }

  private async drain(group: number): Promise<'again' | 'pause' | 'done'> {
    const mine = this.parts.leases.held().filter((partition) => partition % this.groups === group);
    const outcome = await drainOnce(this.parts, group, mine);
    if (outcome.kind === 'empty') return this.stopping ? 'done' : 'pause';
    return outcome.more || this.stopping ? 'again' : 'pause';
  }

  private async trim(): Promise<'pause' | 'done'> {
    if (this.stopping) return 'done';
    const { connection, keys, leases, ledger, trail } = this.parts;
    const held = leases.held();
    const positions = held.length === 0 ? [] : await readPositions(connection, keys, held);
    for (let i = 0; i < held.length; i++) {
      const partition = held[i]!;
      const { written, held: oldest, marked } = positions[i]!;
      const crowded = written - oldest + 1 > this.options.settings.ledgerMax / 2;
      const last = crowded ? marked : trail.due(partition, Date.now());
      if (last === null || last < oldest) continue;
      const outcome = await ledger.trim({ partition, fence: leases.fence(partition), last });
      if (outcome.kind === 'fenced') leases.lost(partition);
    }
    return 'pause';
  }

  private pause(ms: number): Promise<void> {
    if (Date.now() >= this.stopAtMs) return Promise.resolve();
    return new Promise((resolve) => {
      const wakeUp = () => {
        clearTimeout(timer);
        this.wakeUps.delete(wakeUp);
        resolve();
      };
      const timer = setTimeout(wakeUp, ms);
      this.wakeUps.add(wakeUp);
    });
  }

  private wake(): void {
    for (const wakeUp of [...this.wakeUps]) wakeUp();
  }
}

const SILENT: WriterLog = { info() {}, warn() {}, error() {} };

const NO_METRICS: HistoryMetrics = {
  drained() {},
  refused() {},
  recovered() {},
  lag() {},
  failed() {},
};
