// Hot path (the closures). `==`, `!=` and `in`.

import { Instant, type MaybeValue, type Scope, Span, type Value } from '../../model/value.ts';
import { suggest } from '../suggest.ts';
import type { Ast, Compiling } from './compiling.ts';
import { isMap, keyText } from './own.ts';
import { quotedNumber } from './quoted-number.ts';
import { perKey } from './roots.ts';
import { mayBe, spoken } from './static-type.ts';
import { derived, type Term } from './term.ts';
import { msOf, timeOf } from './time-of.ts';

/** Lists and maps are compared this deep; deeper ones are unknown. */
const DEPTH_MAX = 32;

/**
 * CEL's heterogeneous equality: values of different types differ, but for whole numbers beyond 2^53
 * (see `equalsLong`). Unknown when nested too deep.
 */
export function equal(a: Value, b: Value, depth = 0): boolean | undefined {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    if (typeof a === 'bigint') return equalsLong(a, b);
    return typeof b === 'bigint' && equalsLong(b, a);
  }
  if (depth >= DEPTH_MAX) return undefined;
  if (a instanceof Instant) return b instanceof Instant && a.ms === b.ms;
  if (a instanceof Span) return b instanceof Span && a.ms === b.ms;
  if (Array.isArray(a)) return Array.isArray(b) ? equalLists(a, b, depth) : false;
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  let unknown = false;
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return false;
    const same = equal(a[key]!, b[key]!, depth + 1);
    if (same === false) return false;
    if (same === undefined) unknown = true;
  }
  return unknown ? undefined : true;
}

/** Such a number is its digits to a text and to its like, and the double of them to a number. */
function equalsLong(long: bigint, other: Value): boolean {
  if (typeof other === 'string') return String(long) === other;
  return typeof other === 'number' ? Number(long) === other : long === other;
}

function equalLists(a: readonly Value[], b: readonly Value[], depth: number): boolean | undefined {
  if (a.length !== b.length) return false;
  let unknown = false;
  for (let i = 0; i < a.length; i++) {
    const same = equal(a[i]!, b[i]!, depth + 1);
    if (same === false) return false;
    if (same === undefined) unknown = true;
  }
  return unknown ? undefined : true;
}

/** `a == b` and `a != b`. */
export function compileEquality(
  compiling: Compiling,
  ast: Extract<Ast, { op: '==' | '!=' }>,
): Term {
  const left = compiling.compile(ast.args[0]);
  const right = compiling.compile(ast.args[1]);
  const when = ast.op === '==';
  if (right.pure && right.value === null) return compileAbsent(left, when);
  if (left.pure && left.value === null) return compileAbsent(right, when);
  if (!mayBe(left.type, right.type)) {
    const quoted = quotedNumber(compiling, ast.args, left, right);
    if (quoted !== null) return quoted;
    const message = `Cannot compare ${spoken(left.type)} with ${spoken(right.type)}`;
    const hint = perKey(compiling, ast.args[0]) || perKey(compiling, ast.args[1]);
    return compiling.fault(ast, `${message}${hint || ': they are never equal'}`);
  }
  checkMember(compiling, left, right, ast.args[1]);
  checkMember(compiling, right, left, ast.args[0]);
  if (left.type === 'time' || right.type === 'time') {
    const a = timeOf(compiling, ast.args[0], left, ast.op);
    const b = timeOf(compiling, ast.args[1], right, ast.op);
    return derived([left, right], 'bool', sameMs(a, b, when));
  }
  if (left.type === 'duration' && right.type === 'duration') {
    return derived([left, right], 'bool', sameMs(msOf(left), msOf(right), when));
  }
  if (right.pure && isSimple(right.value)) return sameAs(left, right.value, when);
  if (left.pure && isSimple(left.value)) return sameAs(right, left.value, when);
  const [a, b] = [left.run, right.run];
  return derived([left, right], 'bool', (scope) => {
    const x = a(scope);
    if (x === undefined) return undefined;
    const y = b(scope);
    if (y === undefined) return undefined;
    const same = equal(x, y);
    return same === undefined ? undefined : same === when;
  });
}

