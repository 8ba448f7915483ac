// Hot path. Local calendar arithmetic in one IANA zone, correct across its changes of offset. The
// idea: offsets are known per UTC day (one number, or two and the instant of the change); Intl is
// asked only when a day is met for the first time. Dates are plain day numbers (civil-date.ts).

import { weekdayOf, wholeYears } from './civil-date.ts';

export { type CivilDate, dateOfDay, dayOfDate, weekdayOf, wholeYears } from './civil-date.ts';

/** One calendar day of 24 hours; also the length of "1d" in durations. */
export const DAY_MS = 86_400_000;
/** Longer than the same date is under way anywhere: no two zones are further apart. */
export const ZONES_APART_MS = 2 * DAY_MS;
const HOUR_MS = 3_600_000;
/** The instants a Date can hold; those beyond have no local time (NaN). */
const INSTANT_MAX_MS = 8.64e15;
/** Every unit of the wall clock ends within so long, whatever becomes of the offset meanwhile. */
const TURN_WITHIN_MS = 4 * DAY_MS;
/** UTC days that a catalog's calendar remembers. */
const OFFSET_DAYS_MAX = 4_096;
/** Zones remembered by `calendarOf`; all forgotten at once when there are more. */
const ZONES_MAX = 64;

/** Offsets from UTC within one UTC day: `before` until `changeMs`, `after` from then on. */
interface OffsetDay {
  readonly before: number;
  readonly after: number;
  /** Infinity where the day has no change. */
  readonly changeMs: number;
}

/**
 * The calendar of one IANA zone. Holds a bounded cache: make one per catalog and share it.
 * "Day number" = days from 1970-01-01 to a local date, negative before.
 * @throws RangeError from the constructor when the zone is unknown.
 */
export class Calendar {
  private readonly format: Intl.DateTimeFormat;
  private readonly days = new Map<number, OffsetDay>();
  private lastDay = Number.NaN;
  private lastOffsets: OffsetDay = { before: 0, after: 0, changeMs: Number.POSITIVE_INFINITY };

