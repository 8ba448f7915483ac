// The items that a process knows: a number for each id, what was declared of it, and what events said.
// What was declared wins, field by field, over what was seen. Ids are anybody's texts: they are keys of a
// Map and never of an object.

import type { Item, ItemSighting, Items } from '../item.ts';
import type { JsonObject } from '../json.ts';
import { ItemsByName } from './items-by-name.ts';

/** Longest name, category or brand that is kept of an event; what is longer says nothing. */
export const SIGHTED_TEXT_MAX = 512;

const NO_PROPERTIES: JsonObject = {};

export class ItemTable implements Items {
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #declared: (Item | null)[] = [];
  readonly #seen: (ItemSighting | null)[] = [];
  /** What `at` answers; undefined = it has to be put together again. */
  readonly #views: (Item | null | undefined)[] = [];
  /** Numbers that no item has now. */
  readonly #free: number[] = [];
  readonly #categories = new ItemsByName();
  readonly #brands = new ItemsByName();

  /** Goes up with everything that is said of an item. */
  changes = 0;

  /** @param itemsMax ids that have numbers at a time */
  constructor(readonly itemsMax: number) {}

  get size(): number {
    return this.#ids.length;
  }

  /** Ids that have numbers. */
  get count(): number {
    return this.#numbers.size;
  }

  numberOf(itemId: string): number {
    return this.#numbers.get(itemId) ?? -1;
  }

  idOf(item: number): string {
    return this.#ids[item] ?? '';
  }

  at(item: number): Item | null {
    const held = this.#views[item];
    if (held !== undefined) return held;
    if (this.idOf(item) === '') return null;
    const view = viewOf(this.#ids[item]!, this.#declared[item]!, this.#seen[item]!);
    this.#views[item] = view;
    return view;
  }

  /** That of `at`; null = it is not known. */
  categoryOf(item: number): string | null {
    const declared = this.#declared[item] ?? null;
    if (declared?.known === 'deleted') return declared.category;
    return declared?.category ?? this.#seen[item]?.category ?? null;
  }

  /** That of `at`; null = it is not known. */
  brandOf(item: number): string | null {
    const declared = this.#declared[item] ?? null;
    if (declared?.known === 'deleted') return declared.brand;
    return declared?.brand ?? this.#seen[item]?.brand ?? null;
  }

  /** Whether somebody declared it, and it is sold at that time and in stock. */
  isOffered(item: number, nowMs: number): boolean {
    const declared = this.#declared[item] ?? null;
    if (declared === null || declared.known === 'deleted' || !declared.inStock) return false;
    const { startsAtMs, endsAtMs } = declared;
    return (startsAtMs === null || startsAtMs <= nowMs) && (endsAtMs === null || nowMs < endsAtMs);
  }

  /** Items whose `brandOf` it is, in no order; not to be kept. */
  ofBrand(brand: string): readonly number[] {
    return this.#brands.of(brand);
  }

  /** Items whose `categoryOf` it is, in no order; not to be kept. */
  inCategory(category: string): readonly number[] {
    return this.#categories.of(category);
  }

  /** Its number, a new one where it had none; −1 = there is no room for it. */
  add(itemId: string): number {
    const known = this.#numbers.get(itemId);
    if (known !== undefined) return known;
    if (this.#numbers.size >= this.itemsMax) return -1;
    const item = this.#free.pop() ?? this.#ids.length;
    this.#put(item, itemId);
    return item;
  }

  /**
   * Frees a number, unless somebody declared something of its item.
   * @returns whether it is free now
   */
  release(item: number): boolean {
    const itemId = this.idOf(item);
    if (itemId === '') return false;
    this.#seen[item] = null;
    this.#changed(item);
    if (this.#declared[item] !== null) return false;
    this.#numbers.delete(itemId);
    this.#ids[item] = '';
    this.#free.push(item);
    return true;
  }

  /** @returns false = there is no room for it */
  declare(item: Item): boolean {
    const number = this.add(item.itemId);
    if (number === -1) return false;
    this.#declared[number] = item;
    this.#changed(number);
    return true;
  }

  /** It is sold no more, whatever events say. @returns false = there is no room to remember it */
  remove(itemId: string): boolean {
    return this.declare(deleted(itemId));
  }

  /** What an event says of it, over what earlier ones did. @returns false = there is no room for it */
  sight(itemId: string, sighting: ItemSighting): boolean {
    const item = this.add(itemId);
    if (item === -1) return false;
    this.#seen[item] = joined(this.#seen[item]!, sighting);
    this.#changed(item);
    return true;
  }

  /** What events said of it; null = nothing. */
  sightingOf(item: number): ItemSighting | null {
    return this.#seen[item] ?? null;
  }

  #changed(item: number): void {
    this.changes++;
    this.#views[item] = undefined;
    this.#categories.put(item, this.categoryOf(item));
    this.#brands.put(item, this.brandOf(item));
  }

  #put(item: number, itemId: string): void {
    this.#numbers.set(itemId, item);
    this.#ids[item] = itemId;
    this.#declared[item] = null;
    this.#seen[item] = null;
    this.#views[item] = undefined;
  }
}

function viewOf(itemId: string, declared: Item | null, seen: ItemSighting | null): Item | null {
  if (declared === null) return seen === null ? null : { ...empty(itemId, 'seen'), ...seen };
  if (seen === null || declared.known === 'deleted') return declared;
  return {
    ...declared,
    name: declared.name ?? seen.name ?? null,
    category: declared.category ?? seen.category ?? null,
    brand: declared.brand ?? seen.brand ?? null,
    price: declared.price ?? seen.price ?? null,
  };
}

function deleted(itemId: string): Item {
  return empty(itemId, 'deleted');
}

function empty(itemId: string, known: Item['known']): Item {
  return {
    ...{ itemId, name: null, category: null, brand: null, price: null, inStock: true },
    ...{ tags: [], accessories: [], startsAtMs: null, endsAtMs: null },
    ...{ properties: NO_PROPERTIES, known },
  };
}

/** What is known after one more sighting; what cannot be meant says nothing. */
export function joined(before: ItemSighting | null, sighting: ItemSighting): ItemSighting {
  const { name, category, brand, price } = sighting;
  return {
    ...before,
    ...(isText(name) ? { name } : {}),
    ...(isText(category) ? { category } : {}),
    ...(isText(brand) ? { brand } : {}),
    ...(Number.isFinite(price) && price! >= 0 ? { price: price! } : {}),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= SIGHTED_TEXT_MAX;
}
