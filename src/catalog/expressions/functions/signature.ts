import type { Ast, CallAst, Compiling } from '../compiling.ts';
import { mayBe, type StaticType, spoken } from '../static-type.ts';
import { FAULTY, type Term } from '../term.ts';

/** What a function or a method is made of. */
export interface Signature {
  /** Arguments, of a method without the receiver. */
  readonly least: number;
  readonly most: number;
  /** As messages show it. */
  readonly usage: string;
  /** `args` of a method start with the receiver. */
  compile(compiling: Compiling, args: readonly Ast[], ast: CallAst): Term;
}

/** Compiles an argument that must be of a type; null after a fault. */
export function argument(
  compiling: Compiling,
  ast: Ast,
  type: StaticType,
  taker: string,
): Term | null {
  const part = compiling.compile(ast);
  if (part === FAULTY) return null;
  if (mayBe(part.type, type)) return part;
  const message = `${taker} takes ${spoken(type)}, this is ${spoken(part.type)}`;
  compiling.fault(ast, message);
  return null;
}
