// What is known at load of how a piece of an expression goes on by time alone.

import { restlessUntil, untilOther } from '../../../model/look-ahead.ts';
import type { Course, Expression, Outlook } from '../../../model/value.ts';
import type { Ast, Compiling } from '../compiling.ts';
import type { Term } from '../term.ts';

/** The course of a piece of an expression. */
export interface Horizon extends Course {
  /** Whether its pace may be another than 0. */
  readonly moves: boolean;
  /** Whether all keys of a feature are read, so that looking again and again is expensive. */
  readonly wide: boolean;
}

/** What the parts of this compiler share. */
export interface Foreseeing {
  readonly compiling: Compiling;
  /** A node's values. */
  value(ast: Ast): Term;
  horizon(ast: Ast): Horizon;
}

/** Looks that asking all keys of a feature costs. */
const WIDE_LOOKS = 16;

/** Of what time does not change. */
export const FOREVER: Horizon = {
  until: () => Number.POSITIVE_INFINITY,
  pace: () => 0,
  moves: false,
  wide: false,
};

/** Of what stays what it is, until it is something else. */
export function steady(until: Course['until'], parts: readonly Horizon[] = []): Horizon {
  return { until, pace: () => 0, moves: false, wide: parts.some((part) => part.wide) };
}

/** Of a time or duration made of others. */
export function moving(
  until: Course['until'],
  pace: Course['pace'],
  parts: readonly Horizon[] = [],
): Horizon {
  const moves = parts.length === 0 || parts.some((part) => part.moves);
  return { until, pace, moves, wide: parts.some((part) => part.wide) };
}

/** Until when a value is the same, however it goes on. */
export function sameUntil(part: Horizon, scope: Outlook): number {
  const untilMs = part.until(scope);
  return part.moves && part.pace(scope) !== 0 ? Math.min(untilMs, restlessUntil(scope)) : untilMs;
}

/** Of what is the same as long as all of its parts are. */
export function earliest(parts: readonly Horizon[]): Horizon {
  const changing = parts.filter((part) => part !== FOREVER);
  if (changing.length === 0) return FOREVER;
  return steady((scope) => {
    let untilMs = Number.POSITIVE_INFINITY;
    for (const part of changing) untilMs = Math.min(untilMs, sameUntil(part, scope));
    return untilMs;
  }, changing);
}

/** Of a condition that is not made of conditions: until its answer is another. */
export function searched(run: Expression, horizon: Horizon): Horizon {
  if (horizon === FOREVER) return FOREVER;
  const looks = horizon.wide ? WIDE_LOOKS : 1;
  return steady((scope) => untilOther(scope, run, horizon.until, looks), [horizon]);
}
