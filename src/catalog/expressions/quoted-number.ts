// `spend >= '1000'`: to an author a number, to an expression a text.

import type { Ast, Compiling } from './compiling.ts';
import type { Term } from './term.ts';

/** A fault at the number in quotes that a number is compared with; null where there is none. */
export function quotedNumber(
  compiling: Compiling,
  [leftAst, rightAst]: readonly [Ast, Ast],
  left: Term,
  right: Term,
): Term | null {
  const [at, other] = left.type === 'string' ? [leftAst, right] : [rightAst, left];
  if (other.type !== 'number' || at.op !== 'value' || typeof at.args !== 'string') return null;
  if (!/^\d+(?:\.\d+)?$/.test(at.args)) return null;
  const message = `'${at.args}' in quotes is a text, and is compared with a number`;
  return compiling.fault(at, message, at.args);
}
