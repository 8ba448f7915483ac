// Hot path (the closures). CEL's logic with unknown: it is commutative, so `true || unknown` is
// true and `false && unknown` false, in either order; all else with an unknown is unknown.

import type { Expression } from '../../model/value.ts';
import type { Ast, Compiling } from './compiling.ts';
import { either, spoken } from './static-type.ts';
import { derived, type Term } from './term.ts';

/** `a && b && …` and `a || b || …`: a chain is one closure, however long. */
export function compileChain(compiling: Compiling, ast: Extract<Ast, { op: '&&' | '||' }>): Term {
  const nodes: Ast[] = [];
  let rest: Ast = ast;
  while (rest.op === ast.op) {
    nodes.push(rest.args[1] as Ast);
    rest = rest.args[0] as Ast;
  }
  nodes.push(rest);
  nodes.reverse();
  const parts = nodes.map((node) => truth(compiling, node, ast.op));
  const decides = ast.op === '||';
  const runs = parts.map((part) => part.run);
  const run = runs.length === 2 ? pair(decides, runs[0]!, runs[1]!) : chain(decides, runs);
  return derived(parts, 'bool', run);
}

/** `!a`. */
export function compileNot(compiling: Compiling, ast: Extract<Ast, { op: '!_' }>): Term {
  const part = truth(compiling, ast.args, '!');
  const { run } = part;
  return derived([part], 'bool', (scope) => {
    const value = run(scope);
    return value === true ? false : value === false ? true : undefined;
  });
}

/** `a ? b : c`. */
export function compileTernary(compiling: Compiling, ast: Extract<Ast, { op: '?:' }>): Term {
  const condition = truth(compiling, ast.args[0], '?:');
  const yes = compiling.compile(ast.args[1]);
  const no = compiling.compile(ast.args[2]);
  const [test, then, otherwise] = [condition.run, yes.run, no.run];
  return derived(
    [condition, yes, no],
    either(yes.type, no.type),
    (scope) => {
      const value = test(scope);
      return value === true ? then(scope) : value === false ? otherwise(scope) : undefined;
    },
    { element: either(yes.element, no.element) },
  );
}

function truth(compiling: Compiling, ast: Ast, operator: string): Term {
  const part = compiling.compile(ast);
  if (part.type === 'bool' || part.type === 'dyn') return part;
  const hint = part.members === null ? '' : `: compare it, as in "== '${part.members[0]}'"`;
  const found = spoken(part.type);
  return compiling.fault(ast, `${operator} takes true or false, this is ${found}${hint}`);
}

function pair(decides: boolean, a: Expression, b: Expression): Expression {
  if (decides) {
    return (scope) => {
      const x = a(scope);
      if (x === true) return true;
      const y = b(scope);
      if (y === true) return true;
      return x === false && y === false ? false : undefined;
    };
  }
  return (scope) => {
    const x = a(scope);
    if (x === false) return false;
    const y = b(scope);
    if (y === false) return false;
    return x === true && y === true ? true : undefined;
  };
}

function chain(decides: boolean, parts: readonly Expression[]): Expression {
  return (scope) => {
    let known = true;
    for (let i = 0; i < parts.length; i++) {
      const value = parts[i]!(scope);
      if (value === decides) return decides;
      if (value !== !decides) known = false;
    }
    return known ? !decides : undefined;
  };
}
