// One run of the learner: what history has of the last MODEL_DAYS days, then the ledger from where history
// ended, each record once, since positions are compared. Nothing of it is kept but what it tells: another
// run begins anew.
//
//   begin: positions, then history up to them ─► ledger ─► snapshot in force ─► follow: ledger ─► entries ─► …
//                                                  │ trimmed before it was read    │
//                                                  └► that part from history ◄─────┘
//
// The snapshot has what the ledger had: who followed another run loses nothing that it knew.
//
// Where Redis does not answer, a run goes on where it was: what it was telling is told again under the same
// number. Where the ledger went back (Redis lost some of it), or history broke off, another run begins.

import type { LedgerRange, LedgerRecord, Positions } from '../ledger/ledger-reader.ts';
import { MODEL_DAYS } from '../model/crowd/crowd.ts';
import { CrowdTables } from '../model/crowd/crowd-tables.ts';
import type { Fact } from '../model/crowd/fact.ts';
import { FactReader } from '../model/crowd/fact-reader.ts';
import { type Held, heldOf } from '../model/crowd/held.ts';
import type { InteractionRules } from '../model/crowd/interactions.ts';
import { ItemTable } from '../model/crowd/item-table.ts';
import { Tracker } from '../model/crowd/tracker.ts';
import type { Sliced } from '../model/sliced.ts';
import { inSlices } from '../ops/in-slices.ts';
import type { CrowdStore } from '../redis/crowd-store.ts';
import type { ReadHistory } from './history-pages.ts';
import { type EventRow, LearnedEvents } from './learned-events.ts';

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
  /** Of partitions, in their order. */
  positions(partitions: readonly number[]): Promise<readonly Positions[]>;
  /** Whether history has all that marks said before: what is spooled is marked, and on its way. */
  isHistoryWhole(): Promise<boolean>;
  /** The last record of each partition. */
  written(): Promise<readonly number[]>;
  records(ranges: readonly LedgerRange[]): AsyncIterable<readonly LedgerRecord[]>;
  /** Whether it may go on; false ends a run where it is. */
  isMine(): boolean;
  nowMs(): number;
  /** Facts that were told. */
  told(count: number): void;
}

/** Thrown where a run has to end: somebody else learns, or what it learned from is not there any more. */
export class RunOver extends Error {}

export class LearningRun {
  readonly tables: CrowdTables;
  readonly beganAtMs: number;
  private readonly tracker: Tracker;
  private readonly reader: FactReader;
  private readonly events: LearnedEvents;
  /** By partition: the last record that was learned from. */
  private readonly positions: number[] = [];
  private entry = 0;
  private toldBytes = 0;
  /** false = a snapshot will have it all: three months of facts are not kept. */
  private isTelling = false;
  private pending: Fact[] = [];
  /** What is being told: it may have arrived. */
  private telling: readonly Fact[] = [];

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

  /** Learns all that there is, and puts it in force. @throws Error, Unavailable, RunOver */
  async begin(): Promise<void> {
    const { partitions, history } = this.parts;
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    const marked = (await this.parts.positions(all)).map((position) => position.marked);
    if (!(await this.parts.isHistoryWhole())) throw new RunOver();
    const sinceMs = startOfDay(this.beganAtMs) - MODEL_DAYS * DAY_MS;
    const ranges = Array.from({ length: partitions }, (_, partition) => ({
      ...{ partition, first: 1, last: marked[partition] ?? 0 },
    }));
    await this.fromHistory(history(ranges, this.events.names, sinceMs, this.events.groups), true);
    this.take(this.tracker.passed());
    for (let p = 0; p < partitions; p++) this.positions[p] = marked[p] ?? 0;
    await this.fromLedger();
    this.isTelling = true;
    await this.publish();
  }

  /**
   * Learns what is new, and tells it.
   * @returns false = some of it is nowhere just now: history will have it
   * @throws Unavailable: it may be called again; RunOver
   */
  async follow(): Promise<boolean> {
    await this.tell();
    await this.assertInForce();
    const lookedAtMs = this.parts.nowMs();
    const isWhole = await this.fromLedger();
    await this.tell();
    if (this.toldBytes > TOLD_BYTES_MAX) await this.publish();
    if (isWhole) await this.parts.store.whole(lookedAtMs);
    return isWhole;
  }

