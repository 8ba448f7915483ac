// The record of what was declared of an item, or that it is sold no more. The table is `items`, its tag `m`;
// a row's version is the number of its record.

import type { Item } from '../model/item.ts';
import { columnString } from '../model/json-hazards.ts';
import { jsonText } from '../model/json-text.ts';
import { columnTime } from './column-values.ts';
import { rejectionHead } from './record-head.ts';

export function writeItem(item: Item, atMs: number): string {
  const { itemId, name, category, brand, price, inStock, startsAtMs, endsAtMs } = item;
  return (
    `${rejectionHead(atMs)}\nm{"item_id":${columnString(itemId)},"deleted":false` +
    `,"name":${columnString(name ?? '')},"category":${columnString(category ?? '')}` +
    `,"brand":${columnString(brand ?? '')},"price":${price === null ? 'null' : price}` +
    `,"in_stock":${inStock},"tags":${strings(item.tags)}` +
    `,"accessories":${strings(item.accessories)}` +
    `${time('starts', startsAtMs)}${time('ends', endsAtMs)}` +
    // As text: item feeds have properties of every shape, and two spellings of one path among them.
    `,"properties":${columnString(jsonText(item.properties))}}`
  );
}

export function writeDeletedItem(itemId: string, atMs: number): string {
  return `${rejectionHead(atMs)}\nm{"item_id":${columnString(itemId)},"deleted":true}`;
}

function time(column: string, atMs: number | null): string {
  return atMs === null ? '' : `,"${column}":${columnTime(atMs)}`;
}

function strings(texts: readonly string[]): string {
  return `[${texts.map((text) => columnString(text)).join(',')}]`;
}
