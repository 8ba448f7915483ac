// Looks after the files of the spool: takes over directories of dead workers, mends what is damaged or
// lost while the ledger still has it (mend-spool.ts), says what of a file has yet to be brought home,
// and removes what nobody needs. Redis says what of a file is needed.

import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { Belonging } from '../belonging.ts';
import type { HistoryLog, HistoryMetrics } from '../telling.ts';
import type { LostRanges } from './lost-ranges.ts';
import { mendFile, mendLost } from './mend-spool.ts';
import type { OwnedFile, Spool } from './spool.ts';
import { damageOf, Unreadable } from './spool-file.ts';
import type { SpoolRange } from './spool-format.ts';
import { readStandings } from './spooled-ranges.ts';

export interface SpoolCareParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly spool: Spool;
  readonly belonging: Pick<Belonging, 'assertAsBegun'>;
  readonly lost: Pick<LostRanges, 'add'>;
  readonly metrics: Pick<HistoryMetrics, 'damaged'>;
  readonly log: HistoryLog;
  /** How long Redis may yet forget what it has just written, ms. */
  readonly durableAfterMs: number;
}

/**
 * What of a file has to be brought home; `wait`: that is not known yet, or cannot be read; `mended`:
 * others stand for it now.
 */
export type Needed = readonly SpoolRange[] | 'wait' | 'none' | 'mended';

/** How often directories of dead workers are looked for; ms. */
const ADOPT_MS = 3_000;

export class SpoolCare {
  private adoptedAtMs = 0;
  /** Files that are home, and since when: Redis may yet forget that they are. */
  private readonly homeSinceMs = new WeakMap<OwnedFile, number>();
  /** Owners whose files have not been compared with Redis yet. */
  private readonly unmatched = new Set<string>();
  /** Paths of files that cannot be read, as was told. */
  private readonly told = new Set<string>();

  constructor(private readonly parts: SpoolCareParts) {}

  /** Takes what is nobody's, and sees to what is new. @throws Unavailable; Error where the disk fails */
  async takeOver(): Promise<void> {
    await this.adopt();
    for (const owner of this.unmatched) {
      this.parts.lost.add(await mendLost(this.parts, owner));
      await this.scrub(owner);
      this.unmatched.delete(owner);
    }
  }

  /** What of a sound file has to be brought home; a damaged one is mended. */
  async neededOf(file: OwnedFile): Promise<Needed> {
    const homeAtMs = this.homeSinceMs.get(file) ?? 0;
    if (Date.now() < homeAtMs + this.parts.durableAfterMs) return 'wait';
    const { needed, mayBeNeeded } = await this.standingOf(file);
    if (mayBeNeeded) return 'wait';
    if (needed.length === 0) return 'none';
    const damage = await this.damageOf(file);
    if (damage === 'unreadable') return 'wait';
    if (damage === null) return needed;
    await mendFile(this.parts, file, needed, damage);
    return 'mended';
  }

  /** A file is in history: it goes when Redis can no more forget that, in one of the next rounds. */
  isHome(file: OwnedFile): void {
    this.homeSinceMs.set(file, Date.now());
  }

  /** Removes a file of which nothing is needed. */
  async remove(file: OwnedFile): Promise<void> {
    const { belonging, connection, keys, log, spool } = this.parts;
    const partitions = file.header.ranges.map((range) => range.partition);
    await Promise.all(partitions.map((p) => connection.replicated(keys.partition(p).spooled)));
    if (!this.homeSinceMs.has(file)) {
      await belonging.assertAsBegun();
      log.info({ path: file.path }, 'nothing refers to a spool file: removed');
    }
    await spool.remove(file);
  }

  private async adopt(): Promise<void> {
    if (Date.now() < this.adoptedAtMs + ADOPT_MS) return;
    const { log, metrics, spool } = this.parts;
    const { owners, damaged, unreadable } = await spool.adopt();
    this.adoptedAtMs = Date.now();
    for (const owner of owners) this.unmatched.add(owner);
    for (const file of unreadable) this.cannotRead(file.path, file.why);
    // What these held is found out from Redis: it is lost for its owner.
    for (const file of damaged) {
      log.error(file, 'a spool file is damaged: its header cannot be read');
      metrics.damaged();
      await spool.setAside(file);
    }
  }

  /** Reads all files through: what is damaged is best mended while the ledger has the records. */
  private async scrub(owner: string): Promise<void> {
    for (const file of this.parts.spool.oldestFirst().filter((it) => it.owner === owner)) {
      const damage = await this.damageOf(file);
      if (damage === null || damage === 'unreadable') continue;
      const { needed } = await this.standingOf(file);
      await mendFile(this.parts, file, needed, damage);
    }
  }

  /** What of a file has to be brought home. While a range is frozen, a call of ours that was late
   *  may still spool it. */
  private async standingOf(file: OwnedFile) {
    const { connection, keys } = this.parts;
    const { ranges } = file.header;
    const standings = await readStandings(connection, keys, ranges, file.owner);
    const needed = ranges.filter((_, i) => standings[i] === 'spooled');
    return { needed, mayBeNeeded: standings.includes('frozen') };
  }

  /** Why a file is damaged; null = it is sound. The others need not wait for one unreadable file. */
  private async damageOf(file: OwnedFile): Promise<string | 'unreadable' | null> {
    try {
      const damage = await damageOf(file.path);
      this.told.delete(file.path);
      return damage;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.cannotRead(file.path, error.message);
      return 'unreadable';
    }
  }

  /** Told once a file; it is tried again and again. */
  private cannotRead(path: string, why: string): void {
    if (this.told.has(path)) return;
    this.told.add(path);
    this.parts.log.error({ path, why }, 'a spool file cannot be read: the others go on without it');
    this.parts.metrics.damaged();
  }
}
