// Hot path (the closures). `<`, `<=`, `>`, `>=` of numbers, texts, booleans, times and durations.

import { doubleOf, Instant, type MaybeValue, type Scope, Span } from '../../model/value.ts';
import type { Ast, Compiling } from './compiling.ts';
import { textOf } from './own.ts';
import { quotedNumber } from './quoted-number.ts';
import { perKey } from './roots.ts';
import { mayBe, type StaticType, spoken } from './static-type.ts';
import { derived, type MsReader, type Term } from './term.ts';
import { msOf, timeOf } from './time-of.ts';

/** What orders two values. */
export type Operator = '<' | '<=' | '>' | '>=';
type Test = (scope: Scope) => boolean | undefined;

const ORDERED: ReadonlySet<StaticType> = new Set([
  'dyn',
  'bool',
  'number',
  'string',
  'time',
  'duration',
]);

/** `a < b` and its kin. */
export function compileOrdering(compiling: Compiling, ast: Extract<Ast, { op: Operator }>): Term {
  const left = compiling.compile(ast.args[0]);
  const right = compiling.compile(ast.args[1]);
  const { op } = ast;
  const unordered = !ORDERED.has(left.type) ? left : !ORDERED.has(right.type) ? right : null;
  if (unordered !== null) {
    const at = unordered === left ? ast.args[0] : ast.args[1];
    const found = spoken(unordered.type) + perKey(compiling, at);
    return compiling.fault(at, `${op} cannot order ${found}`);
  }
  if (!mayBe(left.type, right.type)) {
    const quoted = quotedNumber(compiling, ast.args, left, right);
    if (quoted !== null) return quoted;
    const message = `Cannot compare ${spoken(left.type)} with ${spoken(right.type)}`;
    return compiling.fault(ast, message + hint(left, right));
  }
  const parts = [left, right];
  if (left.type === 'time' || right.type === 'time') {
    const a = timeOf(compiling, ast.args[0], left, op);
    const b = timeOf(compiling, ast.args[1], right, op);
    return derived(parts, 'bool', byMs(op, a, b));
  }
  if (left.type === 'duration' || right.type === 'duration') {
    const fixed = right.pure ? msOf(right)({} as Scope) : undefined;
    if (fixed !== undefined) return derived(parts, 'bool', byFixedMs(op, msOf(left), fixed));
    return derived(parts, 'bool', byMs(op, msOf(left), msOf(right)));
  }
  if (right.pure && typeof right.value === 'number') {
    return derived(parts, 'bool', byNumber(op, left.run, right.value));
  }
  return derived(parts, 'bool', byValue(op, left.run, right.run));
}

function hint(left: Term, right: Term): string {
  const types = [left.type, right.type];
  if (types.includes('duration')) return `: write duration('30d')`;
  if (types.includes('time') && types.includes('string')) return `: write timestamp('2026-11-22')`;
  return '';
}

/** A number of any origin against a literal: by far the most common, so without a detour. */
function byNumber(op: Operator, a: (scope: Scope) => MaybeValue, limit: number): Test {
  switch (op) {
    case '<':
      return (scope) => {
        const x = doubleOf(a(scope));
        return x === undefined ? undefined : x < limit;
      };
    case '<=':
      return (scope) => {
        const x = doubleOf(a(scope));
        return x === undefined ? undefined : x <= limit;
      };
    case '>':
      return (scope) => {
        const x = doubleOf(a(scope));
        return x === undefined ? undefined : x > limit;
      };
    case '>=':
      return (scope) => {
        const x = doubleOf(a(scope));
        return x === undefined ? undefined : x >= limit;
      };
  }
}

/** Of two of which one is a whole number beyond 2^53: as `==` compares them. */
function byLong(op: Operator, x: MaybeValue, y: MaybeValue): boolean | undefined {
  if (typeof x === 'bigint' && typeof y === 'bigint') return holds(op, x < y ? -1 : +(x > y), 0);
  const a = textOf(x);
  const b = textOf(y);
  if (a !== undefined && b !== undefined) return holds(op, compareTexts(a, b), 0);
  const left = doubleOf(x);
  const right = doubleOf(y);
  return left === undefined || right === undefined ? undefined : holds(op, left, right);
}

function byFixedMs(op: Operator, a: MsReader, limit: number): Test {
  return (scope) => {
    const x = a(scope);
    return x === undefined ? undefined : holds(op, x, limit);
  };
}

function byMs(op: Operator, a: MsReader, b: MsReader): Test {
  return (scope) => {
    const x = a(scope);
    if (x === undefined) return undefined;
    const y = b(scope);
    return y === undefined ? undefined : holds(op, x, y);
  };
}

/** A test of values of any kind. */
export function byValue(
  op: Operator,
  a: (scope: Scope) => MaybeValue,
  b: (scope: Scope) => MaybeValue,
): Test {
  return (scope) => {
    const x = a(scope);
    const y = b(scope);
    if (typeof x === 'bigint' || typeof y === 'bigint') return byLong(op, x, y);
    if (typeof x === 'number') return typeof y === 'number' ? holds(op, x, y) : undefined;
    if (typeof x === 'string') {
      return typeof y === 'string' ? holds(op, compareTexts(x, y), 0) : undefined;
    }
    if (typeof x === 'boolean') {
      return typeof y === 'boolean' ? holds(op, Number(x), Number(y)) : undefined;
    }
    if (x instanceof Instant) return y instanceof Instant ? holds(op, x.ms, y.ms) : undefined;
    if (x instanceof Span) return y instanceof Span ? holds(op, x.ms, y.ms) : undefined;
    return undefined;
  };
}

/** Whether two numbers stand in the relation. */
export function holds(op: Operator, x: number, y: number): boolean {
  switch (op) {
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    case '>=':
      return x >= y;
  }
}

/** By code point, as CEL orders texts; UTF-16 order differs above the surrogates. */
function compareTexts(x: string, y: string): number {
  const length = Math.min(x.length, y.length);
  for (let i = 0; i < length; i++) {
    if (x.charCodeAt(i) === y.charCodeAt(i)) continue;
    return weight(x.charCodeAt(i)) - weight(y.charCodeAt(i));
  }
  return x.length - y.length;
}

/** Moves surrogates above U+FFFF's last neighbours, where their code points belong. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
