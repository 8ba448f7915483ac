// Hot path (the closures). `+ - * / %` and unary minus. Numbers are doubles: 7 / 2 is 3.5, there is
// no overflow to catch, and dividing by zero is unknown. Times and durations add and subtract.

import { doubleOf, Instant, type MaybeValue, Span, type Value } from '../../model/value.ts';
import type { Ast, Compiling } from './compiling.ts';
import { perKey } from './roots.ts';
import { mayBe, type StaticType, spoken } from './static-type.ts';
import { constant, derived, type Term } from './term.ts';
import { instant, msOf, span } from './time-of.ts';

/** Elements of a list that `+` makes. */
export const LIST_MAX = 1000;
/** UTF-16 units of a text that `+` makes. */
export const TEXT_MAX = 65_536;

type Operator = '+' | '-' | '*' | '/' | '%';
type Overload = readonly [StaticType, StaticType, StaticType];

const OVERLOADS: Readonly<Record<Operator, readonly Overload[]>> = {
  '+': [
    ['number', 'number', 'number'],
    ['string', 'string', 'string'],
    ['list', 'list', 'list'],
    ['time', 'duration', 'time'],
    ['duration', 'time', 'time'],
    ['duration', 'duration', 'duration'],
  ],
  '-': [
    ['number', 'number', 'number'],
    ['time', 'time', 'duration'],
    ['time', 'duration', 'time'],
    ['duration', 'duration', 'duration'],
  ],
  '*': [['number', 'number', 'number']],
  '/': [['number', 'number', 'number']],
  '%': [['number', 'number', 'number']],
};

const APPLY: Readonly<Record<Operator, (a: Value, b: Value) => MaybeValue>> = {
  '+': add,
  '-': subtract,
  '*': (a, b) => (typeof a === 'number' && typeof b === 'number' ? a * b : undefined),
  '/': (a, b) => (typeof a === 'number' && typeof b === 'number' && b !== 0 ? a / b : undefined),
  '%': (a, b) => (isWhole(a) && isWhole(b) && b !== 0 ? a % b : undefined),
};

/** `a + b` and its kin. */
export function compileArithmetic(compiling: Compiling, ast: Extract<Ast, { op: Operator }>): Term {
  const left = compiling.compile(ast.args[0]);
  const right = compiling.compile(ast.args[1]);
  const { op } = ast;
  const fitting = OVERLOADS[op].filter(([a, b]) => mayBe(a, left.type) && mayBe(b, right.type));
  if (fitting.length === 0) {
    const message = `${op} cannot take ${spoken(left.type)} and ${spoken(right.type)}`;
    const hint = perKey(compiling, ast.args[0]) || perKey(compiling, ast.args[1]);
    return compiling.fault(ast, message + (hint || asText(op, left, right)));
  }
  if (op === '%') {
    const parts = [left, right];
    for (const i of [0, 1] as const) {
      const { pure, value } = parts[i]!;
      if (pure && typeof value === 'number' && !isWhole(value)) {
        return compiling.fault(ast.args[i], `% takes whole numbers, this is ${value}`);
      }
    }
  }
  const type = fitting.every(([, , out]) => out === fitting[0]![2]) ? fitting[0]![2] : 'dyn';
  const element = left.element === right.element ? left.element : 'dyn';
  const [a, b, apply] = [left.run, right.run, APPLY[op]];
  const extras = { element, ...sumOfMs(op, fitting, left, right) };
  return derived(
    [left, right],
    type,
    (scope) => {
      const x = a(scope);
      if (x === undefined) return undefined;
      const y = b(scope);
      return y === undefined ? undefined : apply(computable(x), computable(y));
    },
    extras,
  );
}

/** A reader without wrappers, where both sides are known to be times or durations. */
function sumOfMs(op: Operator, fitting: readonly Overload[], left: Term, right: Term) {
  if (fitting.length !== 1 || left.type === 'dyn' || right.type === 'dyn') return {};
  const out = fitting[0]![2];
  if (out !== 'time' && out !== 'duration') return {};
  const [a, b] = [msOf(left), msOf(right)];
  const sign = op === '+' ? 1 : -1;
  const bounded = out === 'time' ? instant : span;
  return {
    ms: (scope: Parameters<typeof a>[0]) => {
      const x = a(scope);
      const y = b(scope);
      if (x === undefined || y === undefined) return undefined;
      return bounded(x + sign * y)?.ms;
    },
  };
}

function asText(op: Operator, left: Term, right: Term): string {
  const mixed = left.type === 'string' || right.type === 'string';
  return op === '+' && mixed ? ': turn it into text with string(…)' : '';
}

/** `-a`. */
export function compileMinus(compiling: Compiling, ast: Extract<Ast, { op: '-_' }>): Term {
  const part = compiling.compile(ast.args);
  if (!mayBe(part.type, 'number')) {
    return compiling.fault(ast.args, `- takes a number, this is ${spoken(part.type)}`);
  }
  // The sign of a literal, which keeps its digits.
  if (part.pure && typeof part.value === 'bigint') return constant('number', -part.value);
  const { run } = part;
  return derived([part], 'number', (scope) => {
    const value = doubleOf(run(scope));
    return value === undefined ? undefined : -value;
  });
}

/** The double that a whole number beyond 2^53 is to arithmetic. */
function computable(value: Value): Value {
  return typeof value === 'bigint' ? Number(value) : value;
}

function isWhole(value: MaybeValue): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

function add(a: Value, b: Value): MaybeValue {
  if (typeof a === 'number') return typeof b === 'number' ? a + b : undefined;
  if (typeof a === 'string') {
    return typeof b === 'string' && a.length + b.length <= TEXT_MAX ? a + b : undefined;
  }
  if (a instanceof Instant) return b instanceof Span ? instant(a.ms + b.ms) : undefined;
  if (a instanceof Span) {
    if (b instanceof Span) return span(a.ms + b.ms);
    return b instanceof Instant ? instant(a.ms + b.ms) : undefined;
  }
  if (!Array.isArray(a) || !Array.isArray(b) || a.length + b.length > LIST_MAX) return undefined;
  return a.concat(b);
}

function subtract(a: Value, b: Value): MaybeValue {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : undefined;
  if (a instanceof Instant) {
    if (b instanceof Instant) return span(a.ms - b.ms);
    return b instanceof Span ? instant(a.ms - b.ms) : undefined;
  }
  return a instanceof Span && b instanceof Span ? span(a.ms - b.ms) : undefined;
}
