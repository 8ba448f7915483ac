// Hot path. PHP has one type for lists and maps, and writes an empty one as `[]`: where an object is
// expected, an empty list is an empty object. A list with something in it stays a fault.

import type { JsonValue } from '../model/json.ts';
import type { Body } from './gateway-parts.ts';

/** The members of a call that are objects. */
export const CALL_OBJECTS = ['context', 'properties', 'traits'] as const;

/** Empty lists among `names` become empty objects, in place. */
export function readEmptyMaps(body: Body, names: readonly string[]): void {
  for (let i = 0; i < names.length; i++) {
    if (isEmptyList(body[names[i]!])) body[names[i]!] = {};
  }
}

/** Whether it is what an empty map may come as. */
export function isEmptyList(value: JsonValue | undefined): boolean {
  return Array.isArray(value) && value.length === 0;
}
