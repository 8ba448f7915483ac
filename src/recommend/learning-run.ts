// One run of the learner: what history has of the last MODEL_DAYS days, then the ledger from where history
// ended, each record once, since positions are compared. Nothing of it is kept but what it tells: another
// run begins anew.
//
//   begin: positions, then history up to them ─► snapshot in force ─► follow: ledger ─► entries ─► …
//                                                                       │ trimmed before it was read
//                                                                       └► that part from history

import type { LedgerRange, LedgerRecord, Positions } from '../ledger/ledger-reader.ts';
import { MODEL_DAYS } from '../model/crowd/crowd.ts';
import { CrowdTables } from '../model/crowd/crowd-tables.ts';
import type { Fact } from '../model/crowd/fact.ts';
import { FactReader } from '../model/crowd/fact-reader.ts';
import { type Held, heldOf } from '../model/crowd/held.ts';
import type { InteractionRules } from '../model/crowd/interactions.ts';
import { ItemTable } from '../model/crowd/item-table.ts';
import { type Interaction, Tracker } from '../model/crowd/tracker.ts';
import type { Sliced } from '../model/sliced.ts';
import { inSlices } from '../ops/in-slices.ts';
import type { CrowdStore } from '../redis/crowd-store.ts';
import type { ReadHistory } from './history-pages.ts';
import { LearnedEvents } from './learned-events.ts';

/** Facts in one entry. */
const ENTRY_FACTS = 500;
/** What is told after a snapshot, bytes; then there is another. */
const TOLD_BYTES_MAX = 16 * 1024 * 1024;
/** Things in one part of a snapshot: some hundred KB. */
const PART_HELD = 1_000;
const DAY_MS = 86_400_000;

export interface LearningParts {
  readonly store: CrowdStore;
  readonly history: ReadHistory;
  readonly partitions: number;
  readonly itemsMax: number;
  positions(): Promise<readonly Positions[]>;
  records(ranges: readonly LedgerRange[]): AsyncIterable<readonly LedgerRecord[]>;
  /** Whether it may go on; false ends a run where it is. */
  isMine(): boolean;
  nowMs(): number;
  /** Facts that were told. */
  told(count: number): void;
}

/** Thrown where a run has to end: somebody else learns. */
export class NotMine extends Error {}

export class LearningRun {
  readonly tables: CrowdTables;
  readonly beganAtMs: number;
  /** The newest event that was learned from, when it was received or later: how far behind it is. */
  private readonly tracker: Tracker;
  private readonly reader: FactReader;
  private readonly events: LearnedEvents;
  /** By partition: the last record that was learned from. */
  private readonly positions: number[] = [];
  private entry = 0;
  private toldBytes = 0;
  private pending: Fact[] = [];

  constructor(
    readonly epoch: string,
    readonly rules: InteractionRules,
    private readonly parts: LearningParts,
  ) {
    this.beganAtMs = parts.nowMs();
    const sinceMs = startOfDay(this.beganAtMs) - MODEL_DAYS * DAY_MS;
    const { itemsMax } = parts;
    this.tracker = new Tracker({ sessionMs: rules.sessionMs, sinceMs, itemsMax });
    this.tables = new CrowdTables(new ItemTable(itemsMax), epoch);
    this.reader = new FactReader(this.tables);
    this.events = new LearnedEvents(rules);
  }

  /** Learns what history has, and puts it in force. @throws Error, Unavailable, NotMine */
  async begin(): Promise<void> {
    const { partitions, history } = this.parts;
    const marked = (await this.parts.positions()).map((position) => position.marked);
    const sinceMs = startOfDay(this.beganAtMs) - MODEL_DAYS * DAY_MS;
    const ranges = Array.from({ length: partitions }, (_, partition) => ({
      ...{ partition, first: 1, last: marked[partition] ?? 0 },
    }));
    await this.fromHistory(history(ranges, this.events.names, sinceMs));
    for (let p = 0; p < partitions; p++) this.positions[p] = marked[p] ?? 0;
    this.pending = [];
    await this.publish();
  }

  /** Learns what is new, and tells it. @returns whether there may be more at once */
  async follow(): Promise<boolean> {
    const positions = await this.parts.positions();
    const ranges: LedgerRange[] = [];
    const holes: LedgerRange[] = [];
    positions.forEach(({ written, marked, oldest }, partition) => {
      const first = this.positions[partition]! + 1;
      if (first > written) return;
      if (oldest > first) {
        // What is not in the ledger any more is in history, or nowhere.
        const last = Math.min(oldest - 1, written);
        if (marked >= last) holes.push({ partition, first, last });
        return;
      }
      ranges.push({ partition, first, last: written });
    });
    if (holes.length > 0) {
      await this.fromHistory(this.parts.history(holes, this.events.names, null));
      for (const { partition, last } of holes) this.positions[partition] = last;
    }
    for await (const page of this.parts.records(ranges)) {
      this.assertMine();
      await inSlices(this.learning(page));
    }
    if (this.pending.length > 0) await this.tell();
    if (this.toldBytes > TOLD_BYTES_MAX) await this.publish();
    return holes.length > 0;
  }

  private *learning(page: readonly LedgerRecord[]): Sliced<void> {
    for (const { partition, id, text } of page) {
      // Its page may have been read twice.
      if (id <= this.positions[partition]!) continue;
      const interaction = this.events.ofRecord(text);
      if (interaction !== null) this.learn(interaction);
      this.positions[partition] = id;
      yield;
    }
  }

  private async fromHistory(
    pages: AsyncIterable<readonly Parameters<LearnedEvents['ofRow']>[0][]>,
  ): Promise<void> {
    for await (const rows of pages) {
      this.assertMine();
      await inSlices(this.learningRows(rows));
    }
  }

  private *learningRows(rows: readonly Parameters<LearnedEvents['ofRow']>[0][]): Sliced<void> {
    for (const row of rows) {
      const interaction = this.events.ofRow(row);
      if (interaction !== null) this.learn(interaction);
      yield;
    }
  }

  private learn(interaction: Interaction): void {
    for (const fact of this.tracker.learn(interaction)) {
      this.reader.read(fact);
      this.pending.push(fact);
    }
  }

  private async tell(): Promise<void> {
    while (this.pending.length > 0) {
      this.assertMine();
      const told = this.pending.slice(0, ENTRY_FACTS);
      // What was told under a number stays: it is told again as it was, and refused as a repetition.
      this.toldBytes += await this.parts.store.tell(this.epoch, this.entry + 1, told);
      this.entry++;
      this.pending = this.pending.slice(told.length);
      this.parts.told(told.length);
    }
  }

  private async publish(): Promise<void> {
    this.assertMine();
    this.tables.sweep();
    await this.parts.store.publish(this.epoch, this.entry, this.snapshot());
    this.toldBytes = 0;
  }

  private async *snapshot(): AsyncGenerator<readonly Held[]> {
    let part: Held[] = [];
    for (const held of heldOf(this.tables, (item) => this.reader.toldOf(item))) {
      part.push(held);
      if (part.length < PART_HELD) continue;
      this.assertMine();
      yield part;
      part = [];
    }
    yield part;
  }

  private assertMine(): void {
    if (!this.parts.isMine()) throw new NotMine();
  }
}

function startOfDay(atMs: number): number {
  return atMs - (atMs % DAY_MS);
}