  /** @param daysMax UTC days whose offsets are remembered; the oldest remembered leaves */
  constructor(
    readonly timezone: string,
    private readonly daysMax = OFFSET_DAYS_MAX,
  ) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      timeZoneName: 'longOffset',
      year: 'numeric',
    });
  }

  /** Local time minus UTC at an instant, milliseconds; NaN beyond what a Date can hold. */
  offsetMs(atMs: number): number {
    const day = Math.floor(atMs / DAY_MS);
    if (day !== this.lastDay) {
      if (!(Math.abs(atMs) <= INSTANT_MAX_MS)) return Number.NaN;
      this.lastOffsets = this.days.get(day) ?? this.learn(day);
      this.lastDay = day;
    }
    const offsets = this.lastOffsets;
    return atMs < offsets.changeMs ? offsets.before : offsets.after;
  }

  /** The wall clock at an instant, written as if it were UTC milliseconds. */
  localMs(atMs: number): number {
    return atMs + this.offsetMs(atMs);
  }

  /** Day number of the local date at an instant. */
  day(atMs: number): number {
    return Math.floor(this.localMs(atMs) / DAY_MS);
  }

  /** Local hour, 0 to 23. */
  hour(atMs: number): number {
    return Math.floor(floorMod(this.localMs(atMs), DAY_MS) / HOUR_MS);
  }

  /** Local weekday, 1 = Monday to 7 = Sunday. */
  weekday(atMs: number): number {
    return weekdayOf(this.day(atMs));
  }

  /**
   * The instant at which the wall clock shows `localMs` (written as if it were UTC). A local time
   * that does not exist is the next instant that does; a doubled one the first. NaN beyond what a
   * Date can hold.
   */
  instant(localMs: number): number {
    if (!(Math.abs(localMs) <= INSTANT_MAX_MS)) return Number.NaN;
    // Offsets lie within (−24 h, +24 h) (Alaska had +15 h): all that matters happens between.
    let from = inRange(localMs - DAY_MS);
    const until = inRange(localMs + DAY_MS);
    while (from <= until) {
      const change = this.nextChangeMs(from, until);
      const at = localMs - this.offsetMs(from);
      // Before the change this stretch may show the time (first wins), or have shown it already,
      // which then was skipped: the stretch's first instant is the next that exists.
      if (at < from) return from;
      if (at < change) return at;
      from = change;
    }
    return localMs - this.offsetMs(until);
  }

  /** The first instant of a local date. A date that the zone skipped starts when the next does. */
  midnightMs(day: number): number {
    return this.instant(day * DAY_MS);
  }

  /** First instant of the local date that `atMs` falls on. */
  startOfDayMs(atMs: number): number {
    return this.midnightMs(this.day(atMs));
  }

  /** Last millisecond of the local date that `atMs` falls on. */
  endOfDayMs(atMs: number): number {
    return this.midnightMs(this.day(atMs) + 1) - 1;
  }

  /** Whole years from a birth date (day number) to the local date at `nowMs`. */
  age(birthDay: number, nowMs: number): number {
    return wholeYears(birthDay, this.day(nowMs));
  }

  /**
   * The first instant after `atMs` at which another unit of the wall clock (an hour, a date) is shown,
   * which is an earlier one where the clock is set back. @param unitMs a day's length divides by it
   */
  nextTurnMs(atMs: number, unitMs: number): number {
    const untilMs = atMs + TURN_WITHIN_MS;
    const unit = Math.floor(this.localMs(atMs) / unitMs);
    for (let from = atMs; from < untilMs; ) {
      const turn = (unit + 1) * unitMs - this.offsetMs(from);
      const change = this.nextChangeMs(from, turn);
      if (turn < change) return turn;
      if (Math.floor(this.localMs(change) / unitMs) !== unit) return change;
      from = change;
    }
    return untilMs;
  }

  /**
   * The first instant after `atMs` at which the local date is `day` (a number; Infinity = none) or a
   * later one, or where the clock is set back to the date before.
   */
  dayReachedMs(day: number, atMs: number): number {
    const turn = this.nextTurnMs(atMs, DAY_MS);
    if (this.day(turn) < this.day(atMs)) return turn;
    if (!Number.isFinite(day)) return Number.POSITIVE_INFINITY;
    const reached = this.midnightMs(day);
    return reached > atMs ? reached : turn;
  }

  /** The next change of offset after `fromMs`, or Infinity when there is none up to `untilMs`. */
  private nextChangeMs(fromMs: number, untilMs: number): number {
    const last = Math.floor(untilMs / DAY_MS);
    // Of the end of the day before; the first day begins no later than `fromMs`.
    let known = Number.NaN;
    for (let day = Math.floor(fromMs / DAY_MS); day <= last; day++) {
      const { before, after, changeMs } = this.days.get(day) ?? this.learn(day);
      // At midnight in UTC (Jerusalem, each spring) no day has the change within it.
      if (day * DAY_MS > fromMs && before !== known) return day * DAY_MS;
      if (changeMs > fromMs && changeMs !== Number.POSITIVE_INFINITY) return changeMs;
      known = after;
    }
    return Number.POSITIVE_INFINITY;
  }

  private learn(day: number): OffsetDay {
    const start = inRange(day * DAY_MS);
    const end = inRange((day + 1) * DAY_MS - 1);
    const before = this.askOffset(start);
    const after = this.askOffset(end);
    let changeMs = Number.POSITIVE_INFINITY;
    if (before !== after) {
      // No zone has changed twice within a UTC day, so halving finds the one change.
      let low = start;
      let high = end;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (this.askOffset(middle) === before) low = middle;
        else high = middle;
      }
      changeMs = high;
    }
    const offsets: OffsetDay = { before, after, changeMs };
    if (this.days.size >= this.daysMax) {
      for (const oldest of this.days.keys()) {
        this.days.delete(oldest);
        break;
      }
    }
    this.days.set(day, offsets);
    return offsets;
  }

  /** Asks Intl: "2026, GMT-04:56:02". */
  private askOffset(atMs: number): number {
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.format.format(atMs));
    if (match?.[1] === undefined) return 0;
    const seconds = Number(match[2]) * 3_600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return (match[1] === '-' ? -seconds : seconds) * 1_000;
  }
}

/** A memo of a pure function, so that callers need pass only the zone's name. */
const calendars = new Map<string, Calendar>();
let lastCalendar: Calendar | null = null;

/** The calendar of a zone, made once. @throws RangeError when the zone is unknown. */
export function calendarOf(timezone: string): Calendar {
  if (lastCalendar !== null && lastCalendar.timezone === timezone) return lastCalendar;
  let calendar = calendars.get(timezone);
  if (calendar === undefined) {
    calendar = new Calendar(timezone);
    if (calendars.size >= ZONES_MAX) calendars.clear();
    calendars.set(timezone, calendar);
  }
  lastCalendar = calendar;
  return calendar;
}

/** Whether Intl knows the zone. */
export function isTimezone(timezone: string): boolean {
  try {
    return new Calendar(timezone).timezone === timezone;
  } catch {
    return false;
  }
}

function inRange(ms: number): number {
  return ms > INSTANT_MAX_MS ? INSTANT_MAX_MS : Math.max(ms, -INSTANT_MAX_MS);
}

function floorMod(value: number, by: number): number {
  return value - Math.floor(value / by) * by;
}
