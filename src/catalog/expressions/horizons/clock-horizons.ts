// since, until, date, weekday, hour, age, int: what the clock does to them.

import { type Calendar, DAY_MS, dayOfDate } from '../../../model/calendar.ts';
import { dateOfDay } from '../../../model/civil-date.ts';
import { restlessUntil } from '../../../model/look-ahead.ts';
import { Instant, type Outlook } from '../../../model/value.ts';
import type { Ast } from '../compiling.ts';
import { dayOf, timeOf } from '../time-of.ts';
import { earliest, type Foreseeing, type Horizon, moving, steady } from './horizon.ts';

const HOUR_MS = 3_600_000;

/** `since(t)` (sign 1) and `until(t)` (−1): they move by the clock and against what t does itself. */
export function distanceHorizon(part: Horizon, sign: 1 | -1): Horizon {
  return moving(part.until, (scope) => sign * (1 - part.pace(scope)));
}

/** What is as long as a unit of the wall clock lasts at the time. */
export function clockHorizon(foreseeing: Foreseeing, ast: Ast, unit: 'date' | 'hour'): Horizon {
  const part = foreseeing.horizon(ast);
  if (!part.moves) return earliest([part]);
  const { calendar } = foreseeing.compiling;
  const at = timeOf(foreseeing.compiling, ast, foreseeing.value(ast), '');
  const unitMs = unit === 'date' ? DAY_MS : HOUR_MS;
  return turning(part, at, (ms) => calendar.nextTurnMs(ms, unitMs));
}

/**
 * What is the same until a time reaches an instant.
 * @param at the time, undefined where it is none
 * @param turnMs that instant, later than the time
 */
export function turning(
  part: Horizon,
  at: (scope: Outlook) => number | undefined,
  turnMs: (ms: number) => number,
): Horizon {
  return steady(
    (scope) => {
      const untilMs = part.until(scope);
      const pace = part.pace(scope);
      const ms = pace === 0 ? undefined : at(scope);
      if (ms === undefined) return untilMs;
      if (pace !== 1) return Math.min(untilMs, restlessUntil(scope));
      return Math.min(untilMs, scope.nowMs + Math.ceil(turnMs(ms) - ms));
    },
    [part],
  );
}

/** `int(t)`: whole seconds. Of a number or text: as long as that is the same. */
export function secondsHorizon(foreseeing: Foreseeing, ast: Ast): Horizon {
  const part = foreseeing.horizon(ast);
  if (!part.moves) return earliest([part]);
  const { run } = foreseeing.value(ast);
  const at = (scope: Outlook) => {
    const value = run(scope);
    return value instanceof Instant ? value.ms : undefined;
  };
  return turning(part, at, (ms) => (Math.floor(ms / 1_000) + 1) * 1_000);
}

/** `age(x)`: until the next birthday. */
export function ageHorizon(foreseeing: Foreseeing, ast: Ast): Horizon {
  const part = foreseeing.horizon(ast);
  const { compiling } = foreseeing;
  const { calendar } = compiling;
  const born = dayOf(compiling, ast, foreseeing.value(ast), '');
  return steady(
    (scope) => {
      const untilMs = part.until(scope);
      const day = born(scope);
      if (day === undefined) return untilMs;
      if (part.pace(scope) !== 0) return Math.min(untilMs, restlessUntil(scope));
      return Math.min(
        untilMs,
        calendar.dayReachedMs(nextBirthday(day, calendar, scope), scope.nowMs),
      );
    },
    [part],
  );
}

/** Day number of the next day on which somebody is a year older, or is born. */
function nextBirthday(born: number, calendar: Calendar, { nowMs }: Outlook): number {
  const age = calendar.age(born, nowMs);
  if (age < 0) return born;
  const { year, month, day } = dateOfDay(born);
  const next = year + age + 1;
  // Of those born on February 29th it is March 1st in other years, as in wholeYears.
  return dayOfDate(next, month, day) ?? dayOfDate(next, 3, 1)!;
}
