// `a + b` and `a - b`: of times and durations, the sum moves as its parts do together.

import { Instant, type MaybeValue, type Outlook, Span } from '../../../model/value.ts';
import type { Ast } from '../compiling.ts';
import { instant, span } from '../time-of.ts';
import { earliest, type Foreseeing, type Horizon, moving } from './horizon.ts';

/** A hundred years: longer than anybody waits. */
const FAR_MS = 36_525 * 86_400_000;

/** `a + b` and `a - b`. */
export function arithmeticHorizon(
  foreseeing: Foreseeing,
  ast: Extract<Ast, { op: '+' | '-' }>,
): Horizon {
  const parts = ast.args.map((part) => foreseeing.horizon(part)) as [Horizon, Horizon];
  const [left, right] = parts;
  if (!left.moves && !right.moves) return earliest(parts);
  const sign = ast.op === '+' ? 1 : -1;
  const a = foreseeing.value(ast.args[0]).run;
  const b = foreseeing.value(ast.args[1]).run;
  const pace = (scope: Outlook) => left.pace(scope) + sign * right.pace(scope);
  return moving(
    (scope) => {
      const untilMs = Math.min(left.until(scope), right.until(scope));
      return Math.min(untilMs, inRangeUntil(a(scope), b(scope), sign, pace(scope), scope.nowMs));
    },
    pace,
    parts,
  );
}

/** Years 1 to 9999, and ten thousand years: beyond, a sum is unknown. */
function inRangeUntil(
  x: MaybeValue,
  y: MaybeValue,
  sign: 1 | -1,
  pace: number,
  nowMs: number,
): number {
  const isTimed = (value: MaybeValue) => value instanceof Instant || value instanceof Span;
  if (pace === 0 || !isTimed(x) || !isTimed(y)) return Number.POSITIVE_INFINITY;
  const ms = (x as Instant).ms + sign * (y as Instant).ms;
  const isTime = x instanceof Instant !== y instanceof Instant;
  const isKnown = (at: number) => (isTime ? instant(at) : span(at)) !== undefined;
  const known = isKnown(ms);
  let [same, other] = [0, FAR_MS];
  if (isKnown(ms + pace * other) === known) return Number.POSITIVE_INFINITY;
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (isKnown(ms + pace * middle) === known) same = middle;
    else other = middle;
  }
  return nowMs + other;
}
