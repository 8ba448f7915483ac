// Brings spooled batches into history, the oldest first, beside the writing of the ledger and of its
// spooling: it takes its turn for a slot like a group does, small files go together as one batch, and
// one block of one file is in memory at a time. A lease is not asked for, since a range is its owner's
// until it is home.
//
//   file ──► needed? ──► sound? ──► ended, read back, insert ──► unspool each range ──► remove
//              │ no        │ no: set aside, written anew from the ledger where that has it all
//              ▼           ▼
//            remove      (spool-care.ts)

import type { Blocks } from '../../ledger/ledger-rows.ts';
import type { Next, PlainTask, Turn } from '../../partitions/task.ts';
import type { HistorySink } from '../sinks/sink.ts';
import type { Slots } from '../slots.ts';
import type { HistoryLog, HistoryMetrics } from '../telling.ts';
import type { Continuity } from '../writer/continuity.ts';
import { insertBlocks } from '../writer/insert-blocks.ts';
import { type Reconciled, reconcile } from '../writer/reconcile.ts';
import type { Suspects } from '../writer/suspects.ts';
import { HomeBatch } from './home-batch.ts';
import type { LostRanges } from './lost-ranges.ts';
import type { Overflow } from './overflow.ts';
import type { OwnedFile, Spool } from './spool.ts';
import type { SpoolCare } from './spool-care.ts';
import type { SpoolScripts } from './spool-scripts.ts';
import { recordsOf } from './spooled-ranges.ts';

export interface BringHomeParts {
  readonly spool: Pick<Spool, 'oldestFirst'>;
  readonly spools: Pick<SpoolScripts, 'unspool'>;
  readonly care: SpoolCare;
  readonly lost: Pick<LostRanges, 'decide'>;
  readonly sink: HistorySink;
  readonly suspects: Pick<Suspects, 'note'>;
  readonly continuity: Pick<Continuity, 'doubt'>;
  readonly overflow: Overflow;
  readonly slots: Pick<Slots, 'enter'>;
  readonly metrics: Pick<HistoryMetrics, 'broughtHome' | 'refused'>;
  readonly log: HistoryLog;
  /** Of all files of a batch, unless one file alone has more. */
  readonly batchRecordsMax: number;
  readonly intervalMs: number;
}

export class BringHome implements PlainTask {
  readonly name = 'spool';

  constructor(private readonly parts: BringHomeParts) {}

  /** @throws Unavailable without Redis, Error without ClickHouse or where the disk fails */
  async round(turn: Turn): Promise<Next> {
    const hasMore = await this.bringOneBatch();
    if (turn.isStopping) return 'done';
    return hasMore ? 'again' : this.parts.intervalMs;
  }

  /**
   * One batch of files, or what has to be seen to before.
   * @returns whether there may be more to do at once
   */
  private async bringOneBatch(): Promise<boolean> {
    const { batchRecordsMax, care, lost, overflow, slots, spool } = this.parts;
    await care.takeOver();
    if (!overflow.mayBringHome(Date.now())) return false;
    await lost.decide();
    const batch = new HomeBatch(batchRecordsMax);
    const gone: OwnedFile[] = [];
    let isSeenTo = false;
    for (const file of spool.oldestFirst()) {
      const needed = await care.neededOf(file);
      if (needed === 'wait') continue;
      if (needed === 'none') gone.push(file);
      else if (needed === 'mended') isSeenTo = true;
      else if (!batch.add(file, needed)) break;
    }
    // At once: each may wait a second or two until Redis cannot forget any more.
    await Promise.all(gone.map((file) => care.remove(file)));
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

  private async bring(batch: HomeBatch, owner: string): Promise<void> {
    const { care, continuity, log, metrics, overflow, spools, suspects } = this.parts;
    const { files, ranges } = batch;
    const { records, missing, removed } = await this.intoHistory(batch, owner);
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
    metrics.broughtHome(records);
    if (missing > 0 || removed > 0) {
      const counts = { files: files.length, partitions: ranges.length };
      log.info({ ...counts, records, inserted: missing, removed }, 'brought spooled batches home');
    }
    overflow.worked();
    for (const file of files) care.isHome(file);
  }

  private async intoHistory(batch: HomeBatch, owner: string): Promise<Reconciled> {
    const { sink, metrics, overflow, suspects } = this.parts;
    const { ranges } = batch;
    const mayWrite = () => true;
    // Of an owner only one process brings home, so whatever runs under this name is our own past.
    const name = `home-${owner}`;
    const tried = ranges.filter((range) => range.tried).map((range) => range.queryId);
    const into = {
      sink,
      mayWrite,
      async insert(blocks: Blocks, id: string) {
        const outcome = await insertBlocks(sink, blocks, id, mayWrite);
        if (outcome.kind === 'unknown') {
          suspects.note(ranges, 'later');
          throw outcome.cause;
        }
        if (outcome.refused > 0) metrics.refused(outcome.refused);
      },
    };
    try {
      for (const begun of new Set([name, ...tried])) await sink.ended(begun);
      const reconciled = await reconcile(into, name, ranges, batch.pages());
      // They were read through just before: the disk does not say the same twice.
      if (reconciled.records !== recordsOf(ranges)) throw new Error('a spool file changed');
      return reconciled;
    } catch (error) {
      overflow.failed(Date.now());
      throw error;
    }
  }
}
