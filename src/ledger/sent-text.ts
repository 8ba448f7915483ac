// Hot path. What a caller sent, as text that gives the very same values back. Only where there are whole
// numbers beyond 2^53 (bigints, json.ts) does it differ from JSON.stringify: their digits are bare,
// doubles as large have an exponent, and a mark says so.

import type { JsonObject } from '../model/json.ts';
import { plainJson, writeJson } from '../model/json-text.ts';
import { withLongNumbers } from '../model/long-numbers.ts';

const MARK = '"digits":true';

/** @param parts such as `properties`, `traits` and `context`; none may be named `digits` */
export function sentText(parts: JsonObject): string {
  const plain = plainJson(parts);
  return plain ?? `{${MARK},${writeJson(parts, exactly).slice(1)}`;
}

/** What `sentText` was given. @throws SyntaxError for any other text */
export function readSent(text: string): JsonObject {
  const parts = JSON.parse(text) as JsonObject;
  if (!text.startsWith(`{${MARK}`)) return parts;
  const { digits: _, ...exact } = withLongNumbers(parts, text) as JsonObject;
  return exact;
}

function exactly(number: number | bigint): string {
  if (typeof number === 'bigint') return String(number);
  const looksLong = Number.isInteger(number) && !Number.isSafeInteger(number);
  return looksLong ? number.toExponential() : JSON.stringify(number);
}
