// Hot path. When a date of every year comes next: a birthday, the day somebody joined.
//
// It begins with the date itself: a contract that ends in two years has no anniversary before. The years
// 1 and 9999 are what systems write that have no date and must write one: they never come. Any other
// year counts, however early: some calendars write 1604 or 1900 where only month and day are known.

import { type Calendar, DAY_MS, dateOfDay, dayOfDate } from './calendar.ts';
import { isoToDay } from './iso-time.ts';

/** What a date is reckoned by; TimeDefinition of the kind `yearly` is one. */
export interface YearlyMoment {
  /** Of the local day, ms. */
  readonly timeMs: number;
  /** So long before, ms; below 365 days. */
  readonly leadMs: number;
}

/** Years around the one at hand that may have the next moment. */
const YEARS_TRIED = 4;

/**
 * The first moment strictly after `afterMs`, epoch ms; null = never.
 * @param date what a trait holds: `YYYY-MM-DD`, or an ISO time (then its local date); all else is no date.
 *   February 29th is the 28th in other years.
 * @param calendar the customer's
 * @param afterLocalMs nor one whose wall clock reads no later, written as if it were UTC
 */
export function nextYearlyMs(
  date: unknown,
  { timeMs, leadMs }: YearlyMoment,
  calendar: Calendar,
  afterMs: number,
  afterLocalMs = Number.NEGATIVE_INFINITY,
): number | null {
  const first = dayOf(date, calendar);
  if (first === undefined) return null;
  const { year: firstYear, month, day } = dateOfDay(first);
  if (firstYear === 1 || firstYear === 9999) return null;
  // A year earlier than the local one: the time of day and a change of clocks may lie between.
  let year = Math.max(firstYear, dateOfDay(calendar.day(afterMs + leadMs)).year - 1);
  for (const end = year + YEARS_TRIED; year < end; year++) {
    const local = (dayOfDate(year, month, day) ?? dayOfDate(year, 2, 28)!) * DAY_MS + timeMs;
    if (local <= afterLocalMs) continue;
    const atMs = calendar.instant(local) - leadMs;
    if (atMs > afterMs) return atMs;
  }
  return null;
}

/** Whether a trait that is there is none that a day can be read off. */
export function isNoDate(trait: unknown, calendar: Calendar): boolean {
  return trait !== undefined && trait !== null && dayOf(trait, calendar) === undefined;
}

function dayOf(date: unknown, calendar: Calendar): number | undefined {
  return typeof date === 'string' ? isoToDay(date, calendar) : undefined;
}
