// From the JSON of PUT /v1/items to items, and back for GET.

import { Buffer } from 'node:buffer';
import { ITEM_ID_BYTES_MAX, type Item } from '../model/item.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { wellFormed } from '../model/json-hazards.ts';
import { jsonText } from '../model/json-text.ts';
import { ITEM_BYTES_MAX, itemText } from '../redis/item-text.ts';
import { checkBody } from './body-check.ts';
import { readTime } from './event-time.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { isExact } from './numeric-id.ts';
import { ITEM_FIELDS, putItemsBodySchema } from './openapi/item-schemas.ts';

/** Of ids that are there twice the last counts. */
export function readItems(body: Body, text: string): readonly Item[] | Fault {
  textIds(body.items);
  const misshape = checkBody(body, text, putItemsBodySchema);
  if (misshape !== null) return misshape;
  const items = new Map<string, Item>();
  for (const [i, told] of (body.items as JsonObject[]).entries()) {
    const item = readItem(told, `items[${i}]`);
    if ('kind' in item) return item;
    items.set(item.itemId, item);
  }
  return [...items.values()];
}

/** Ids that are numbers become texts of their digits, in place; those that lost digits stay. */
function textIds(items: JsonValue | undefined): void {
  if (!Array.isArray(items)) return;
  for (const item of items) {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) continue;
    if (Object.hasOwn(item, 'itemId')) item.itemId = textId(item.itemId!);
    const { accessories } = item;
    if (Array.isArray(accessories)) item.accessories = accessories.map(textId);
  }
}

function textId(id: JsonValue): JsonValue {
  return typeof id === 'bigint' || (typeof id === 'number' && isExact(id)) ? String(id) : id;
}

/** Of a checked shape. */
function readItem(told: JsonObject, path: string): Item | Fault {
  for (const field of Object.keys(told)) {
    if (ITEM_FIELDS.has(field)) continue;
    const at = `${path}.${field.slice(0, 64)}`;
    return invalid(at, 'is no field of an item: what else is said of it goes into `properties`');
  }
  const itemId = itemIdOr(told.itemId, `${path}.itemId`);
  if (typeof itemId !== 'string') return itemId;
  const accessories: string[] = [];
  for (const [i, one] of ((told.accessories as JsonValue[] | null) ?? []).entries()) {
    const id = itemIdOr(one, `${path}.accessories[${i}]`);
    if (typeof id !== 'string') return id;
    accessories.push(id);
  }
  const startsAtMs = timeOf(told.starts);
  if (Number.isNaN(startsAtMs)) return invalid(`${path}.starts`, 'must be an ISO 8601 time');
  const endsAtMs = timeOf(told.ends);
  if (Number.isNaN(endsAtMs)) return invalid(`${path}.ends`, 'must be an ISO 8601 time');
  if (startsAtMs !== null && endsAtMs !== null && endsAtMs <= startsAtMs) {
    return invalid(`${path}.ends`, 'must be after `starts`');
  }
  const item: Item = {
    itemId,
    name: textOf(told.name),
    category: textOf(told.category),
    brand: textOf(told.brand),
    price: (told.price as number | null | undefined) ?? null,
    inStock: told.inStock !== false,
    tags: [...new Set((told.tags as string[] | null | undefined) ?? [])],
    accessories: [...new Set(accessories)],
    startsAtMs,
    endsAtMs,
    properties: propertiesOf(told.properties),
    known: 'declared',
  };
  if (Buffer.byteLength(itemText(item)) <= ITEM_BYTES_MAX) return item;
  return invalid(path, `may have ${ITEM_BYTES_MAX} bytes at most`);
}

/** An item id as it is kept: numbers are texts of their digits. */
export function itemIdOr(value: JsonValue | undefined, path: string): string | Fault {
  const id = value === undefined ? null : textId(value);
  if (id === null) return invalid(path, 'is required');
  if (typeof id === 'number') return invalid(path, 'is a number beyond 2^53: send it as text');
  if (typeof id !== 'string') return invalid(path, 'must be a string');
  if (id === '') return invalid(path, 'must not be empty');
  if (Buffer.byteLength(id) <= ITEM_ID_BYTES_MAX) return wellFormed(id);
  return invalid(path, `may have ${ITEM_ID_BYTES_MAX} bytes at most`);
}

function invalid(path: string, what: string): Fault {
  return fault('invalid_request', `'${path}' ${what}.`, path);
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** NaN = it is no time. */
function timeOf(value: JsonValue | undefined): number | null {
  return value === undefined || value === null ? null : readTime(value);
}

/** Long numbers are texts of their digits; PHP writes an empty object as a list. */
function propertiesOf(value: JsonValue | undefined): JsonObject {
  if (value === undefined || value === null || Array.isArray(value)) return {};
  return JSON.parse(jsonText(value)) as JsonObject;
}

/** An item as it would be put; what is not known is left out. */
export function shownItem(item: Item): JsonObject {
  const { itemId, name, category, brand, price, inStock, tags, accessories, properties } = item;
  const { startsAtMs, endsAtMs } = item;
  return {
    itemId,
    ...(name !== null && { name }),
    ...(category !== null && { category }),
    ...(brand !== null && { brand }),
    ...(price !== null && { price }),
    inStock,
    ...(tags.length > 0 && { tags: [...tags] }),
    ...(accessories.length > 0 && { accessories: [...accessories] }),
    ...(startsAtMs !== null && { starts: new Date(startsAtMs).toISOString() }),
    ...(endsAtMs !== null && { ends: new Date(endsAtMs).toISOString() }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}
