// Hot path. What ClickHouse's JSON column refuses (engine 26.7, found by trying: test/history has
// the list), so that it is caught before an event is acknowledged:
//
//   two ways to one dotted path     {"a":{"b":1},"a.b":2}    refused by the column; a hazard here
//   objects 1,024 deep              {"a":{"a":…}}            refused; a hazard here, far earlier
//   lone surrogates                 "\ud800"                 refused; `wellFormed` replaces them
//   integers beyond 64 bits         123456789012345678901    refused; `columnJson` writes 1.2e+20,
//                                                            and as text what came as digits
//
// What it takes but changes: null and {} at a path are dropped (the path is absent), a dotted key
// reads back as nested objects, -0 as 0. Empty keys, NUL, 30 KB keys, 2,000 paths are all fine.

import type { JsonObject, JsonValue } from './json.ts';
import { plainJson, writeJson } from './json-text.ts';

/** Levels of objects and lists in one body. */
export const JSON_DEPTH_MAX = 64;

/** Where and why a body cannot be stored. */
export interface JsonHazard {
  /** Keys joined by `.`, list indexes as `[n]`; '' is the value itself. */
  readonly path: string;
  readonly message: string;
}

/** What history could not store of `value`; null = nothing. Linear; recursion is bounded. */
export function jsonHazard(value: JsonValue): JsonHazard | null {
  if (typeof value !== 'object' || value === null) return null;
  return inspect(value, '', 1);
}

function inspect(value: JsonObject | JsonValue[], path: string, depth: number): JsonHazard | null {
  if (depth > JSON_DEPTH_MAX) {
    return { path, message: `is nested deeper than ${JSON_DEPTH_MAX} levels` };
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (typeof item !== 'object' || item === null) continue;
      const fault = inspect(item, `${path}[${i}]`, depth + 1);
      if (fault !== null) return fault;
    }
    return null;
  }
  let dotted = false;
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    // An empty key makes dots too: {"a":{"":1}} has the path `a.`.
    if (key === '' || key.includes('.')) dotted = true;
    const item = value[key];
    if (typeof item !== 'object' || item === null) continue;
    const fault = inspect(item, path === '' ? key : `${path}.${key}`, depth + 1);
    if (fault !== null) return fault;
  }
  return dotted ? clash(value, path) : null;
}

/** Paths of one object whose leaves are reached twice; only objects with dotted keys come here. */
function clash(value: JsonObject, at: string): JsonHazard | null {
  const seen = new Set<string>();
  const stack: { readonly node: JsonObject; readonly prefix: string }[] = [
    { node: value, prefix: '' },
  ];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    for (const key of Object.keys(top.node)) {
      const item = top.node[key]!;
      const path = top.prefix + key;
      // The column drops nulls, so they are in nobody's way.
      if (item === null) continue;
      if (typeof item === 'object' && !Array.isArray(item)) {
        stack.push({ node: item, prefix: `${path}.` });
        continue;
      }
      if (seen.has(path)) {
        return {
          path: at === '' ? path : `${at}.${path}`,
          message: `means both a key with dots and a key inside a key ("${path}")`,
        };
      }
      seen.add(path);
    }
  }
  return null;
}

/** Replaces lone surrogates by U+FFFD in all strings and keys; returns `value` if there are none. */
export function wellFormed<T extends JsonValue>(value: T): T {
  // JSON.stringify escapes lone surrogates (and only those) as \udxxx.
  const text = JSON.stringify(value);
  return text.includes('\\ud') ? (JSON.parse(withoutLoneSurrogates(text)) as T) : value;
}

/**
 * JSON text that ClickHouse takes: as JSON.stringify, with lone surrogates replaced, bigints as
 * text, and doubles that are whole and beyond 64 bits written with an exponent.
 * @param plain what `plainJson` makes of it
 */
export function columnJson(value: JsonValue, plain: string | null = plainJson(value)): string {
  let text = plain;
  // 19 digits in a row are the sign of such an integer, wherever they are.
  if (text === null || LONG_DIGITS.test(text)) text = writeJson(value, columnNumber);
  return text.includes('\\ud') ? withoutLoneSurrogates(text) : text;
}

/** A JSON string literal that ClickHouse takes. */
export function columnString(text: string): string {
  // Ids and names: a fifth of writing a record was asking JSON.stringify for what needs no escape.
  if (text.length <= PLAIN_MAX && isPlain(text)) return `"${text}"`;
  const literal = JSON.stringify(text);
  return literal.includes('\\ud') ? withoutLoneSurrogates(literal) : literal;
}

/** Longer texts are faster through JSON.stringify. */
const PLAIN_MAX = 40;

/** Printable ASCII without quotes and backslashes. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126 || code === 34 || code === 92) return false;
  }
  return true;
}

const LONG_DIGITS = /[0-9]{19}/;
const ESCAPE = /\\(?:u[0-9a-f]{4}|.)/g;

function withoutLoneSurrogates(text: string): string {
  return text.replace(ESCAPE, (found) => (found.startsWith('\\ud') ? '\ufffd' : found));
}

function columnNumber(number: number | bigint): string {
  if (typeof number === 'bigint') return `"${number}"`;
  // Not -2^63 itself: JavaScript prints it as -9223372036854776000, which is below it.
  const fits = !Number.isInteger(number) || (number < 2 ** 64 && number > -(2 ** 63));
  return fits ? JSON.stringify(number) : number.toExponential();
}
