// Hot path. JSON text of values that may hold whole numbers beyond 2^53 (json.ts), of which
// JSON.stringify knows nothing: it throws. That is the test for them, since a replacer would make
// every other value several times as dear. What is thrown costs 6 µs, so the place where ids mostly
// are, the members of the object itself, is looked at first (0.05 µs).

import type { JsonValue } from './json.ts';

/**
 * As JSON.stringify, with each long number as its digits in quotes: readers of JSON would round
 * them again.
 * @throws RangeError for what is nested too deeply
 */
export function jsonText(value: JsonValue): string {
  return plainJson(value) ?? writeJson(value, quoted);
}

/** As it was sent: long numbers are numbers. @throws RangeError */
export function jsonAsSent(value: JsonValue): string {
  return plainJson(value) ?? writeJson(value, bare);
}

/** What JSON.stringify makes of it; null where it holds a long number. @throws RangeError */
export function plainJson(value: JsonValue): string | null {
  if (typeof value === 'object' && !Array.isArray(value)) {
    for (const key in value) if (typeof value[key] === 'bigint') return null;
  }
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * JSON text with numbers as `write` has them.
 * @throws RangeError
 */
export function writeJson(value: JsonValue, write: (number: number | bigint) => string): string {
  if (typeof value === 'number' || typeof value === 'bigint') return write(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      text += (i === 0 ? '' : ',') + writeJson(value[i]!, write);
    }
    return `[${text}]`;
  }
  for (const key of Object.keys(value)) {
    const comma = text === '' ? '' : ',';
    text += `${comma}${JSON.stringify(key)}:${writeJson(value[key]!, write)}`;
  }
  return `{${text}}`;
}

function bare(number: number | bigint): string {
  return typeof number === 'bigint' ? String(number) : JSON.stringify(number);
}

function quoted(number: number | bigint): string {
  return typeof number === 'bigint' ? `"${number}"` : JSON.stringify(number);
}