/** Comparing with null asks whether something is absent: there is no other null in data. */
function compileAbsent(part: Term, when: boolean): Term {
  const { run, read } = part;
  return derived([part], 'bool', (scope) => {
    const value = run(scope);
    if (value === undefined) return read ? when : undefined;
    return (value === null) === when;
  });
}

function sameAs(part: Term, value: Simple, when: boolean): Term {
  const { run } = part;
  return derived([part], 'bool', (scope) => {
    const found = run(scope);
    if (found === undefined) return undefined;
    return (found === value || (typeof found === 'bigint' && equalsLong(found, value))) === when;
  });
}

function sameMs(
  a: (scope: Scope) => number | undefined,
  b: (scope: Scope) => number | undefined,
  when: boolean,
): (scope: Scope) => boolean | undefined {
  return (scope) => {
    const x = a(scope);
    if (x === undefined) return undefined;
    const y = b(scope);
    return y === undefined ? undefined : (x === y) === when;
  };
}

type Simple = string | number | boolean;

/** What `===` compares; bigints are more than that. */
function isSimple(value: MaybeValue): value is Simple {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A group is compared with names of its members, or with '' (none); `firing.trigger` with triggers. */
function checkMember(compiling: Compiling, group: Term, other: Term, at: Ast): void {
  if (!other.pure || typeof other.value !== 'string') return;
  if (group.names !== null && !group.names.has(other.value)) {
    const found = suggest(other.value, group.names);
    compiling.fault(at, `There is no trigger ${JSON.stringify(other.value)}`, found);
  }
  if (group.members === null) return;
  if (other.value === '' || group.members.includes(other.value)) return;
  const message = `The group has no member ${JSON.stringify(other.value)}: it has`;
  const names = group.members.join(', ');
  compiling.fault(at, `${message} ${names}`, suggest(other.value, group.members));
}

/** `a in list` and `key in map`. */
export function compileIn(compiling: Compiling, ast: Extract<Ast, { op: 'in' }>): Term {
  const left = compiling.compile(ast.args[0]);
  const right = compiling.compile(ast.args[1]);
  if (right.type !== 'list' && right.type !== 'map' && right.type !== 'dyn') {
    const found = spoken(right.type);
    return compiling.fault(ast.args[1], `"in" takes a list or a map, this is ${found}`);
  }
  if (right.type === 'list' && right.element !== 'null' && left.type !== 'null') {
    if (!mayBe(left.type, right.element)) {
      const message = `Looks for ${spoken(left.type)} in a list of ${spoken(right.element)} values`;
      return compiling.fault(ast, message);
    }
  }
  if (right.items !== null && ast.args[1].op === 'list') {
    const nodes = ast.args[1].args;
    right.items.forEach((item, i) => {
      checkMember(compiling, left, item, nodes[i]!);
    });
  }
  const { run } = left;
  if (right.pure && Array.isArray(right.value) && right.value.every(isSimple)) {
    const list = right.value as readonly Value[];
    const values = new Set<MaybeValue>(list);
    return derived([left], 'bool', (scope) => {
      const value = run(scope);
      if (typeof value === 'bigint') return isIn(value, list);
      return value === undefined ? undefined : values.has(value);
    });
  }
  const container = right.run;
  return derived([left, right], 'bool', (scope) => {
    const value = run(scope);
    return value === undefined ? undefined : isIn(value, container(scope));
  });
}

function isIn(value: Value, container: MaybeValue): boolean | undefined {
  if (Array.isArray(container)) {
    let unknown = false;
    for (const item of container as readonly Value[]) {
      const same = equal(value, item);
      if (same === true) return true;
      if (same === undefined) unknown = true;
    }
    return unknown ? undefined : false;
  }
  if (!isMap(container)) return undefined;
  const key = keyText(value);
  return key === undefined ? undefined : Object.hasOwn(container, key);
}
