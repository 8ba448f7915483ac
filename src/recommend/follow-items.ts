// What is declared of items, kept up to date in this process: everything is read once, and after that what
// changes. Who is too far behind, or may have read what is gone since, reads everything again.
//
// Rejected: pub/sub, which tells nobody what they missed; sending items in the stream, which would keep
// each twice.

import type { Item } from '../model/item.ts';
import type { ItemChanges } from '../redis/item-reads.ts';
import type { ItemSink } from './crowd-source.ts';
import { RepeatedLook } from './repeated-look.ts';

/** Pause between two looks, ms. */
export const FOLLOW_MS = 500;

/** Where declared items are; redis/item-reads.ts. Methods throw Unavailable. */
interface ItemSource {
  position(): Promise<string>;
  declared(): AsyncIterable<readonly Item[]>;
  deleted(): AsyncIterable<readonly string[]>;
  changesAfter(position: string): Promise<ItemChanges>;
  some(itemIds: readonly string[]): Promise<readonly Item[]>;
}

export interface FollowItemsParts {
  readonly source: ItemSource;
  readonly sink: ItemSink;
  /** Whether anybody here needs items. */
  isNeeded(): boolean;
  /** A look that failed; the next one makes up for it. */
  onFault(error: unknown): void;
}

export class FollowItems {
  /** Where the changes were read to; null = everything is to be read. */
  private position: string | null = null;
  /** Told to the sink as declared. */
  private known = new Set<string>();
  private doubts = 0;

  private readonly looks: RepeatedLook;

  constructor(private readonly parts: FollowItemsParts) {
    const { isNeeded, onFault } = parts;
    this.looks = new RepeatedLook({
      everyMs: FOLLOW_MS,
      isNeeded,
      onFault,
      read: () => this.read(),
    });
  }

  start(): void {
    this.looks.start();
  }

  stop(): void {
    this.looks.stop();
  }

  /** What was read may be gone from Redis. */
  doubt(): void {
    this.position = null;
    this.doubts++;
  }

  /** Reads what is new; one at a time. Never rejects. */
  look(): Promise<void> {
    return this.looks.look();
  }

  private async read(): Promise<void> {
    while (this.position !== null) {
      const before = this.position;
      const changes = await this.parts.source.changesAfter(before);
      if (changes.kind === 'behind') break;
      if (changes.itemIds.length === 0) return;
      await this.reread(changes.itemIds);
      if (this.position === before) this.position = changes.position;
    }
    await this.readAll();
  }

  private async reread(itemIds: readonly string[]): Promise<void> {
    const gone = new Set(itemIds);
    for (const item of await this.parts.source.some(itemIds)) {
      gone.delete(item.itemId);
      this.declare(item, this.known);
    }
    for (const itemId of gone) this.remove(itemId);
  }

  /** What changes while it is read is among the changes after it. */
  private async readAll(): Promise<void> {
    const { source } = this.parts;
    const { doubts } = this;
    const position = await source.position();
    const found = new Set<string>();
    for await (const items of source.declared()) {
      for (const item of items) this.declare(item, found);
    }
    for (const itemId of this.known) if (!found.has(itemId)) this.remove(itemId);
    this.known = found;
    for await (const itemIds of source.deleted()) {
      // A new one may have been declared since, which is among the changes.
      for (const itemId of itemIds) this.remove(itemId);
    }
    if (doubts === this.doubts) this.position = position;
  }

  private declare(item: Item, known: Set<string>): void {
    known.add(item.itemId);
    this.parts.sink.declare(item);
  }

  private remove(itemId: string): void {
    this.known.delete(itemId);
    this.parts.sink.remove(itemId);
  }
}
