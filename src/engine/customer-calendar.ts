// Hot path. The calendar that a customer lives by: that of the zone their own trait names, where the
// catalog says which trait that is; else the catalog's, for the price of one comparison.

import type { Calendar } from '../model/calendar.ts';
import { calendarOfZone } from '../model/calendar-of-zone.ts';
import type { CustomerState } from '../model/state.ts';
import type { Program } from './program.ts';
import { traitAt } from './trait-at.ts';

/** For `at`, quiet hours and `end_of_day`; what names no zone counts for nothing. */
export function customerCalendar(
  { catalog, calendar }: Pick<Program, 'catalog' | 'calendar'>,
  state: CustomerState,
): Calendar {
  const { customerTimezone } = catalog;
  if (customerTimezone === null) return calendar;
  return calendarOfZone(traitAt(state, customerTimezone)) ?? calendar;
}
