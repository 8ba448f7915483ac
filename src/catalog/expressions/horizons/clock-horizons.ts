// since, until, date, weekday, hour, age, int: what the clock does to them.

import { DAY_MS, dayOfDate } from '../../../model/calendar.ts';
import { dateOfDay } from '../../../model/civil-date.ts';
import { restlessUntil } from '../../../model/look-ahead.ts';
import { Instant, type Outlook } from '../../../model/value.ts';
import type { Ast } from '../compiling.ts';
import { dayOf, timeOf } from '../time-of.ts';
import { earliest, type Foreseeing, type Horizon, moving, steady } from './horizon.ts';
import type { Testable } from './read-horizons.ts';

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
  const { testUntil, wide } = testableAge(foreseeing, ast);
  // Of what is true of no two ages.
  return { ...steady((scope) => testUntil(scope, (age) => age)), wide };
}

/** Age by age, without asking when the birthdays between are. */
export function testableAge(foreseeing: Foreseeing, ast: Ast): Testable {
  const part = foreseeing.horizon(ast);
  const { compiling } = foreseeing;
  const { calendar } = compiling;
  const born = dayOf(compiling, ast, foreseeing.value(ast), '');
  return {
    testUntil(scope, test) {
      const untilMs = part.until(scope);
      const day = born(scope);
      if (day === undefined) return untilMs;
      if (part.pace(scope) !== 0) return Math.min(untilMs, restlessUntil(scope));
      const age = calendar.age(day, scope.nowMs);
      const outcome = test(age < 0 ? undefined : age);
      let next = Math.max(0, age + 1);
      while (next < AGE_MAX && test(next) === outcome) next++;
      const reached = next < AGE_MAX ? birthday(day, next) : Number.POSITIVE_INFINITY;
      return Math.min(untilMs, calendar.dayReachedMs(reached, scope.nowMs));
    },
    wide: part.wide,
  };
}

/** Nobody waits for it. */
const AGE_MAX = 10_000;

/** Day number of the day on which somebody is so many years old. */
function birthday(born: number, age: number): number {
  const { year, month, day } = dateOfDay(born);
  // Of those born on February 29th it is March 1st in other years, as in wholeYears.
  return dayOfDate(year + age, month, day) ?? dayOfDate(year + age, 3, 1)!;
}
