// What the shop sells, as this process knows it: items that were declared (PUT /v1/items), and those that
// events told of.

import type { JsonObject } from './json.ts';

/** UTF-8 bytes of an item id; what is longer names no item: it is not learned, and cannot be declared. */
export const ITEM_ID_BYTES_MAX = 256;

/** Absent = not known. */
export interface Item {
  readonly itemId: string;
  readonly name: string | null;
  readonly category: string | null;
  readonly brand: string | null;
  /** Finite, not below 0. */
  readonly price: number | null;
  /** false only where somebody declared it so. */
  readonly inStock: boolean;
  readonly tags: readonly string[];
  /** Item ids, the first is the best. */
  readonly accessories: readonly string[];
  /** Inclusive, epoch ms; null = no limit. */
  readonly startsAtMs: number | null;
  /** Exclusive, epoch ms; null = no limit. */
  readonly endsAtMs: number | null;
  readonly properties: JsonObject;
  /** `seen` = events told of it; `deleted` = somebody declared that it is sold no more. */
  readonly known: 'declared' | 'seen' | 'deleted';
}

/** What an event says of an item beside its id; absent = nothing. */
export interface ItemSighting {
  readonly name?: string;
  readonly category?: string;
  readonly brand?: string;
  readonly price?: number;
}

/**
 * The items as the engine reads them. Each has a number in this process, by which the crowd's tables and
 * the columns are laid out; a number may be another item's after ITEMS_MAX of them were seen.
 */
export interface Items {
  /** Numbers are below it. */
  readonly size: number;
  /** −1 = it was never heard of. */
  numberOf(itemId: string): number;
  /** '' = no item has the number now. */
  idOf(item: number): string;
  /** null = nothing is known but its id. */
  at(item: number): Item | null;
}
