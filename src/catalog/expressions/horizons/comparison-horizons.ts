// `<`, `==` and their kin. Two that move say when they meet; one value of a feature against something
// that stays says for itself when it passes it.

import { Instant, type MaybeValue, type Outlook, Span } from '../../../model/value.ts';
import type { Ast, CallAst } from '../compiling.ts';
import { byValue, holds, type Operator } from '../ordering.ts';
import type { MsReader, Term } from '../term.ts';
import { msOf, timeOf } from '../time-of.ts';
import { testableAge } from './clock-horizons.ts';
import { crossingMs, type MsTest } from './crossing.ts';
import { dateHorizon, isMovingDate } from './date-horizons.ts';
import { earliest, type Foreseeing, type Horizon, sameUntil, steady } from './horizon.ts';
import { type Testable, testableRead } from './read-horizons.ts';

/** `a < b` and its kin. */
export function orderingHorizon(
  foreseeing: Foreseeing,
  ast: Extract<Ast, { op: Operator }>,
): Horizon {
  const [left, right] = ast.args.map((part) => foreseeing.horizon(part)) as [Horizon, Horizon];
  const { op } = ast;
  const test: MsTest = (x, y) => holds(op, x, y);
  if (left.moves || right.moves) return meeting(foreseeing, ast, left, right, test);
  const ofDate = withDate(foreseeing, ast.args, test);
  if (ofDate !== null) return ofDate;
  const [a, b] = ast.args.map((part) => testable(foreseeing, part));
  if (a != null && b == null) return passing(foreseeing, op, a, ast.args[1], right);
  if (b != null && a == null) return passing(foreseeing, MIRRORED[op], b, ast.args[0], left);
  return earliest([left, right]);
}

function testable(foreseeing: Foreseeing, ast: Ast): Testable | null {
  if (ast.op === 'call' && ast.args[0] === 'age') return testableAge(foreseeing, ast.args[1][0]!);
  return testableRead(foreseeing, ast);
}

/** `a == b` and `a != b`. */
export function equalityHorizon(
  foreseeing: Foreseeing,
  ast: Extract<Ast, { op: '==' | '!=' }>,
): Horizon {
  const [left, right] = ast.args.map((part) => foreseeing.horizon(part)) as [Horizon, Horizon];
  const test: MsTest = (x, y) => x === y;
  if (left.moves || right.moves) return meeting(foreseeing, ast, left, right, test);
  return withDate(foreseeing, ast.args, test) ?? earliest([left, right]);
}

/** Where one side is `date(now)`, or of another time that moves. */
function withDate(
  foreseeing: Foreseeing,
  [left, right]: readonly [Ast, Ast],
  test: MsTest,
): Horizon | null {
  const [isLeft, isRight] = [isMovingDate(foreseeing, left), isMovingDate(foreseeing, right)];
  if (isLeft === isRight) return null;
  if (isLeft) return dateHorizon(foreseeing, left as CallAst, right, test);
  return dateHorizon(foreseeing, right as CallAst, left, (x, y) => test(y, x));
}

const MIRRORED: Readonly<Record<Operator, Operator>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function meeting(
  foreseeing: Foreseeing,
  ast: Extract<Ast, { op: Operator | '==' | '!=' }>,
  left: Horizon,
  right: Horizon,
  test: MsTest,
): Horizon {
  const terms = ast.args.map((part) => foreseeing.value(part));
  const isTime = terms.some((term) => term.type === 'time');
  const [a, b] = ast.args.map((part, i) => reader(foreseeing, part, terms[i]!, isTime)) as [
    MsReader,
    MsReader,
  ];
  return steady(
    (scope) => {
      const untilMs = Math.min(left.until(scope), right.until(scope));
      const x = a(scope);
      const y = b(scope);
      if (x === undefined || y === undefined) return untilMs;
      const inMs = crossingMs(test, x, left.pace(scope), y, right.pace(scope));
      return Math.min(untilMs, scope.nowMs + inMs);
    },
    [left, right],
  );
}

/** As the comparison itself reads them. */
function reader({ compiling }: Foreseeing, ast: Ast, term: Term, isTime: boolean): MsReader {
  if (isTime) return timeOf(compiling, ast, term, '');
  if (term.type === 'duration') return msOf(term);
  const { run } = term;
  return (scope) => {
    const value = run(scope);
    return value instanceof Instant || value instanceof Span ? value.ms : undefined;
  };
}

/** `testable op other`. */
function passing(
  foreseeing: Foreseeing,
  op: Operator,
  { testUntil, wide }: Testable,
  otherAst: Ast,
  other: Horizon,
): Horizon {
  const { run } = foreseeing.value(otherAst);
  const sides: { x: MaybeValue; y: MaybeValue } = { x: undefined, y: undefined };
  const compare = byValue(
    op,
    () => sides.x,
    () => sides.y,
  );
  const test = (value: MaybeValue) => {
    sides.x = value;
    return compare(NOWHERE);
  };
  const until = (scope: Outlook) => {
    const untilMs = sameUntil(other, scope);
    sides.y = run(scope);
    return Math.min(untilMs, testUntil(scope, test));
  };
  return { ...steady(until, [other]), wide: wide || other.wide };
}

/** What the comparison of two given values reads nothing of. */
const NOWHERE = Object.freeze({}) as Outlook;
