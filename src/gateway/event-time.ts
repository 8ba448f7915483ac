// Hot path. When an event happened, from `timestamp`, `sentAt` and the receive time.

import { calendarOf } from '../model/calendar.ts';
import { isoToMs } from '../model/iso-time.ts';
import type { JsonValue } from '../model/json.ts';

/** Earlier timestamps are refused: they are unset clocks (year 1, 1900) rather than times. */
export const EARLIEST_MS = 0;

/** Epoch ms of an ISO 8601 text; without a zone it is UTC. NaN when it is none. */
export function readTime(value: JsonValue | undefined): number {
  return typeof value === 'string' ? (isoToMs(value, calendarOf('UTC')) ?? Number.NaN) : Number.NaN;
}

/**
 * The event's time: absent = the receive time; a later one than that is that; a live one is
 * corrected by the sender's clock, received − (sentAt − timestamp).
 * @param sentAtMs the sender's clock when it sent; null = not told, or an import
 * @returns NaN for what is no time, or before 1970
 */
export function eventTimeMs(
  timestamp: JsonValue | undefined,
  sentAtMs: number | null,
  receivedAtMs: number,
): number {
  if (timestamp === undefined || timestamp === null) return receivedAtMs;
  const stated = readTime(timestamp);
  if (!(stated >= EARLIEST_MS)) return Number.NaN;
  const corrected = sentAtMs === null ? stated : receivedAtMs - (sentAtMs - stated);
  if (!(corrected >= EARLIEST_MS)) return Number.NaN;
  return Math.min(Math.floor(corrected), receivedAtMs);
}
