// Literals: values, lists and maps.

import type { Value } from '../../model/value.ts';
import type { Ast, Compiling } from './compiling.ts';
import { keyText } from './own.ts';
import { either, type StaticType, spoken } from './static-type.ts';
import { constant, derived, type Term } from './term.ts';

/** A number, text, boolean or null. Integers are doubles where those hold all their digits. */
export function compileValue(compiling: Compiling, ast: Extract<Ast, { op: 'value' }>): Term {
  const value = ast.args;
  switch (typeof value) {
    case 'bigint':
      return constant('number', Number.isSafeInteger(Number(value)) ? Number(value) : value);
    case 'number':
      return constant('number', value);
    case 'string':
      return constant('string', value);
    case 'boolean':
      return constant('bool', value);
  }
  if (value === null) return constant('null', null);
  if (value instanceof Uint8Array) return compiling.fault(ast, 'There are no bytes here: use text');
  return constant('number', Number(value.valueOf()));
}

/** `[a, b, …]`; unknown when an element is. */
export function compileList(compiling: Compiling, ast: Extract<Ast, { op: 'list' }>): Term {
  const items = ast.args.map((item) => compiling.compile(item));
  const runs = items.map((item) => item.run);
  return derived(
    items,
    'list',
    (scope) => {
      const list: Value[] = new Array(runs.length);
      for (let i = 0; i < runs.length; i++) {
        const value = runs[i]!(scope);
        if (value === undefined) return undefined;
        list[i] = value;
      }
      return list;
    },
    { element: common(items), items },
  );
}

/** `{key: value, …}`. Keys are text; numbers and booleans are written as such. */
export function compileMap(compiling: Compiling, ast: Extract<Ast, { op: 'map' }>): Term {
  const keys = ast.args.map(([key]) => compiling.compile(key));
  const values = ast.args.map(([, value]) => compiling.compile(value));
  const literal = new Set<string>();
  keys.forEach((key, i) => {
    const at = ast.args[i]![0];
    if (key.type === 'string' || key.type === 'dyn' || key.type === 'number') {
      const name = key.pure ? keyText(key.value) : undefined;
      if (name !== undefined && literal.has(name)) compiling.fault(at, 'This key is there twice');
      if (name !== undefined) literal.add(name);
    } else if (key.type !== 'bool') {
      compiling.fault(at, `A key is text, this is ${spoken(key.type)}`);
    }
  });
  return derived(
    [...keys, ...values],
    'map',
    (scope) => {
      // Without a prototype, so that a key may be called anything.
      const map: Record<string, Value> = Object.create(null);
      for (let i = 0; i < keys.length; i++) {
        const key = keyText(keys[i]!.run(scope));
        const value = values[i]!.run(scope);
        if (key === undefined || value === undefined || key in map) return undefined;
        map[key] = value;
      }
      return map;
    },
    { element: common(values) },
  );
}

/** The type that all have, apart from nulls; `dyn` for none. */
function common(parts: readonly Term[]): StaticType {
  let type: StaticType | null = null;
  for (const part of parts) {
    if (part.type === 'null') return 'dyn';
    type = type === null ? part.type : either(type, part.type);
  }
  return type ?? 'dyn';
}
