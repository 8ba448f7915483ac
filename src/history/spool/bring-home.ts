// Brings spooled batches into history, the oldest first, beside the draining of the ledger and of its
// spooling: it takes its turn for a slot like a group does, small files go together as one batch, and
// one block of one file is in memory at a time. Redis says what of a file is needed; a lease is not
// asked for, since a range is its owner's until it is home.
//
//   file ──► needed? ──► sound? ──► ended, read back, insert ──► unspool each range ──► remove
//              │ no        │ no: set aside, written anew from the ledger where that has it all
//              ▼           ▼
//            remove      (mend-spool.ts)

import { insertBlocks } from '../writer/insert-blocks.ts';
import { type Settled, settle } from '../writer/settle.ts';
import type { WriterParts } from '../writer/writer.ts';
import { HomeBatch } from './home-batch.ts';
import { LostRanges } from './lost-ranges.ts';
import { mendFile, mendLost } from './mend-spool.ts';
import type { OwnedFile, Spool } from './spool.ts';
import { damageOf, Unreadable } from './spool-file.ts';
import type { SpoolRange } from './spool-format.ts';
import { readStandings, recordsOf } from './spooled-ranges.ts';

/** How often directories of dead workers are looked for; ms. */
const ADOPT_MS = 3_000;

type Needed = readonly SpoolRange[] | 'wait' | 'none' | 'mended';

export class BringHome {
  private adoptedAtMs = 0;
  /** Files that are home, and since when: Redis may yet forget that they are. */
  private readonly home = new WeakMap<OwnedFile, number>();
  /** Owners whose files have not been compared with Redis yet. */
  private readonly unmatched = new Set<string>();
  /** Paths of files that cannot be read, as was told. */
  private readonly told = new Set<string>();
  private readonly lost: LostRanges;

  constructor(
    private readonly parts: WriterParts,
    private readonly spool: Spool,
  ) {
    this.lost = new LostRanges(parts);
  }

  /**
   * One batch of files, or what has to be seen to before.
   * @returns whether there may be more to do at once
   * @throws Unavailable without Redis, Error without ClickHouse or where the disk fails
   */
  async round(): Promise<boolean> {
    await this.adopt();
    for (const owner of this.unmatched) {
      this.lost.add(await mendLost(this.parts, this.spool, owner));
      await this.scrub(owner);
      this.unmatched.delete(owner);
    }
    const { overflow, settings, slots } = this.parts;
    if (!overflow.mayBringHome(Date.now())) return false;
    await this.lost.decide();
    const batch = new HomeBatch(settings.batchRecordsMax);
    const gone: OwnedFile[] = [];
    let isSeenTo = false;
    for (const file of this.spool.oldestFirst()) {
      const needed = await this.neededOf(file);
      if (needed === 'wait') continue;
      if (needed === 'none') gone.push(file);
      else if (needed === 'mended') isSeenTo = true;
      else if (!batch.add(file, needed)) break;
    }
    // At once: each may wait a second or two until Redis cannot forget any more.
    await Promise.all(gone.map((file) => this.remove(file)));
    if (batch.owner === null) return isSeenTo || gone.length > 0;
    const leave = await slots.enter();
    try {
      // While this waited for its slot a group may have found history gone.
      if (!overflow.mayBringHome(Date.now())) return false;
      await this.bring(batch, batch.owner);
    } finally {
      leave();
    }
    return true;
  }

  private async adopt(): Promise<void> {
    if (Date.now() < this.adoptedAtMs + ADOPT_MS) return;
    const { owners, damaged, unreadable } = await this.spool.adopt();
    this.adoptedAtMs = Date.now();
    for (const owner of owners) this.unmatched.add(owner);
    for (const file of unreadable) this.cannotRead(file.path, file.why);
    // What these held is found out from Redis: it is lost for its owner.
    for (const file of damaged) {
      this.parts.log.error(file, 'a spool file is damaged: its header cannot be read');
      this.parts.metrics.damaged();
      await this.spool.setAside(file);
    }
  }

