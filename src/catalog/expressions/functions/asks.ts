// Hot path (the closures). Questions: is it known, is it there, which key is largest, which bucket.

import { bucket } from '../../../model/hash.ts';
import type { Scope } from '../../../model/value.ts';
import { suggest } from '../../suggest.ts';
import type { Ast, Compiling } from '../compiling.ts';
import { isMap } from '../own.ts';
import { rootOf, selection } from '../roots.ts';
import { either, spoken } from '../static-type.ts';
import { derived, FAULTY, type Term, term } from '../term.ts';
import { argument, type Signature } from './signature.ts';

/** `known(x)`: whether there is a value; null is none. Never unknown itself. */
function compileKnown(compiling: Compiling, [ast]: readonly Ast[]): Term {
  const part = compiling.compile(ast!);
  const { run } = part;
  return derived([part], 'bool', (scope) => {
    const value = run(scope);
    return value !== undefined && value !== null;
  });
}

/** `or(x, default)`: x where it is known. */
function compileOr(compiling: Compiling, [ast, defaultAst]: readonly Ast[]): Term {
  const part = compiling.compile(ast!);
  const fallback = compiling.compile(defaultAst!);
  const [a, b] = [part.run, fallback.run];
  return derived(
    [part, fallback],
    part.type === 'null' ? fallback.type : either(part.type, fallback.type),
    (scope) => {
      const value = a(scope);
      return value === undefined || value === null ? b(scope) : value;
    },
    { element: either(part.element, fallback.element) },
  );
}

/** `has(a.b)`: whether a has b; unknown when there is no a. */
function compileHas(compiling: Compiling, [ast]: readonly Ast[]): Term {
  if (ast!.op !== '.') {
    const message = 'has() takes a path such as traits.city; ask others with known()';
    return compiling.fault(ast!, message, 'known');
  }
  const selected = selection(ast!)!;
  const whole = rootOf(compiling, ast!);
  const root = whole ?? rootOf(compiling, selected.of);
  if (root?.kind === 'faulty') return FAULTY;
  const keyed = root?.kind === 'feature' && root.feature.keyed && whole === null;
  // The compiled path checks names and types; for everything but maps it is the answer, too.
  const part = compiling.compile(ast!);
  if (part === FAULTY) return FAULTY;
  if (root !== null && !keyed && !(root.kind === 'feature' && whole === null)) {
    const { run } = part;
    if (root.kind !== 'event') return term('bool', (scope) => run(scope) !== undefined);
    return term('bool', (scope) =>
      scope.event === undefined ? undefined : run(scope) !== undefined,
    );
  }
  const of = compiling.compile(selected.of);
  const { name } = selected;
  const { run } = of;
  return derived([of], 'bool', (scope) => {
    const map = run(scope);
    if (!isMap(map)) return keyed && map === undefined ? false : undefined;
    return Object.hasOwn(map, name) && map[name] !== null;
  });
}

/** `top(x)`: the key of a feature with `by` that has the largest value. */
function compileTop(compiling: Compiling, [ast]: readonly Ast[]): Term {
  const root = rootOf(compiling, ast!);
  if (root?.kind === 'faulty') return FAULTY;
  if (root?.kind !== 'feature' || !root.feature.keyed) {
    const what = root?.kind === 'feature' ? `${root.name} has no "by"` : 'this is none';
    return compiling.fault(ast!, `top() takes a feature with "by" or an affinity, ${what}`);
  }
  const { slot } = root.feature;
  compiling.reads.featureSlots.add(slot);
  if (!root.before) return term('string', (scope) => scope.top(slot), { read: true });
  compiling.reads.before = true;
  return term('string', (scope) => scope.before.top(slot), { read: true });
}

/** `bucket(salt, n)`: a number from 0 to n − 1 that is the customer's for ever. */
function compileBucket(compiling: Compiling, [saltAst, countAst]: readonly Ast[]): Term {
  const salt = argument(compiling, saltAst!, 'string', 'bucket()');
  const count = argument(compiling, countAst!, 'number', 'bucket()');
  if (salt === null || count === null) return FAULTY;
  if (count.pure && typeof count.value === 'number' && !isCount(count.value)) {
    return compiling.fault(countAst!, 'bucket() takes a whole number of buckets, 1 or more');
  }
  const [a, b] = [salt.run, count.run];
  return term('number', (scope: Scope) => {
    const text = a(scope);
    const n = b(scope);
    if (typeof text !== 'string' || typeof n !== 'number' || !isCount(n)) return undefined;
    return bucket(text, scope.drawnAs, n);
  });
}

function isCount(n: number): boolean {
  return Number.isInteger(n) && n >= 1 && n <= 2 ** 32;
}

/** `in_holdout(placement)`: the name as text, or bare. */
function compileInHoldout(compiling: Compiling, [ast]: readonly Ast[]): Term {
  const { placements } = compiling.names;
  let name = ast!.op === 'id' ? ast!.args : null;
  if (name === null) {
    const part = compiling.compile(ast!);
    if (part === FAULTY) return FAULTY;
    if (!part.pure || typeof part.value !== 'string') {
      const found = part.pure ? `, this is ${spoken(part.type)}` : '';
      return compiling.fault(ast!, `in_holdout() takes the name of a placement${found}`);
    }
    name = part.value;
  }
  if (!placements.has(name)) {
    return compiling.fault(ast!, `There is no placement "${name}"`, suggest(name, placements));
  }
  const placement = name;
  return term('bool', (scope) => scope.inHoldout(placement));
}

/** The questions, by name. */
export const ASKS: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ['known', { least: 1, most: 1, usage: 'known(x)', compile: compileKnown }],
  ['or', { least: 2, most: 2, usage: 'or(x, default)', compile: compileOr }],
  ['has', { least: 1, most: 1, usage: 'has(a.b)', compile: compileHas }],
  ['top', { least: 1, most: 1, usage: 'top(feature)', compile: compileTop }],
  ['bucket', { least: 2, most: 2, usage: "bucket('salt', n)", compile: compileBucket }],
  [
    'in_holdout',
    { least: 1, most: 1, usage: "in_holdout('placement')", compile: compileInHoldout },
  ],
]);
