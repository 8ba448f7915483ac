// The history worker: opens what it needs, drains its partitions in a few groups until it is told
// to stop, then drains what is left, hands its leases over and closes.

import { hostname } from 'node:os';
import { readPositions } from '../ledger/ledger-reader.ts';
import { bindLedger } from '../ledger/ledger-scripts.ts';
import { LeaseKeeper } from '../partitions/lease-keeper.ts';
import { bindLeases } from '../partitions/lease-scripts.ts';
import { beatMs } from '../partitions/lease-share.ts';
import { type Next, Rounds } from '../partitions/rounds.ts';
import { openConnection } from '../redis/connection.ts';
import { Keys } from '../redis/keys.ts';
import { TornPartitions } from '../redis/torn-partitions.ts';
import { CatalogArchive } from './archive-catalogs.ts';
import { Belonging } from './belonging.ts';
import { faultFields } from './fault-fields.ts';
import { HistoryLag } from './history-lag.ts';
import { migrate } from './sinks/migrations.ts';
import { Slots } from './slots.ts';
import { BringHome } from './spool/bring-home.ts';
import { Overflow } from './spool/overflow.ts';
import { Spool } from './spool/spool.ts';
import { bindSpool } from './spool/spool-scripts.ts';
import {
  NO_METRICS,
  SILENT,
  type Worker,
  type WorkerOptions,
  type WorkerStatus,
} from './worker-options.ts';
import { Continuity } from './writer/continuity.ts';
import { bindSuspects } from './writer/suspect-scripts.ts';
import { Suspects } from './writer/suspects.ts';
import { Trail } from './writer/trail.ts';
import { trimOnce } from './writer/trim-once.ts';
import { drainOnce, type WriterParts } from './writer/writer.ts';

const BATCH_RECORDS_MAX = 100_000;
const LEASE_TTL_MS = 5_000;
const GROUPS = 4;
/** Batches in memory at once: one that is read while another is inserted. */
const BATCHES_MAX = 2;
const SUSPECT_DELAY_MS = 60_000;
const REDIS_DEADLINE_MS = 10_000;
/** Part of a stop's time that is kept for handing over what the drain did not come to. */
const HAND_OVER_MS = 1_000;
/** How much longer than a lease a dead worker may be heard of. */
const RIVAL_MARGIN_MS = 2_000;
/** Longest pause between two looks for free partitions while this worker has less than its share. */
const SHORT_OF_SHARE_MS = 250;

/** Starts a worker. It waits for Redis and ClickHouse for as long as it takes. */
export async function runWorker(options: WorkerOptions): Promise<Worker> {
  const worker = new RunningWorker(options);
  worker.start();
  return worker;
}