  /** Reads all files through: what is damaged is best mended while the ledger has the records. */
  private async scrub(owner: string): Promise<void> {
    for (const file of this.spool.oldestFirst().filter((it) => it.owner === owner)) {
      const damage = await this.damageOf(file);
      if (damage === null || damage === 'unreadable') continue;
      const { needed } = await this.standingOf(file);
      await mendFile(this.parts, this.spool, file, needed, damage);
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

  /** What of a sound file has to be brought home; a damaged one is mended. */
  private async neededOf(file: OwnedFile): Promise<Needed> {
    const homeAtMs = this.home.get(file) ?? 0;
    if (Date.now() < homeAtMs + this.parts.settings.durableAfterMs) return 'wait';
    const { needed, mayBeNeeded } = await this.standingOf(file);
    if (mayBeNeeded) return 'wait';
    if (needed.length === 0) return 'none';
    const damage = await this.damageOf(file);
    if (damage === 'unreadable') return 'wait';
    if (damage === null) return needed;
    await mendFile(this.parts, this.spool, file, needed, damage);
    return 'mended';
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

  private async remove(file: OwnedFile): Promise<void> {
    const { belonging, connection, keys, log } = this.parts;
    const partitions = file.header.ranges.map((range) => range.partition);
    await Promise.all(partitions.map((p) => connection.replicated(keys.partition(p).spooled)));
    if (!this.home.has(file)) {
      await belonging.assertAsBegun();
      log.info({ path: file.path }, 'nothing refers to a spool file: removed');
    }
    await this.spool.remove(file);
  }

  private async bring(batch: HomeBatch, owner: string): Promise<void> {
    const { log, metrics, overflow, spools, suspects, continuity } = this.parts;
    const { files, ranges } = batch;
    const settled = await this.settle(batch, owner);
    const outcomes = await Promise.all(
      ranges.map(({ partition, queryId }) => spools.unspool({ partition, queryId, owner })),
    );
    suspects.note(
      ranges.filter((range) => range.tried),
      'later',
    );
    // Redis lost them while they were brought home: their ids are others', now or soon.
    const lost = ranges.filter((_, i) => outcomes[i]!.kind === 'stale');
    for (const { partition } of lost) continuity.doubt(partition);
    suspects.note(lost, 'now');
    metrics.broughtHome(settled.records);
    if (settled.missing > 0 || settled.removed > 0) {
      const { records, missing: inserted, removed } = settled;
      const counts = { files: files.length, partitions: ranges.length, records, inserted, removed };
      log.info(counts, 'brought spooled batches home');
    }
    overflow.worked();
    // They go when Redis can no more forget that they are home: in one of the next rounds.
    for (const file of files) this.home.set(file, Date.now());
  }

  private async settle(batch: HomeBatch, owner: string): Promise<Settled> {
    const { sink, metrics, overflow, suspects } = this.parts;
    const { ranges } = batch;
    const mayWrite = () => true;
    // Of an owner only one process brings home, so whatever runs under this name is our own past.
    const name = `home-${owner}`;
    const tried = ranges.filter((range) => range.tried).map((range) => range.queryId);
    try {
      for (const begun of new Set([name, ...tried])) await sink.ended(begun);
      const settled = await settle(
        {
          ...{ sink, mayWrite },
          async insert(blocks, id) {
            const outcome = await insertBlocks(sink, blocks, id, mayWrite);
            if (outcome.kind === 'unknown') {
              suspects.note(ranges, 'later');
              throw outcome.cause;
            }
            if (outcome.refused > 0) metrics.refused(outcome.refused);
          },
        },
        name,
        ranges,
        batch.pages(),
      );
      // They were read through just before: the disk does not say the same twice.
      if (settled.records !== recordsOf(ranges)) throw new Error('a spool file changed');
      return settled;
    } catch (error) {
      overflow.failed(Date.now());
      throw error;
    }
  }
}
