import type { JsonValue } from '../model/json.ts';

/** The `per` value that a path found; undefined when it is missing or no text, number or boolean. */
export function perValue(found: readonly JsonValue[]): string | undefined {
  const value = found[0];
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}
