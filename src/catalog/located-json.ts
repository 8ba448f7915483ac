// What a part of a catalog says, as JSON that came with an event would say it: whole numbers beyond
// ±(2^53 − 1) keep their digits (model/long-numbers.ts), which YAML's numbers lose.

import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Located } from './located.ts';

/** Digits that are turned into a number: more are what a double makes of them. */
const LONG = /^[-+]?\d{16,1024}$/;

/** The value of a node; `{}` for an absent map. */
export function jsonObjectOf(node: Located | undefined): JsonObject {
  const object: JsonObject = {};
  for (const [key, entry] of node?.entries ?? []) object[key] = jsonOf(entry);
  return object;
}

function jsonOf(node: Located): JsonValue {
  if (node.entries !== null) return jsonObjectOf(node);
  if (node.items !== null) return node.items.map(jsonOf);
  const value = node.value as null | boolean | number | string;
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const { source } = node.scalar ?? {};
  return source !== undefined && LONG.test(source) ? BigInt(source) : value;
}
