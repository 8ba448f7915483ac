// Hot path. One walk over what a caller sent, before anything else sees it:
// - nested deeper than JSON_DEPTH_MAX: a fault (recursion elsewhere need not fear it);
// - keys `__proto__`: dropped (a plain assignment of one elsewhere would set a prototype);
//   `constructor` and the like are ordinary keys, since objects are read by own property only;
// - numbers beyond a double (1e999): null, and -0: 0, as JSON writes them;
// - lone surrogates: U+FFFD. They can only come from \u escapes, so texts without one skip this;
// - two ways to spell one path, {"a":{"b":1},"a.b":2}: a fault, history's JSON columns refuse them.
// On the way it bounds the JSON size from above, so that only large events are measured exactly.

import type { JsonObject, JsonValue } from '../model/json.ts';
import { JSON_DEPTH_MAX, jsonHazard, wellFormed } from '../model/json-hazards.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Bytes that one UTF-16 unit can take as JSON (`\u0001`); numbers and punctuation are less. */
const UNIT_BYTES_MAX = 6;
const NUMBER_BYTES_MAX = 26;

export interface JsonFault {
  readonly path: string;
  readonly message: string;
}

export class JsonCleaner {
  /** Upper bound of the JSON size of what was cleaned last, bytes. */
  bytesAtMost = 0;
  private escapes = false;
  private hasDots = false;
  private message = '';

  /**
   * Cleans `root` in place.
   * @param text the JSON text it came from, or any text that contains it
   */
  clean(root: JsonObject, text: string): JsonFault | null {
    this.bytesAtMost = 2;
    this.hasDots = false;
    this.escapes = text.includes('\\u');
    const path = this.object(root, 1);
    if (path !== null) return { path, message: this.message };
    return this.hasDots ? clash(root) : null;
  }

  /** The path of a fault, or null. */
  private object(object: JsonObject, depth: number): string | null {
    if (depth > JSON_DEPTH_MAX) return this.tooDeep();
    for (const key in object) {
      const value = object[key]!;
      this.bytesAtMost += key.length * UNIT_BYTES_MAX + 4;
      if (key === '__proto__') {
        delete object[key];
        continue;
      }
      if (!this.hasDots && depth > 1 && (key === '' || key.includes('.'))) this.hasDots = true;
      if (typeof value === 'string') this.bytesAtMost += value.length * UNIT_BYTES_MAX + 2;
      else if (typeof value === 'number') {
        this.bytesAtMost += NUMBER_BYTES_MAX;
        if (!Number.isFinite(value)) object[key] = null;
        else if (value === 0) object[key] = 0;
      } else if (typeof value === 'object' && value !== null) {
        this.bytesAtMost += 2;
        const path = Array.isArray(value)
          ? this.list(value, depth + 1)
          : this.object(value, depth + 1);
        if (path !== null) return joined(key, path);
      } else this.bytesAtMost += typeof value === 'bigint' ? bytesOf(value) : 5;
      if (this.escapes) mend(object, key);
    }
    return null;
  }

  private list(list: JsonValue[], depth: number): string | null {
    if (depth > JSON_DEPTH_MAX) return this.tooDeep();
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!;
      this.bytesAtMost += 1;
      if (typeof value === 'string') {
        this.bytesAtMost += value.length * UNIT_BYTES_MAX + 2;
        if (this.escapes && LONE_SURROGATE.test(value)) list[i] = wellFormed(value);
      } else if (typeof value === 'number') {
        this.bytesAtMost += NUMBER_BYTES_MAX;
        if (!Number.isFinite(value)) list[i] = null;
        else if (value === 0) list[i] = 0;
      } else if (typeof value === 'object' && value !== null) {
        this.bytesAtMost += 2;
        const path = Array.isArray(value)
          ? this.list(value, depth + 1)
          : this.object(value, depth + 1);
        if (path !== null) return joined(`[${i}]`, path);
      } else this.bytesAtMost += typeof value === 'bigint' ? bytesOf(value) : 5;
    }
    return null;
  }

  private tooDeep(): string {
    this.message = `Objects and lists may be nested ${JSON_DEPTH_MAX} deep at most.`;
    return '';
  }
}

/** Its digits, in quotes. */
function bytesOf(long: bigint): number {
  return String(long).length + 2;
}

/** Lone surrogates in a key or in a string below it. */
function mend(object: JsonObject, key: string): void {
  const value = object[key]!;
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) object[key] = wellFormed(value);
  if (!LONE_SURROGATE.test(key)) return;
  const kept = object[key]!;
  delete object[key];
  object[wellFormed(key)] = kept;
}

function joined(key: string, path: string): string {
  if (path === '') return key;
  return path.startsWith('[') ? `${key}${path}` : `${key}.${path}`;
}

/** Only for bodies that have a dot in some key: what history's JSON columns would refuse. */
function clash(root: JsonObject): JsonFault | null {
  for (const part of ['properties', 'traits', 'context']) {
    const value = root[part];
    if (typeof value !== 'object' || value === null) continue;
    const hazard = jsonHazard(value);
    if (hazard === null) continue;
    const path = joined(part, hazard.path);
    return { path, message: `'${path}' ${hazard.message}.` };
  }
  return null;
}
