import type { ASTNode } from '@marcbachmann/cel-js';
import type { Calendar } from '../../model/calendar.ts';
import type { MaybeValue } from '../../model/value.ts';
import type { ExpressionNames } from './names.ts';
import type { StaticType } from './static-type.ts';
import type { Term } from './term.ts';

/** A node of the parsed expression. */
export type Ast = ASTNode;

/** A call: a function's, or a method's with the receiver first. */
export type CallAst = Extract<Ast, { op: 'call' | 'rcall' }>;

/** A variable of a macro, `x` in `list.exists(x, …)`. */
export interface Variable {
  readonly name: string;
  readonly type: StaticType;
  /** Where its value stands in `frame` while the macro runs. */
  readonly at: number;
}

/** Notes of what the expression reads, filled while it is compiled. */
export interface ReadNotes {
  readonly featureSlots: Set<number>;
  readonly segmentIndexes: Set<number>;
  traits: boolean;
  consent: boolean;
  event: boolean;
  before: boolean;
  now: boolean;
  trigger: boolean;
}

/** What the parts of the compiler share while one expression is compiled. */
export interface Compiling {
  readonly names: ExpressionNames;
  readonly calendar: Calendar;
  readonly reads: ReadNotes;
  /** Macro variables in scope, innermost last. */
  readonly variables: Variable[];
  /** Their values. One frame per expression is enough: evaluation is synchronous. */
  readonly frame: MaybeValue[];
  /** What is left of the steps that macros may take together. */
  readonly steps: { left: number };
  compile(ast: Ast): Term;
  /** Notes a fault at the node and returns what stands for it. */
  fault(at: { start: number; end: number }, message: string, suggestion?: string | null): Term;
}
