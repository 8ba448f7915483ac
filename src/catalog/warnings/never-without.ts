// Whether an expression can be true where a name is missing, such as `event` where none is at hand: read off
// its syntax. Unknown spreads through comparisons, calls and members; what can do without (`or`, `== null`,
// `? :`, macros) may be true, and nothing is said of it.

import type { Ast } from '../expressions/compiling.ts';
import { selection } from '../expressions/roots.ts';

/** What a syntax node is where something is missing: unknown, not true (unknown or false), or anything. */
type Outcome = 'unknown' | 'not_true' | 'any';

/** @param isMissing whether a node by itself is what is missing */
export function isNeverTrueWithout(ast: Ast, isMissing: (ast: Ast) => boolean): boolean {
  return outcomeOf(ast, isMissing) !== 'any';
}

function outcomeOf(ast: Ast, isMissing: (ast: Ast) => boolean): Outcome {
  const of = (part: Ast) => outcomeOf(part, isMissing);
  if (isMissing(ast)) return 'unknown';
  const selected = selection(ast);
  if (selected !== null) return of(selected.of) === 'unknown' ? 'unknown' : 'any';
  switch (ast.op) {
    case '&&':
      return ast.args.some((part) => of(part) !== 'any') ? 'not_true' : 'any';
    case '||':
      return ast.args.every((part) => of(part) !== 'any') ? 'not_true' : 'any';
    case '==':
    case '!=':
      // Asks whether it is missing.
      if (ast.args.some(isNull)) return ast.op === '!=' ? whereKnown(ast.args, of) : 'any';
      return ast.args.some((part) => of(part) === 'unknown') ? 'unknown' : 'any';
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ast.args.some((part) => of(part) === 'unknown') ? 'unknown' : 'any';
    case 'in':
      return of(ast.args[0]) === 'unknown' ? 'unknown' : 'any';
    case 'call': {
      const [name, [only]] = ast.args;
      if (name !== 'known' || only === undefined) return 'any';
      return of(only) === 'unknown' ? 'not_true' : 'any';
    }
    default:
      return 'any';
  }
}

function isNull(ast: Ast): boolean {
  return ast.op === 'value' && ast.args === null;
}

function whereKnown(parts: readonly Ast[], of: (part: Ast) => Outcome): Outcome {
  return parts.some((part) => of(part) === 'unknown') ? 'not_true' : 'any';
}
