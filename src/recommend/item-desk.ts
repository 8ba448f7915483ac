// What is declared of items, for whoever declares, reads and deletes it: a change and its ledger record are
// one.

import { Unavailable } from '../errors.ts';
import { writeDeletedItem, writeItem } from '../ledger/item-record.ts';
import type { Item } from '../model/item.ts';
import type { ItemReads } from '../redis/item-reads.ts';
import type { ItemScripts } from '../redis/item-scripts.ts';
import { ITEMS_PARTITION } from '../redis/keys.ts';
import { tornUnavailable } from '../redis/torn-partitions.ts';
import type { CrowdSource } from './crowd-source.ts';

/** Seconds a caller is asked to wait when history is behind. */
const LEDGER_FULL_RETRY_S = 5;

export class ItemDesk {
  constructor(
    private readonly scripts: ItemScripts,
    private readonly reads: Pick<ItemReads, 'one'>,
    private readonly crowd: CrowdSource,
  ) {}

  /** @param items no id twice; @throws Unavailable */
  async put(items: readonly Item[], atMs: number): Promise<'declared' | 'items_full'> {
    if (items.length === 0) return 'declared';
    const answer = await this.scripts.put(items, (item) => writeItem(item, atMs));
    return answer === 'declared' || answer === 'items_full' ? answer : refuse(answer);
  }

  /** What is known of it; null = nothing, or that it was deleted. @throws Unavailable */
  async find(itemId: string): Promise<Item | null> {
    const declared = await this.reads.one(itemId);
    if (declared.kind === 'declared') return declared.item;
    return declared.kind === 'deleted' ? null : this.seen(itemId);
  }

  /** @returns false = nobody ever heard of it, or it is deleted already. @throws Unavailable */
  async delete(itemId: string, atMs: number): Promise<boolean> {
    const isSeen = this.seen(itemId) !== null;
    const record = writeDeletedItem(itemId, atMs);
    const answer = await this.scripts.delete(itemId, isSeen, atMs, record);
    if (answer === 'deleted' || answer === 'unknown') return answer === 'deleted';
    return refuse(answer);
  }

  private seen(itemId: string): Item | null {
    const items = this.crowd.current()?.items;
    const number = items?.numberOf(itemId) ?? -1;
    if (items === undefined || number < 0) return null;
    const item = items.at(number) ?? undeclared(itemId);
    // What was declared is in Redis, or is not declared any more.
    return item.known === 'seen' ? item : null;
  }
}

function undeclared(itemId: string): Item {
  return {
    itemId,
    ...{ name: null, category: null, brand: null, price: null, inStock: true },
    ...{ tags: [], accessories: [], startsAtMs: null, endsAtMs: null },
    properties: {},
    known: 'seen',
  };
}

function refuse(answer: 'ledger_full' | 'torn'): never {
  if (answer === 'ledger_full') throw new Unavailable('ledger_full', LEDGER_FULL_RETRY_S);
  throw tornUnavailable(ITEMS_PARTITION);
}
