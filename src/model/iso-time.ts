// Hot path. Reading ISO 8601 times and dates by hand: `Date.parse` accepts far more than ISO, and
// reads a date as UTC midnight where we mean local midnight.

import { type Calendar, DAY_MS, dayOfDate } from './calendar.ts';

/** What a text names: a calendar date (no zone), or an instant. */
export type IsoTime =
  | { readonly kind: 'date'; readonly day: number }
  | { readonly kind: 'instant'; readonly ms: number };

/** Days since 1970-01-01 of a `YYYY-MM-DD` at the start of `text`, or undefined. */
function readDay(text: string): number | undefined {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const date = digits(text, 8, 2);
  if (year < 0 || month < 0 || date < 0) return undefined;
  return dayOfDate(year, month, date);
}

/**
 * Reads `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM[:SS[.fff…]]` with `Z`, `±HH:MM` or no zone (then it is
 * local time of the calendar's zone). Undefined when the text is neither; digits after the millisecond are
 * cut off.
 */
export function readIso(text: string, calendar: Calendar): IsoTime | undefined {
  const day = readDay(text);
  if (day === undefined) return undefined;
  if (text.length === 10) return { kind: 'date', day };
  const separator = text.charCodeAt(10);
  if (separator !== 84 && separator !== 116 && separator !== 32) return undefined;
  const hours = digits(text, 11, 2);
  const minutes = digits(text, 14, 2);
  if (text.charCodeAt(13) !== 58 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
    return undefined;
  }
  let ms = day * DAY_MS + hours * 3_600_000 + minutes * 60_000;
  let at = 16;
  if (text.charCodeAt(at) === 58) {
    const seconds = digits(text, 17, 2);
    // 60 is a leap second; POSIX time has none, it is the next second.
    if (seconds < 0 || seconds > 60) return undefined;
    ms += seconds * 1000;
    at = 19;
    if (text.charCodeAt(at) === 46) {
      let scale = 100;
      const start = ++at;
      for (let c = text.charCodeAt(at); c >= 48 && c <= 57; c = text.charCodeAt(++at)) {
        ms += (c - 48) * Math.floor(scale);
        scale /= 10;
      }
      if (at === start || at - start > 9) return undefined;
    }
  }
  if (at === text.length) return { kind: 'instant', ms: calendar.instant(ms) };
  const zone = zoneOffset(text, at);
  return zone === undefined ? undefined : { kind: 'instant', ms: ms - zone };
}

/** Epoch ms of an ISO time; a date is its local midnight. Undefined when it is neither. */
export function isoToMs(text: string, calendar: Calendar): number | undefined {
  const time = readIso(text, calendar);
  if (time === undefined) return undefined;
  return time.kind === 'instant' ? time.ms : calendar.midnightMs(time.day);
}

/** The local date (days since 1970-01-01) of an ISO time or date; a date is taken as it is. */
export function isoToDay(text: string, calendar: Calendar): number | undefined {
  const time = readIso(text, calendar);
  if (time === undefined) return undefined;
  return time.kind === 'date' ? time.day : calendar.day(time.ms);
}

/** Ms of `Z`, `+HH:MM`, `-HHMM` or `+HH` from `at` to the end of the text. */
function zoneOffset(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at);
  if (sign === 90 || sign === 122) return text.length === at + 1 ? 0 : undefined;
  if (sign !== 43 && sign !== 45) return undefined;
  const hours = digits(text, at + 1, 2);
  const rest = text.length - at - 3;
  const colon = text.charCodeAt(at + 3) === 58;
  const minutes = rest === 0 ? 0 : digits(text, at + (colon ? 4 : 3), 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  if (rest !== 0 && rest !== (colon ? 3 : 2)) return undefined;
  return (sign === 45 ? -1 : 1) * (hours * 3_600_000 + minutes * 60_000);
}

/** The number that `length` digits at `from` spell, -1 when one of them is no digit. */
function digits(text: string, from: number, length: number): number {
  let value = 0;
  for (let i = from; i < from + length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
