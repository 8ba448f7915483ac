// What features mean, the slow and obvious way: over the list of all contributions, in the order
// they arrived. The twin that windowed features are compared with.

import type { FeatureDefinition } from '../../../src/model/catalog.ts';
import type { JsonValue } from '../../../src/model/json.ts';
import type { FeatureValue } from '../../../src/model/state.ts';
import { Instant, type MaybeValue, Span } from '../../../src/model/value.ts';
import { DAY } from './feature-builders.ts';

/** One contribution: what `[]`, paths and `where` left of an event. */
export interface Contribution {
  readonly atMs: number;
  readonly key: string | null;
  readonly value: JsonValue;
}

/** Days since 1970 of the local date, asked of Intl. */
export function dayByIntl(atMs: number, timezone: string): number {
  const format = dates.get(timezone) ?? new Intl.DateTimeFormat('en-CA', { timeZone: timezone });
  dates.set(timezone, format);
  return Date.parse(`${format.format(atMs)}T00:00:00Z`) / DAY;
}

const dates = new Map<string, Intl.DateTimeFormat>();

/** Reads a feature of one key (or none) over the contributions that a window left. */
export function recount(
  definition: FeatureDefinition,
  seen: readonly Contribution[],
  nowMs: number,
  timezone: string,
): MaybeValue {
  const numbers = seen.map((one) => one.value).filter((value) => typeof value === 'number');
  const times = seen.map((one) => one.atMs).sort((a, b) => a - b);
  const byTime = seen
    .map((one, arrival) => ({ ...one, arrival }))
    .sort((a, b) => a.atMs - b.atMs || a.arrival - b.arrival);
  switch (definition.kind) {
    case 'count':
      return seen.length;
    case 'sum':
      return numbers.reduce((sum, value) => sum + value, 0);
    case 'min':
      return numbers.length === 0 ? undefined : Math.min(...numbers);
    case 'max':
      return numbers.length === 0 ? undefined : Math.max(...numbers);
    case 'mean':
      return numbers.length === 0
        ? undefined
        : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    case 'first':
      return times.length === 0 ? undefined : new Instant(times[0]!);
    case 'last':
      return times.length === 0 ? undefined : new Instant(times.at(-1)!);
    case 'latest':
      return byTime.at(-1)?.value as MaybeValue;
    case 'distinct':
      return new Set(seen.map((one) => String(one.value))).size;
    case 'recent': {
      const newest = [...new Set(byTime.reverse().map((one) => one.value))];
      return newest.length === 0 ? undefined : (newest.slice(0, definition.keep) as MaybeValue);
    }
    case 'affinity':
      return seen.reduce(
        (sum, one) =>
          sum + (one.value as number) * 2 ** (-(nowMs - one.atMs) / definition.halfLifeMs),
        0,
      );
    case 'interval': {
      if (times.length < 2) return undefined;
      const gapMs = (times.at(-1)! - times[0]!) / (times.length - 1);
      return definition.type === 'duration' ? new Span(gapMs) : gapMs / 1_000;
    }
    case 'days':
      return new Set(times.map((atMs) => dayByIntl(atMs, timezone))).size;
    default:
      throw new Error(`no recount for ${definition.kind}`);
  }
}

/** Whether two readings are the same: numbers to 1e-9 of their size, all else exactly. */
export function same(a: MaybeValue, b: MaybeValue): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
  }
  if (a instanceof Instant && b instanceof Instant) return a.ms === b.ms;
  if (a instanceof Span && b instanceof Span) return Math.abs(a.ms - b.ms) < 1e-6;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  return a === b;
}

/** A copy in which a map shows its order; throws on anything that a codec could not write. */
export function snapshot(value: FeatureValue): unknown {
  if (value instanceof Map) return { map: [...value].map(([key, of]) => [key, snapshot(of)]) };
  if (Array.isArray(value)) return value.map((item) => snapshot(item as FeatureValue));
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  throw new Error(`not plain data: ${String(value)}`);
}
