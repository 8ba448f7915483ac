// What changed in a definition that is a map: each key by itself.

import { type Details, type Entries, isMap, isSame, keysOf, own } from './details.ts';
import type { TextStyle } from './say-value.ts';

/** Keys that are compared in their own way. */
export type PartRules = Readonly<
  Record<string, (from: unknown, to: unknown, details: Details) => void>
>;

export function diffParts(from: Entries, to: Entries, details: Details, rules: PartRules = {}) {
  for (const key of keysOf(from, to)) {
    const [a, b] = [own(from, key), own(to, key)];
    if (isSame(a, b)) continue;
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule !== undefined) rule(a, b, details);
    else if (isMap(a) && isMap(b)) details.compareDeep(key, a, b, 'plain');
    else details.compare(key, a, b, styleOf(key));
  }
}

/** Keys whose texts are expressions. */
const EXPRESSIONS: ReadonlySet<string> = new Set([
  ...['eligibility', 'applicability', 'suitability', 'propensity', 'value', 'context', 'lever'],
  ...['when', 'where', 'formula', 'success'],
]);

function styleOf(key: string): TextStyle {
  return EXPRESSIONS.has(key) ? 'expression' : 'plain';
}
