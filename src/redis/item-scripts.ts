// What is declared of items, in Redis, for whoever changes it: put-items.lua and delete-item.lua.

import type { Item } from '../model/item.ts';
import { itemText } from './item-text.ts';
import { ITEMS_PARTITION, type Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';
import { loadScript, type Script } from './script.ts';

/** Items that one call declares at most. */
export const PUT_ITEMS_MAX = 500;
/** Changes that are kept for those who follow; who is further behind reads everything. */
export const ITEM_CHANGES_MAX = 10_000;

const PUTS = ['declared', 'items_full', 'ledger_full', 'torn'] as const;
const DELETIONS = ['deleted', 'unknown', 'ledger_full', 'torn'] as const;
export type PutAnswer = (typeof PUTS)[number];
export type DeletionAnswer = (typeof DELETIONS)[number];

export interface ItemLimits {
  /** Items that may be declared; as many that were deleted are remembered. */
  readonly itemsMax: number;
  /** Records of a partition that history may lag behind. */
  readonly ledgerMax: number;
}

export class ItemScripts {
  private readonly putting: Script = loadScript('put-items');
  private readonly deleting: Script = loadScript('delete-item');
  private readonly touched: readonly string[];
  private readonly position: string;

  constructor(
    private readonly connection: RedisConnection,
    keys: Keys,
    private readonly limits: ItemLimits,
  ) {
    const { declared, deleted, changes } = keys.items;
    const { ledger, position, marked } = keys.partition(ITEMS_PARTITION);
    this.touched = [declared, deleted, changes, ledger, position, marked];
    this.position = position;
    this.putting.loadInto(connection);
    this.deleting.loadInto(connection);
  }

  /**
   * @param items no id twice; at least one, at most PUT_ITEMS_MAX
   * @param recordOf what the ledger is told of each
   * @throws Unavailable when Redis is away, late or full
   */
  async put(items: readonly Item[], recordOf: (item: Item) => string): Promise<PutAnswer> {
    const { ledgerMax, itemsMax } = this.limits;
    const args = [String(ledgerMax), String(itemsMax), String(ITEM_CHANGES_MAX)];
    for (const item of items) args.push(item.itemId, itemText(item), recordOf(item));
    const answer = await this.putting.run(this.connection, this.touched, args);
    await this.connection.replicated(this.position);
    return PUTS.find((kind) => answer === this.putting.status(kind))!;
  }

  /**
   * @param isSeen whether events told of it
   * @throws Unavailable when Redis is away, late or full
   */
  async delete(
    itemId: string,
    isSeen: boolean,
    atMs: number,
    record: string,
  ): Promise<DeletionAnswer> {
    const { ledgerMax, itemsMax } = this.limits;
    const answer = await this.deleting.run(this.connection, this.touched, [
      ...[String(ledgerMax), String(itemsMax), String(ITEM_CHANGES_MAX)],
      ...[itemId, String(Math.trunc(atMs)), isSeen ? '1' : '0', record],
    ]);
    await this.connection.replicated(this.position);
    return DELETIONS.find((kind) => answer === this.deleting.status(kind))!;
  }
}
