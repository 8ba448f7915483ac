// What is declared of an item, as Redis keeps it: JSON, without its id and what is not said.

import type { Item } from '../model/item.ts';
import type { JsonObject } from '../model/json.ts';

/** What takes no more room than this is kept, bytes of UTF-8. */
export const ITEM_BYTES_MAX = 8_192;

export function itemText(item: Item): string {
  return JSON.stringify({
    n: item.name ?? undefined,
    c: item.category ?? undefined,
    b: item.brand ?? undefined,
    p: item.price ?? undefined,
    o: item.inStock ? undefined : true,
    t: item.tags.length === 0 ? undefined : item.tags,
    a: item.accessories.length === 0 ? undefined : item.accessories,
    s: item.startsAtMs ?? undefined,
    e: item.endsAtMs ?? undefined,
    x: Object.keys(item.properties).length === 0 ? undefined : item.properties,
  });
}

/** null = it is none of ours. */
export function readItemText(itemId: string, text: string): Item | null {
  let read: Kept;
  try {
    read = JSON.parse(text) as Kept;
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null) return null;
  return {
    itemId,
    name: read.n ?? null,
    category: read.c ?? null,
    brand: read.b ?? null,
    price: read.p ?? null,
    inStock: read.o !== true,
    tags: read.t ?? NONE,
    accessories: read.a ?? NONE,
    startsAtMs: read.s ?? null,
    endsAtMs: read.e ?? null,
    properties: read.x ?? NOTHING,
    known: 'declared',
  };
}

const NONE: readonly string[] = [];
const NOTHING: JsonObject = Object.freeze({}) as JsonObject;

interface Kept {
  readonly n?: string;
  readonly c?: string;
  readonly b?: string;
  readonly p?: number;
  /** Out of stock. */
  readonly o?: boolean;
  readonly t?: readonly string[];
  readonly a?: readonly string[];
  readonly s?: number;
  readonly e?: number;
  readonly x?: JsonObject;
}
