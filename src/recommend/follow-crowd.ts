// The crowd's tables in a process that does not learn: the snapshot in force, then what was told since.
// Another run of the learner, a hole, or something that cannot be read: the snapshot is read again, and the
// tables of before answer until the new ones are whole.

import type { Crowd } from '../model/crowd/crowd.ts';
import { CrowdTables } from '../model/crowd/crowd-tables.ts';
import type { Fact } from '../model/crowd/fact.ts';
import { FactReader } from '../model/crowd/fact-reader.ts';
import { type Held, takeHeld } from '../model/crowd/held.ts';
import { ItemTable } from '../model/crowd/item-table.ts';
import type { Item } from '../model/item.ts';
import type { Sliced } from '../model/sliced.ts';
import { inSlices } from '../ops/in-slices.ts';
import type { CrowdStore, CurrentCrowd } from '../redis/crowd-store.ts';
import type { CrowdSource, ItemSink } from './crowd-source.ts';
import { RepeatedLook } from './repeated-look.ts';

const LOOK_MS = 500;

export interface FollowCrowdParts {
  readonly store: Pick<CrowdStore, 'current' | 'part' | 'after'>;
  readonly itemsMax: number;
  /** Whether anything is recommended here: nothing is read where it is not. */
  isNeeded(): boolean;
  /** A look that failed; the next one makes up for it. */
  onFault(error: unknown): void;
  nowMs(): number;
}

interface Following {
  readonly epoch: string;
  readonly reader: FactReader;
  /** The last entry that is in. */
  entry: number;
}

export class FollowCrowd implements CrowdSource {
  /** Of items that were declared, whatever tables there are. */
  private readonly declared = new Map<string, Item | null>();
  private tables: CrowdTables;
  private following: Following | null = null;
  private loading: CrowdTables | null = null;
  private readonly looks: RepeatedLook;
  private freshAtMs: number | null = null;
  /** The snapshot after which something is missing: it is not read again. */
  private holeAfter = '';

  constructor(private readonly parts: FollowCrowdParts) {
    this.tables = new CrowdTables(new ItemTable(parts.itemsMax));
    const { isNeeded, onFault } = parts;
    this.looks = new RepeatedLook({ everyMs: LOOK_MS, isNeeded, onFault, read: () => this.read() });
  }

  /** Where declared items go. */
  readonly items: ItemSink = {
    declare: (item) => {
      this.declared.set(item.itemId, item);
      this.tables.items.declare(item);
      this.loading?.items.declare(item);
    },
    remove: (itemId) => {
      this.declared.set(itemId, null);
      this.tables.items.remove(itemId);
      this.loading?.items.remove(itemId);
    },
  };

  /** How long ago what lists know was all that there was, s; 0 = nothing was ever told, or is needed. */
  get ageS(): number {
    return this.freshAtMs === null || !this.parts.isNeeded()
      ? 0
      : Math.max(0, this.parts.nowMs() - this.freshAtMs) / 1_000;
  }

  get held(): { readonly items: number; readonly sessions: number } {
    const { items, sessions } = this.tables;
    return { items: items.count, sessions: sessions.count };
  }

  current(): Crowd {
    return this.tables;
  }

  start(): void {
    this.looks.start();
  }

  stop(): void {
    this.looks.stop();
  }

  /** Reads what is new; one at a time. Never rejects. */
  look(): Promise<void> {
    return this.looks.look();
  }

  private async read(): Promise<void> {
    const current = await this.parts.store.current();
    if (current === null) return;
    if (this.following?.epoch !== current.epoch && !(await this.load(current))) return;
    if (!(await this.catchUp())) {
      // It fell behind, or the store lost something: a snapshot has it, this one or the next.
      const snapshot = `${current.epoch} ${current.upTo}`;
      if (this.holeAfter === snapshot) return;
      this.holeAfter = snapshot;
      if (!(await this.load(current)) || !(await this.catchUp())) return;
    }
    if (current.wholeAtMs > 0) this.freshAtMs = current.wholeAtMs;
  }

  /** @returns false = the snapshot is not whole; nothing has changed then */
  private async load(current: CurrentCrowd): Promise<boolean> {
    const tables = new CrowdTables(new ItemTable(this.parts.itemsMax), current.epoch);
    const reader = new FactReader(tables);
    // From here on it is told of items, too.
    this.loading = tables;
    try {
      await inSlices(declaring(this.declared, tables.items));
      for (let i = 0; i < current.parts; i++) {
        const part = await this.parts.store.part<Held>(current, i);
        if (part === null) return false;
        await inSlices(taking(part, reader));
      }
    } finally {
      this.loading = null;
    }
    this.tables = tables;
    this.following = { epoch: current.epoch, reader, entry: current.upTo };
    return true;
  }

  /** @returns false = what comes next is not there */
  private async catchUp(): Promise<boolean> {
    for (;;) {
      const following = this.following!;
      const answer = await this.parts.store.after<Fact>(following.epoch, following.entry);
      if (answer.kind === 'hole') return false;
      for (const entry of answer.entries) {
        await inSlices(reading(entry, following.reader));
        following.entry++;
      }
      if (!answer.more) return true;
    }
  }
}

/** All of them: what is declared has its number before anything that is only seen. */
function* declaring(declared: ReadonlyMap<string, Item | null>, items: ItemTable): Sliced<void> {
  for (const [itemId, item] of declared) {
    if (item === null) items.remove(itemId);
    else items.declare(item);
    yield;
  }
}

function* taking(part: readonly Held[], reader: FactReader): Sliced<void> {
  for (const held of part) {
    takeHeld(reader, held);
    yield;
  }
}

function* reading(entry: readonly Fact[], reader: FactReader): Sliced<void> {
  for (const fact of entry) {
    reader.read(fact);
    yield;
  }
}
