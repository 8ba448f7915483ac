// Hot path. When the dates of a list come, for one customer.

import type { Calendar } from './calendar.ts';
import type { LocalDateTime } from './catalog.ts';

/** When it is, epoch ms; a local time that does not exist is the next that does, a doubled one the first. */
export function dateMs(date: LocalDateTime, calendar: Calendar): number {
  return 'atMs' in date ? date.atMs : calendar.instant(date.localMs);
}

/** The first date, `leadMs` before it, that is strictly after `afterMs`; null = none is left. */
export function nextDateMs(
  dates: readonly LocalDateTime[],
  leadMs: number,
  calendar: Calendar,
  afterMs: number,
): number | null {
  let next = Number.POSITIVE_INFINITY;
  for (let i = 0; i < dates.length; i++) {
    const atMs = dateMs(dates[i]!, calendar) - leadMs;
    if (atMs > afterMs && atMs < next) next = atMs;
  }
  return next === Number.POSITIVE_INFINITY ? null : next;
}
