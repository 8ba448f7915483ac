// `list.exists(x, condition)` and its kin: as long as the list is the same, and all that the condition
// reads beside its variable. What it makes of the variable and the clock has no rule.

import { restlessUntil } from '../../../model/look-ahead.ts';
import type { Ast } from '../compiling.ts';
import { childrenOf } from '../mentions.ts';
import { selection } from '../roots.ts';
import { earliest, type Foreseeing, type Horizon, steady } from './horizon.ts';

/** Functions that read the clock by themselves. */
const CLOCKS: ReadonlySet<string> = new Set(['since', 'until', 'age']);

const RESTLESS: Horizon = steady(restlessUntil);

/** Of a macro's value. @param args its variable, then what is made of it */
export function macroHorizon(foreseeing: Foreseeing, receiver: Ast, args: readonly Ast[]): Horizon {
  const parts = [foreseeing.horizon(receiver)];
  const [variable, ...bodies] = args;
  for (const body of bodies) collect(foreseeing, body, new Set([String(variable!.args)]), parts);
  return earliest(parts);
}

/** The horizons of all that is read in a body. */
function collect(
  foreseeing: Foreseeing,
  ast: Ast,
  variables: ReadonlySet<string>,
  into: Horizon[],
): void {
  if (ast.op === 'id') {
    if (!variables.has(ast.args)) into.push(foreseeing.horizon(ast));
    return;
  }
  const of = selection(ast)?.of;
  if (of?.op === 'id' && of.args === 'segment' && !variables.has('segment')) {
    into.push(foreseeing.horizon(ast));
    return;
  }
  if (ast.op === 'call') {
    if (ast.args[0] === 'in_holdout') return;
    if (CLOCKS.has(ast.args[0])) into.push(RESTLESS);
  }
  for (const child of childrenOf(ast.args))
    collect(foreseeing, child, withOwn(ast, variables), into);
}

/** The variables within a node: a macro in a macro has one of its own. */
function withOwn(ast: Ast, variables: ReadonlySet<string>): ReadonlySet<string> {
  const own = ast.op === 'rcall' ? ast.args[2][0] : undefined;
  return own?.op === 'id' ? new Set([...variables, own.args]) : variables;
}