class RunningWorker implements Worker {
  private readonly parts: WriterParts;
  private readonly owner = `${hostname()}/${process.pid}`;
  private readonly groups: number;
  private readonly lag: HistoryLag;
  private readonly rounds: Rounds;
  private migrated = false;
  private rivalSinceBeat: number | null = null;
  private stopping = false;
  private stopped: Promise<void> | null = null;
  private loops: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: WorkerOptions) {
    const { redisUrl, prefix, partitions, settings, sink } = options;
    const log = options.log ?? SILENT;
    const ttlMs = settings.leaseTtlMs ?? LEASE_TTL_MS;
    const connection = openConnection({
      url: redisUrl,
      deadlineMs: REDIS_DEADLINE_MS,
      replicas: settings.replicas ?? 0,
      tellsOnwards: true,
      name: 'history',
    });
    const keys = new Keys(prefix, partitions);
    const metrics = options.metrics ?? NO_METRICS;
    this.rounds = new Rounds({
      onFault(what, err, backoffMs) {
        metrics.failed();
        log.warn({ ...faultFields(err), what, backoffMs }, 'history has to wait');
      },
    });
    this.groups = Math.min(settings.groups ?? GROUPS, partitions);
    this.lag = new HistoryLag(this.groups);
    const { spool } = settings;
    const leases = new LeaseKeeper(bindLeases(connection, keys), {
      ...{ redisUrl, prefix, partitions, owner: this.owner, ttlMs },
      wants: sink.kind === 'embedded' ? 'all' : 'spread',
      onError: (err) => log.error({ err }, 'the thread that renews leases failed'),
      onRoster: () => this.rounds.wake(),
    });
    this.parts = {
      ...{ connection, keys, sink, log, leases },
      ledger: bindLedger(connection, keys),
      suspects: new Suspects({
        ...{ connection, keys, sink, log, leases, metrics },
        scripts: bindSuspects(connection, keys),
        delayMs: settings.suspectDelayMs ?? SUSPECT_DELAY_MS,
      }),
      trail: new Trail(settings.trimDelayMs),
      continuity: new Continuity(),
      torn: new TornPartitions(log),
      belonging: new Belonging({
        ...{ connection, keys, sink, durableAfterMs: settings.durableAfterMs },
        onForeign: (fault) => options.onForeign?.(fault),
      }),
      overflow: new Overflow(this.groups, spool?.afterRecords ?? 0, (isSpooling) =>
        isSpooling
          ? log.warn({}, 'history cannot keep up: the ledger is spooled to disk')
          : log.info({}, 'the ledger is not spooled any more'),
      ),
      spool: spool ? new Spool(spool) : null,
      spools: bindSpool(connection, keys),
      slots: new Slots(BATCHES_MAX),
      settings: {
        batchRecordsMax: settings.batchRecordsMax ?? BATCH_RECORDS_MAX,
        durableAfterMs: settings.durableAfterMs,
      },
      metrics: {
        ...metrics,
        lag: (group, records) => {
          this.lag.note(group, records);
          metrics.lag(group, records);
        },
      },
    };
  }

  start(): void {
    this.loops = this.run();
  }

  status(): WorkerStatus {
    const { leases, overflow, spool, torn } = this.parts;
    const held = leases.held();
    return {
      held: held.length,
      torn: held.filter((partition) => torn.has(partition)).length,
      workers: leases.workers,
      lag: this.lag.total,
      lagMs: this.lag.ageMs(Date.now()),
      lagByPartition: this.lag.byPartition(held),
      owner: this.owner,
      spool: spool?.status ?? { bytes: 0, batches: 0, freeBytes: null },
      failures: this.rounds.failures,
      failingMs: this.rounds.failingMs,
      historyFailingMs: Math.max(this.rounds.failingMs, overflow.failingMs(Date.now())),
      migrated: this.migrated,
    };
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private async end(): Promise<void> {
    const { drainDeadlineMs } = this.options.settings;
    const handOverMs = Math.min(HAND_OVER_MS, drainDeadlineMs / 5);
    const drainMs = drainDeadlineMs - handOverMs;
    this.stopping = true;
    this.parts.leases.leave();
    this.rounds.stopAt(Date.now() + drainMs);
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      deadline = setTimeout(resolve, drainMs);
    });
    await Promise.race([this.loops, late]);
    clearTimeout(deadline);
    this.rounds.wake();
    // The other half is for closing, and for the process to end.
    await this.parts.leases.close(handOverMs / 2);
    this.parts.connection.close();
    await this.parts.spool?.close();
    await this.parts.sink.close();
  }

  private async run(): Promise<void> {
    const { spool } = this.parts;
    const { intervalMs } = this.options.settings;
    // Without ClickHouse there are no tables yet, but a ledger that must not fill up.
    const loops = [this.rounds.run('migrate', () => this.migrate())];
    const claim = async () => (await this.parts.belonging.claim()) ?? 'done';
    loops.push(this.rounds.run('claim', () => this.onTables(claim)));
    loops.push(this.rounds.run('leases', () => this.keepLeases()));
    loops.push(this.rounds.run('trim', () => this.trim()));
    loops.push(this.rounds.run('suspects', () => this.lookAtSuspects()));
    for (let group = 0; group < this.groups; group++) {
      // The lag is watched also while history fails.
      loops.push(this.rounds.run(`drain ${group}`, () => this.drain(group), intervalMs));
    }
    if (spool !== null) {
      const home = new BringHome(this.parts, spool);
      loops.push(this.rounds.run('spool', () => this.bringHome(home)));
    }
    const { catalogs } = this.options;
    if (catalogs !== undefined) {
      const archive = new CatalogArchive(catalogs, this.parts, intervalMs);
      const round = () => archive.archiveOnce();
      loops.push(this.rounds.run('archive', () => this.onTables(round)));
    }
    await Promise.all(loops);
  }

  private async migrate(): Promise<Next> {
    if (this.stopping && this.lag.total === 0) return 'done';
    const applied = await migrate(this.parts.sink);
    await this.parts.belonging.check();
    this.migrated = true;
    this.parts.overflow.worked();
    this.rounds.wake();
    if (applied.length > 0) this.parts.log.info({ applied }, 'history migrated');
    return 'done';
  }

  /** A round that needs history's tables, and can wait for the next worker when this one ends. */
  private async onTables(round: () => Promise<Next>): Promise<Next> {
    if (this.stopping) return 'done';
    return this.migrated ? round() : this.options.settings.intervalMs;
  }

  private async lookAtSuspects(): Promise<Next> {
    const { overflow, suspects } = this.parts;
    // History that fails is not asked about what it may have twice.
    if (this.stopping || overflow.isFailing) await suspects.tell();
    else await suspects.round();
    return this.stopping ? 'done' : this.options.settings.intervalMs;
  }

  private async bringHome(home: BringHome): Promise<Next> {
    const hasMore = await home.round();
    if (this.stopping) return 'done';
    return hasMore ? 'again' : this.options.settings.intervalMs;
  }

  private async keepLeases(): Promise<Next> {
    if (this.stopping) return 'done';
    const { belonging, connection, keys, leases, trail } = this.parts;
    await belonging.know();
    this.watchForRival();
    const won = await leases.acquireFree();
    if (won.length > 0) {
      // What an earlier worker marked and did not trim is trimmed a delay from now.
      const positions = await readPositions(connection, keys, won);
      for (let i = 0; i < won.length; i++) {
        trail.forget(won[i]!);
        trail.marked(won[i]!, positions[i]!.marked, Date.now());
      }
      this.rounds.wake();
    }
    const { intervalMs } = this.options.settings;
    const isShort = leases.held().length < leases.share;
    return isShort ? Math.min(intervalMs, SHORT_OF_SHARE_MS) : intervalMs;
  }

  /** One that died a moment ago is heard of until its announcement expires, and is none. */
  private watchForRival(): void {
    const { onRival, sink, settings } = this.options;
    if (onRival === undefined || sink.kind !== 'embedded') return;
    const { elder } = this.parts.leases;
    if (elder === null) {
      this.rivalSinceBeat = null;
      return;
    }
    // Not by a clock: what Redis said before it hung, or this process slept, is not what it says now.
    const { beats } = this.parts.leases;
    this.rivalSinceBeat ??= beats;
    const ttlMs = settings.leaseTtlMs ?? LEASE_TTL_MS;
    const patience = Math.ceil((ttlMs + RIVAL_MARGIN_MS) / beatMs(ttlMs));
    if (beats - this.rivalSinceBeat > patience) onRival(elder);
  }

  private async drain(group: number): Promise<Next> {
    const { leases } = this.parts;
    const held = leases.held().filter((partition) => partition % this.groups === group);
    // Nothing of the group is under way between two rounds.
    const mine = await leases.giveBack(held, this.groups);
    const outcome = await drainOnce(this.parts, group, mine);
    const { intervalMs } = this.options.settings;
    if (outcome.kind === 'empty') return this.stopping ? 'done' : intervalMs;
    if (outcome.kind === 'waiting') {
      return { faultLastsMs: Math.min(intervalMs, this.parts.overflow.waitMs(Date.now())) };
    }
    return outcome.more || this.stopping ? 'again' : intervalMs;
  }

  private async trim(): Promise<Next> {
    if (this.stopping) return 'done';
    await trimOnce(this.parts, this.options.settings.ledgerMax);
    await this.lag.look(this.parts);
    return this.options.settings.intervalMs;
  }
}
