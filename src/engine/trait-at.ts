// Hot path, for catalogs with dates or timezones of customers. What a trait holds, however deep.

import type { Path } from '../model/catalog.ts';
import type { JsonValue } from '../model/json.ts';
import type { CustomerState } from '../model/state.ts';

/** The value at a path of traits, which walks no list; undefined where there is none. */
export function traitAt({ traits }: CustomerState, { steps }: Path): JsonValue | undefined {
  let value: JsonValue | undefined = traits.get(steps[0]!.key)?.value;
  for (let i = 1; i < steps.length; i++) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const { key } = steps[i]!;
    value = Object.hasOwn(value, key) ? (value as { [key: string]: JsonValue })[key] : undefined;
  }
  return value ?? undefined;
}
