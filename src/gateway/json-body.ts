// Hot path. The JSON value of a body.

import { type Buffer, isUtf8 } from 'node:buffer';
import { ERRORS } from '../errors.ts';
import { withLongNumbers } from '../model/long-numbers.ts';

/**
 * Parses a body; whole numbers beyond 2^53 become bigints (long-numbers.ts). undefined = it is no
 * JSON, which `jsonFault` puts in words. A byte order mark is not looked for before there is need.
 * @param text of the bytes, with U+FFFD for what is no UTF-8: two ids must not become one by that
 */
export function parseBody(text: string, bytes: Buffer): unknown {
  if (text.includes('\ufffd') && !isUtf8(bytes)) return undefined;
  try {
    return withLongNumbers(JSON.parse(text), text);
  } catch {
    return text.charCodeAt(0) === MARK ? parsed(text.slice(1)) : undefined;
  }
}

const MARK = 0xfeff;

function parsed(text: string): unknown {
  try {
    return withLongNumbers(JSON.parse(text), text);
  } catch {
    return undefined;
  }
}

/** Why a body is no JSON. */
export function jsonFault(bytes: Buffer): string {
  return isUtf8(bytes) ? ERRORS.invalid_json.message : 'The body is not valid UTF-8.';
}
