// From a condition or a formula to a second closure that says until when what it yields is certain if
// nothing happens but time. The idea: pieces are steady (they stay what they are until a certain
// instant) or move like the clock (`now`, `since(x)`), in which case a comparison says when two of them
// meet. Made when it is first asked for: most conditions never are. Values come from the ordinary
// compiler, node by node, so that both mean the same. Rejected: a horizon beside each term of the
// ordinary compiler, which every condition of every catalog would pay for.

import type { Condition, Course, Expression, Outlook } from '../../../model/value.ts';
import { compilingWith } from '../compiler.ts';
import type { Ast } from '../compiling.ts';
import type { ExpressionFault, ExpressionNames } from '../names.ts';
import { parse } from '../parse.ts';
import type { Term } from '../term.ts';
import { arithmeticHorizon } from './arithmetic-horizons.ts';
import { callHorizon } from './call-horizons.ts';
import { equalityHorizon, orderingHorizon } from './comparison-horizons.ts';
import { earliest, FOREVER, type Foreseeing, type Horizon, searched } from './horizon.ts';
import { chainHorizon, ternaryHorizon } from './logic-horizons.ts';
import { readHorizon } from './read-horizons.ts';

/** Gives a condition its `until`. @param names those that it was compiled with */
export function foreseeCondition(run: Condition, source: string, names: ExpressionNames): void {
  if (run.until !== undefined) return;
  const { until } = courseOf(source, names);
  Object.assign(run, { until });
}

/** Gives a formula its `course`. @param names those that it was compiled with */
export function foreseeFormula(run: Expression, source: string, names: ExpressionNames): void {
  if (run.course === undefined) Object.assign(run, { course: courseOf(source, names) });
}

function courseOf(source: string, names: ExpressionNames): Course {
  let horizon: Horizon | null = null;
  const made = () => {
    horizon ??= compileHorizon(source, names);
    return horizon;
  };
  return {
    until: (scope: Outlook) => made().until(scope),
    pace: (scope: Outlook) => made().pace(scope),
  };
}

function compileHorizon(source: string, names: ExpressionNames): Horizon {
  const parsed = parse(source);
  if ('fault' in parsed) throw new Error('an expression that compiled does not parse');
  const faults: ExpressionFault[] = [];
  const compiling = compilingWith(names, faults);
  const compile = compiling.compile.bind(compiling);
  const terms = new Map<Ast, Term>();
  // Each node once, though it is asked for by all that it is a part of.
  compiling.compile = (ast) => {
    let term = terms.get(ast);
    if (term === undefined) {
      term = compile(ast);
      // What is no value by itself (`segment`) is noted as a fault, which would end the rest.
      faults.length = 0;
      terms.set(ast, term);
    }
    return term;
  };
  const foreseeing: Foreseeing = {
    compiling,
    value: (ast) => compiling.compile(ast),
    horizon: (ast) => horizonOf(foreseeing, ast),
  };
  return foreseeing.horizon(parsed.ast);
}

function horizonOf(foreseeing: Foreseeing, ast: Ast): Horizon {
  switch (ast.op) {
    case 'value':
      return FOREVER;
    case 'id':
    case '.':
    case '[]':
      return readHorizon(foreseeing, ast);
    case '&&':
    case '||':
      return chainHorizon(foreseeing, ast);
    case '!_':
    case '-_':
      return earliest([foreseeing.horizon(ast.args)]);
    case '?:':
      return ternaryHorizon(foreseeing, ast);
    default:
      return ofOperands(foreseeing, ast);
  }
}

function ofOperands(foreseeing: Foreseeing, ast: Ast): Horizon {
  const term = foreseeing.value(ast);
  if (term.pure) return FOREVER;
  const horizon = operandsHorizon(foreseeing, ast);
  return term.type === 'bool' ? searched(term.run, horizon) : horizon;
}

function operandsHorizon(foreseeing: Foreseeing, ast: Ast): Horizon {
  const all = (parts: readonly Ast[]) => earliest(parts.map((part) => foreseeing.horizon(part)));
  switch (ast.op) {
    case 'call':
    case 'rcall':
      return callHorizon(foreseeing, ast);
    case '==':
    case '!=':
      return equalityHorizon(foreseeing, ast);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return orderingHorizon(foreseeing, ast);
    case '+':
    case '-':
      return arithmeticHorizon(foreseeing, ast);
    case 'in':
    case '*':
    case '/':
    case '%':
      return all(ast.args);
    case 'list':
      return all(ast.args);
    case 'map':
      return all(ast.args.flat());
    default:
      return FOREVER;
  }
}
