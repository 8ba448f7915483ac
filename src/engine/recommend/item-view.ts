// An item as callers and conditions see it: what is not known is not there.

import type { Item } from '../../model/item.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Value } from '../../model/value.ts';

/** For callers; null = nothing is known but its id. */
export function itemView(item: Item | null): JsonObject | null {
  if (item === null) return null;
  const view: { [key: string]: JsonValue } = {};
  if (item.name !== null) view.name = item.name;
  if (item.category !== null) view.category = item.category;
  if (item.brand !== null) view.brand = item.brand;
  if (item.price !== null) view.price = item.price;
  if (item.tags.length > 0) view.tags = [...item.tags];
  if (Object.keys(item.properties).length > 0) view.properties = item.properties;
  return Object.keys(view).length === 0 ? null : view;
}

/** `item` and `seed` of conditions. */
export function itemFields(itemId: string, item: Item | null): { readonly [key: string]: Value } {
  if (item === null) return { itemId, id: itemId, inStock: true, tags: NONE, properties: NOTHING };
  const { name, category, brand, price, inStock, tags, properties } = item;
  const fields: { [key: string]: Value } = {
    itemId,
    id: itemId,
    inStock,
    tags,
    properties: properties as Value,
  };
  if (name !== null) fields.name = name;
  if (category !== null) fields.category = category;
  if (brand !== null) fields.brand = brand;
  if (price !== null) fields.price = price;
  return fields;
}

const NONE: readonly string[] = [];
const NOTHING = {};
