// Numbers, times and lengths of time as people write them.

import { calendarOf } from '../../model/calendar.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Largest first. */
const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
];

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const SMALL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** `1,234.5`; two decimals, and of what is below 1 three digits. */
export function numberText(value: number): string {
  return (Math.abs(value) < 1 ? SMALL : WHOLE).format(value);
}

/** `1 day`, `3 days`. */
export function countText(count: number, unit: string): string {
  return `${numberText(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** `1 hour 30 minutes`: the two largest units that say something. */
export function spanText(ms: number): string {
  if (ms < 0) return `minus ${spanText(-ms)}`;
  if (ms < SECOND) return countText(ms / SECOND, 'second');
  const first = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  const [name, unitMs] = UNITS[first]!;
  const count = Math.floor(ms / unitMs);
  const below = UNITS[first + 1];
  const rest = below === undefined ? 0 : Math.floor((ms - count * unitMs) / below[1]);
  const large = countText(count, name);
  return rest === 0 ? large : `${large} ${countText(rest, below![0])}`;
}

/** `3 days ago (2026-11-27 14:03)`, by the clocks of a zone. */
export function timeText(atMs: number, nowMs: number, timezone: string): string {
  const localMs = calendarOf(timezone).localMs(atMs);
  // What no calendar has: a formula can come to such a time.
  if (!(Math.abs(localMs) <= 8.64e15)) return 'beyond all calendars';
  const local = new Date(localMs).toISOString().slice(0, -8).replace('T', ' ');
  return `${distanceText(nowMs - atMs)} (${local})`;
}

function distanceText(ms: number): string {
  const apartMs = Math.abs(ms);
  if (apartMs < MINUTE) return 'just now';
  const [name, unitMs] = UNITS.find(([, each]) => apartMs >= each)!;
  const text = countText(Math.floor(apartMs / unitMs), name);
  return ms > 0 ? `${text} ago` : `in ${text}`;
}
