// `date(now)` against something that stays: from midnight to midnight the answer is the same, and on
// what days it is another follows from one date, however far away.

import type { Outlook } from '../../../model/value.ts';
import type { Ast, CallAst } from '../compiling.ts';
import { timeOf } from '../time-of.ts';
import { turning } from './clock-horizons.ts';
import type { MsTest } from './crossing.ts';
import { type Foreseeing, type Horizon, sameUntil, steady } from './horizon.ts';

/** Whether a node is the date of a time that moves. */
export function isMovingDate(foreseeing: Foreseeing, ast: Ast): boolean {
  return ast.op === 'call' && ast.args[0] === 'date' && foreseeing.horizon(ast.args[1][0]!).moves;
}

/**
 * Of a comparison of such a date with something that does not move.
 * @param test compares them, the date first; what it says of all dates before the other and the date of
 * the other is the same, and so it is of all after
 */
export function dateHorizon(
  foreseeing: Foreseeing,
  date: CallAst,
  otherAst: Ast,
  test: MsTest,
): Horizon {
  const { compiling } = foreseeing;
  const { calendar } = compiling;
  const [ast] = date.args[1] as readonly Ast[] as [Ast];
  const part = foreseeing.horizon(ast);
  const other = foreseeing.horizon(otherAst);
  const at = timeOf(compiling, ast, foreseeing.value(ast), '');
  const limit = timeOf(compiling, otherAst, foreseeing.value(otherAst), '');
  const turn = (ms: number, limitMs: number) => {
    const today = calendar.day(ms);
    const outcome = (day: number) => test(calendar.midnightMs(day), limitMs);
    const last = calendar.day(limitMs) + 2;
    let day = Math.max(today + 1, last - 3);
    while (day <= last && outcome(day) === outcome(today)) day++;
    return calendar.dayReachedMs(day <= last ? day : Number.POSITIVE_INFINITY, ms);
  };
  const until = (scope: Outlook) => {
    const limitMs = limit(scope);
    const untilMs = sameUntil(other, scope);
    if (limitMs === undefined) return Math.min(untilMs, part.until(scope));
    return Math.min(untilMs, turning(part, at, (ms) => turn(ms, limitMs)).until(scope));
  };
  return steady(until, [part, other]);
}
