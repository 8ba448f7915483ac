// Hot path. Parts of a row that several tables have.

import type { JsonObject } from '../model/json.ts';
import { columnJson } from '../model/json-hazards.ts';

/** Empty objects are the columns' default. */
export function objectPart(column: string, value: JsonObject): string {
  for (const _ in value) return `,"${column}":${columnJson(value)}`;
  return '';
}

/** DateTime64(3) takes whole milliseconds. */
export function whole(ms: number): number {
  return Math.trunc(ms);
}

/** Infinity and NaN have no JSON. */
export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

const EARLIEST_MS = Date.UTC(1900, 0, 1);
const LATEST_MS = Date.UTC(2300, 0, 1) - 1;

/** The nearest that a DateTime64(3) holds: an offer may end in the year 9999. */
export function columnTime(atMs: number): number {
  return Math.min(Math.max(whole(atMs), EARLIEST_MS), LATEST_MS);
}
