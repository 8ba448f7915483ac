// Hot path (the closures). CEL's macros over lists and over the keys of maps. They are the only
// loops there are: a list has LIST_MAX elements at most, and all steps of a macro and of those
// inside of it together are STEPS_MAX at most; beyond either the result is unknown.

import type { Expression, MaybeValue, Scope, Value } from '../../model/value.ts';
import { LIST_MAX } from './arithmetic.ts';
import type { Ast, CallAst, Compiling } from './compiling.ts';
import { isMap } from './own.ts';
import { type StaticType, spoken } from './static-type.ts';
import { FAULTY, type Term, term } from './term.ts';

/** Steps of one outermost macro. */
export const STEPS_MAX = 10_000;

const MACROS = new Map([
  ['all', 2],
  ['exists', 2],
  ['exists_one', 2],
  ['filter', 2],
  ['map', 3],
]);

/** Names of the macros. */
export const MACRO_NAMES: readonly string[] = [...MACROS.keys()];

/** Names of the macros, with the most arguments each takes. */
export function macroArguments(name: string): number | undefined {
  return MACROS.get(name);
}

interface Loop {
  readonly items: Expression;
  readonly frame: MaybeValue[];
  readonly at: number;
  readonly steps: { left: number };
  /** Not inside of another macro: the budget starts anew. */
  readonly outermost: boolean;
}

/** `list.exists(x, condition)` and its kin. */
export function compileMacro(compiling: Compiling, ast: CallAst): Term {
  const [name, receiver, args] = ast.args as [string, Ast, Ast[]];
  const items = compiling.compile(receiver);
  if (items.type !== 'list' && items.type !== 'map' && items.type !== 'dyn') {
    return compiling.fault(
      receiver,
      `${name} takes a list or a map, this is ${spoken(items.type)}`,
    );
  }
  const variable = args[0];
  if (variable?.op !== 'id')
    return compiling.fault(variable ?? ast, `${name} names a variable first`);
  const at = compiling.variables.length;
  const type: StaticType = items.type === 'list' ? items.element : 'dyn';
  compiling.variables.push({ name: variable.args, type, at });
  const bodies = args.slice(1).map((body) => compiling.compile(body));
  compiling.variables.pop();
  const last = bodies[bodies.length - 1];
  if (last === undefined) return FAULTY;
  const test = name === 'map' ? (bodies.length === 2 ? bodies[0]! : null) : last;
  if (test !== null && test.type !== 'bool' && test.type !== 'dyn') {
    const found = spoken(test.type);
    return compiling.fault(args[1]!, `${name} takes a condition, this is ${found}`);
  }
  const { frame, steps } = compiling;
  const loop = { items: items.run, frame, at, steps, outermost: at === 0 };
  switch (name) {
    case 'all':
      return term('bool', quantifier(loop, last.run, false));
    case 'exists':
      return term('bool', quantifier(loop, last.run, true));
    case 'exists_one':
      return term('bool', exactlyOne(loop, last.run));
    case 'filter':
      return term('list', collector(loop, last.run, null), { element: type });
    default:
      return term('list', collector(loop, test?.run ?? null, last.run), { element: last.type });
  }
}

/** `exists` (decided by true) and `all` (decided by false), with unknown as in || and &&. */
function quantifier(loop: Loop, test: Expression, decides: boolean): Expression {
  return (scope) => {
    const list = open(loop, scope);
    if (list === undefined) return undefined;
    const { frame, at, steps } = loop;
    const kept = frame[at];
    let result: boolean | undefined = !decides;
    for (let i = 0; i < list.length; i++) {
      if (--steps.left < 0) {
        result = undefined;
        break;
      }
      frame[at] = list[i];
      const value = test(scope);
      if (value === decides) {
        result = decides;
        break;
      }
      if (value !== !decides) result = undefined;
    }
    frame[at] = kept;
    return result;
  };
}

function exactlyOne(loop: Loop, test: Expression): Expression {
  return (scope) => {
    const list = open(loop, scope);
    if (list === undefined) return undefined;
    const { frame, at, steps } = loop;
    const kept = frame[at];
    let count = 0;
    let known = true;
    for (let i = 0; i < list.length && known; i++) {
      frame[at] = list[i];
      const value = test(scope);
      if (value === true) count++;
      known = --steps.left >= 0 && typeof value === 'boolean';
    }
    frame[at] = kept;
    return known ? count === 1 : undefined;
  };
}

/** `filter` (transform null) and `map` (test null, or the three-argument form). */
function collector(loop: Loop, test: Expression | null, transform: Expression | null): Expression {
  return (scope) => {
    const list = open(loop, scope);
    if (list === undefined) return undefined;
    const { frame, at, steps } = loop;
    const kept = frame[at];
    const out: Value[] = [];
    let known = true;
    for (let i = 0; i < list.length && known; i++) {
      frame[at] = list[i];
      const passed = test === null ? true : test(scope);
      if (passed === true) {
        const value = transform === null ? list[i] : transform(scope);
        if (value === undefined) known = false;
        else out.push(value);
      }
      known &&= --steps.left >= 0 && typeof passed === 'boolean';
    }
    frame[at] = kept;
    return known ? out : undefined;
  };
}

/** What the loop goes over: a list, or the keys of a map. */
function open(loop: Loop, scope: Scope): readonly Value[] | undefined {
  const of = loop.items(scope);
  if (loop.outermost) loop.steps.left = STEPS_MAX;
  const list = Array.isArray(of) ? (of as readonly Value[]) : isMap(of) ? Object.keys(of) : null;
  return list === null || list.length > LIST_MAX ? undefined : list;
}
