// Hot path, for catalogs with a `customer_timezone`. Calendars of customers by what their trait holds:
// names as people and devices write them, in any case, and whatever else somebody put there.
//
// A memo of a pure function. The zones of the world are some hundred, so all that were met are kept:
// customers in many zones do not push each other out, as they would of calendarOf's 64 (418 zones with the
// days of a year each are 16 MB of heap and some 60 MB of Intl's). Ways to write them have no end: the least
// recently read leaves.

import { Calendar } from './calendar.ts';

/** Names that are remembered as they were written, right or wrong. */
const NAMES_MAX = 4_096;
/** UTC days whose offsets a customer's calendar remembers: some are near, others each a birthday's. */
const OFFSET_DAYS_MAX = 512;
/** Names of zones. Offsets such as +08:00 are none: not every version of Node takes them. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

/** By Intl's own name. */
const calendars = new Map<string, Calendar>();
/** By the name as written; null where there is no such zone. The least recently read is the first. */
const written = new Map<string, Calendar | null>();
let lastName = '';
let lastCalendar: Calendar | null = null;

/** The calendar of a zone. @param zone what a trait holds; null where it names no zone */
export function calendarOfZone(zone: unknown): Calendar | null {
  if (zone === lastName) return lastCalendar;
  if (typeof zone !== 'string' || !NAME.test(zone)) return null;
  let calendar = written.get(zone);
  if (calendar === undefined) calendar = findCalendar(zone);
  else written.delete(zone);
  written.set(zone, calendar);
  if (written.size > NAMES_MAX) {
    for (const oldest of written.keys()) {
      written.delete(oldest);
      break;
    }
  }
  lastName = zone;
  lastCalendar = calendar;
  return calendar;
}

function findCalendar(zone: string): Calendar | null {
  const name = ownName(zone);
  if (name === null) return null;
  let calendar = calendars.get(name);
  if (calendar === undefined) {
    calendar = new Calendar(name, OFFSET_DAYS_MAX);
    calendars.set(name, calendar);
  }
  return calendar;
}

/** `asia/shanghai` → Asia/Shanghai; null for what is no zone. */
function ownName(zone: string): string | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
