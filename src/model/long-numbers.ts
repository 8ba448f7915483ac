// Hot path. Whole numbers beyond ±(2^53 − 1), which JSON.parse rounds: ids, mostly. Their digits are
// kept as bigints (model/json.ts).
//
// A body without such a number pays for one look at every 16th character of its text. One that has
// them is parsed twice: as it is, and with their digits in quotes. Where the first has a number and
// the second a text, there was one. Both are JSON.parse's own work on a text that it took, so that
// nothing in a body can pass for what it is not. Rejected: a marker for JSON.parse to find again
// (callers could send it), a parser of our own (slower, and one more opinion of what JSON is), and
// Node's access to the source text (not in version 20).

import type { JsonValue } from './json.ts';
import { JSON_DEPTH_MAX } from './json-hazards.ts';

/** Digits of 2^53: shorter numbers are exact. */
const DIGITS_MIN = 16;
/** A longer one is what a double makes of it, Infinity: turning digits into numbers takes n² time. */
const DIGITS_MAX = 1_024;
/** Events lie two levels down in a batch; what is deeper than theirs may be is refused later. */
const DEPTH_MAX = JSON_DEPTH_MAX + 2;

const QUOTE = 34;
const BACKSLASH = 92;
const MINUS = 45;
const DOT = 46;

/** The value that JSON.parse made of `text`, with the digits of its long whole numbers. */
export function withLongNumbers(parsed: unknown, text: string): unknown {
  if (typeof parsed !== 'object' || parsed === null || !mayHaveLongNumber(text)) return parsed;
  const quoted = quoteLongNumbers(text);
  if (quoted === null) return parsed;
  const exact = JSON.parse(quoted) as JsonValue[] | { [key: string]: JsonValue };
  takeDigits(exact, parsed as typeof exact, 1);
  return exact;
}

/** Whether 16 digits in a row stand where a number may; texts of digits alone do not count. */
export function mayHaveLongNumber(text: string): boolean {
  for (let i = DIGITS_MIN - 1; i < text.length; i += DIGITS_MIN) {
    if (!isDigit(text.charCodeAt(i))) continue;
    let from = i;
    while (from > 0 && isDigit(text.charCodeAt(from - 1))) from--;
    let to = i + 1;
    while (to < text.length && isDigit(text.charCodeAt(to))) to++;
    // Neither the end of a text nor the decimals of a fraction.
    const isNone = text.charCodeAt(to) === QUOTE || text.charCodeAt(from - 1) === DOT;
    if (to - from >= DIGITS_MIN && !isNone) return true;
    i = to;
  }
  return false;
}

/** JSON text with the long whole numbers in quotes; null when there are none. */
function quoteLongNumbers(text: string): string | null {
  let out = '';
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
      continue;
    }
    if (code !== MINUS && !isDigit(code)) continue;
    const start = i;
    while (isDigit(text.charCodeAt(i + 1))) i++;
    const end = i + 1;
    if (isPartOfNumber(text.charCodeAt(end))) {
      while (isPartOfNumber(text.charCodeAt(i + 1))) i++;
    } else if (isLong(text, start, end)) {
      out += `${text.slice(copied, start)}"${text.slice(start, end)}"`;
      copied = end;
    }
  }
  return copied === 0 ? null : out + text.slice(copied);
}

function isLong(text: string, start: number, end: number): boolean {
  const digits = end - start - (text.charCodeAt(start) === MINUS ? 1 : 0);
  if (digits < DIGITS_MIN || digits > DIGITS_MAX) return false;
  return digits > DIGITS_MIN || !Number.isSafeInteger(Number(text.slice(start, end)));
}

/** Where the string that starts at a quote has its last one. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let from = end;
    while (text.charCodeAt(from - 1) === BACKSLASH) from--;
    if ((end - from) % 2 === 0) return end;
  }
}

/** Puts bigints where `exact` has a text and `rounded` a number. */
function takeDigits(
  exact: JsonValue[] | { [key: string]: JsonValue },
  rounded: JsonValue[] | { [key: string]: JsonValue },
  depth: number,
): void {
  if (Array.isArray(exact)) {
    for (let i = 0; i < exact.length; i++) {
      exact[i] = digitsOf(exact[i]!, (rounded as JsonValue[])[i]!, depth);
    }
    return;
  }
  for (const key in exact) {
    // Dropped before anybody reads it (json-cleaner.ts).
    if (key === '__proto__') continue;
    const value = exact[key]!;
    if (typeof value !== 'string' && typeof value !== 'object') continue;
    exact[key] = digitsOf(value, (rounded as { [key: string]: JsonValue })[key]!, depth);
  }
}

function digitsOf(value: JsonValue, rounded: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') return typeof rounded === 'number' ? BigInt(value) : value;
  if (typeof value === 'object' && value !== null && depth <= DEPTH_MAX) {
    takeDigits(value, rounded as typeof value, depth + 1);
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Of a fraction or an exponent. */
function isPartOfNumber(code: number): boolean {
  return isDigit(code) || code === DOT || code === MINUS || code === 43 || (code | 32) === 101;
}