  /** What is new in it. @returns whether that is all */
  private async fromLedger(): Promise<boolean> {
    const written = await this.parts.written();
    if (written.some((last, p) => last < this.positions[p]!)) throw new RunOver();
    const moved = this.positions.flatMap((last, p) => (written[p]! > last ? [p] : []));
    if (moved.length > 0) {
      const positions = await this.parts.positions(moved);
      const ranges: LedgerRange[] = [];
      for (const [i, partition] of moved.entries()) {
        const range = await this.withoutHole(partition, written[partition]!, positions[i]!);
        if (range !== null) ranges.push(range);
      }
      for await (const page of this.parts.records(ranges)) {
        this.assertMine();
        await inSlices(this.learning(page));
      }
    }
    const isWhole = written.every((last, p) => this.positions[p]! >= last);
    if (isWhole) this.take(this.tracker.passed());
    return isWhole;
  }

  /** Somebody else's run may be in force, and what was told may be gone from Redis. */
  private async assertInForce(): Promise<void> {
    const { store } = this.parts;
    const current = await store.current();
    if (current !== null && current.epoch !== this.epoch) throw new RunOver();
    const isThere =
      current !== null &&
      (this.entry === current.upTo || (await store.lastEntry(this.epoch)) === this.entry);
    if (!isThere) await this.publish();
  }

  /** What the ledger has of a partition; what it has no more is learned from history, once it is there. */
  private async withoutHole(
    partition: number,
    written: number,
    { marked, oldest }: Positions,
  ): Promise<LedgerRange | null> {
    const first = this.positions[partition]! + 1;
    const lost = Math.min(oldest - 1, written);
    if (lost < first) return { partition, first, last: written };
    if (marked < lost || !(await this.parts.isHistoryWhole())) return null;
    const hole = { partition, first, last: lost };
    try {
      await this.fromHistory(
        this.parts.history([hole], this.events.names, null, this.events.groups),
        false,
      );
    } catch {
      // A part of it is learned, and nobody knows which.
      throw new RunOver();
    }
    this.positions[partition] = lost;
    return lost < written ? { partition, first: lost + 1, last: written } : null;
  }

  private *learning(page: readonly LedgerRecord[]): Sliced<void> {
    for (const { partition, id, text } of page) {
      // It was learned before, or one before it was trimmed meanwhile: the next look sees to that.
      if (id !== this.positions[partition]! + 1) continue;
      const happened = this.events.ofRecord(text);
      if (happened !== null) this.take(this.tracker.learn(happened));
      this.positions[partition] = id;
      yield;
    }
  }

  /** @param isAll all partitions: then each day is a pass. Gateways' clocks differ by less. */
  private async fromHistory(
    pages: AsyncIterable<readonly EventRow[]>,
    isAll: boolean,
  ): Promise<void> {
    let day = 0;
    for await (const rows of pages) {
      this.assertMine();
      const first = Number(rows[0]?.day ?? day);
      if (isAll && first > day) this.take(this.tracker.passed());
      day = Math.max(day, first);
      await inSlices(this.learningRows(rows));
    }
  }

  private *learningRows(rows: readonly EventRow[]): Sliced<void> {
    for (const row of rows) {
      const happened = this.events.ofRow(row);
      if (happened !== null) this.take(this.tracker.learn(happened));
      yield;
    }
  }

  private take(facts: readonly Fact[]): void {
    for (const fact of facts) {
      this.reader.read(fact);
      if (this.isTelling) this.pending.push(fact);
    }
  }

  private async tell(): Promise<void> {
    for (;;) {
      if (this.telling.length === 0) {
        this.telling = this.pending.slice(0, ENTRY_FACTS);
        if (this.telling.length === 0) return;
        this.pending = this.pending.slice(this.telling.length);
      }
      this.assertMine();
      this.toldBytes += await this.parts.store.tell(this.epoch, this.entry + 1, this.telling);
      this.entry++;
      this.parts.told(this.telling.length);
      this.telling = [];
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
    if (!this.parts.isMine()) throw new RunOver();
  }
}

function startOfDay(atMs: number): number {
  return atMs - (atMs % DAY_MS);
}
