// Hot path. Reading data by own property only: never a prototype's, an array's or a wrapper's.
// Absent and null are both unknown (CATALOG, Expressions: "null = absent").

import { Instant, type MaybeValue, Span, type Value } from '../../model/value.ts';

/** An object as expressions see it. */
export type ValueMap = { readonly [key: string]: Value };

/** Reads one thing off a value. */
export type Reader = (of: MaybeValue) => MaybeValue;

/** Whether the value is a map: no list, time or duration. */
export function isMap(value: MaybeValue): value is ValueMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Instant) &&
    !(value instanceof Span)
  );
}

/** The value under an own key of a map; unknown for everything else. */
export function ownValue(of: MaybeValue, key: string): MaybeValue {
  if (!isMap(of) || !Object.hasOwn(of, key)) return undefined;
  return of[key] ?? undefined;
}

/**
 * A reader of one key. A key that no prototype and no wrapper has can be read without asking
 * whether it is the map's own, which is three times as fast; decided here, at load.
 */
export function ownReader(key: string): Reader {
  const inherited = key in Array.prototype || key === 'ms' || /^\d/.test(key);
  if (inherited) return (of) => ownValue(of, key);
  return (of) =>
    typeof of === 'object' && of !== null ? ((of as ValueMap)[key] ?? undefined) : undefined;
}

/** `of[key]`: an element of a list, or a value of a map. */
export function indexed(of: MaybeValue, key: MaybeValue): MaybeValue {
  if (Array.isArray(of)) {
    if (typeof key !== 'number' || !Number.isInteger(key) || key < 0) return undefined;
    return (of as readonly Value[])[key] ?? undefined;
  }
  const name = keyText(key);
  return name === undefined ? undefined : ownValue(of, name);
}

/** A text. The digits of a whole number beyond 2^53, which is an id, are one. */
export function textOf(value: MaybeValue): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'bigint' ? String(value) : undefined;
}

/** A key as maps have it: keys are strings, numbers and booleans are written as such. */
export function keyText(key: MaybeValue): string | undefined {
  if (typeof key === 'string') return key;
  if (typeof key === 'number') return Number.isNaN(key) ? undefined : String(key);
  return typeof key === 'boolean' || typeof key === 'bigint' ? String(key) : undefined;
}
