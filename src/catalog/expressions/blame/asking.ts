// Parts of one expression, asked one by one in a scope.

import type { MaybeValue, Scope, Value } from '../../../model/value.ts';
import { compilingWith } from '../compiler.ts';
import type { Ast, Compiling } from '../compiling.ts';
import { STEPS_MAX } from '../macros.ts';
import type { ExpressionFault, ExpressionNames } from '../names.ts';
import type { Term } from '../term.ts';

/** Compiles a node of an expression when it is asked for, and keeps it. */
export class Asking {
  private readonly faults: ExpressionFault[] = [];
  private readonly compiling: Compiling;
  private readonly terms = new Map<Ast, Term>();
  private scope: Scope | null = null;

  /** @param names those that the expression was compiled with: it had no fault with them */
  constructor(names: ExpressionNames) {
    this.compiling = compilingWith(names, this.faults);
  }

  /** Asks in a scope from here on. */
  in(scope: Scope): this {
    this.scope = scope;
    return this;
  }

  /** What a node comes to. */
  value(ast: Ast): MaybeValue {
    this.compiling.steps.left = STEPS_MAX;
    return this.termOf(ast).run(this.scope!);
  }

  /** Whether a node reads something that may be absent. */
  isRead(ast: Ast): boolean {
    return this.termOf(ast).read;
  }

  /** Does something where a macro's variable is known. */
  within(variable: string, list: Ast, act: (set: (value: Value) => void) => void): void {
    const { variables, frame } = this.compiling;
    const { type, element } = this.termOf(list);
    const at = variables.length;
    variables.push({ name: variable, type: type === 'list' ? element : 'dyn', at });
    act((value) => {
      frame[at] = value;
    });
    frame[at] = undefined;
    variables.pop();
  }

  private termOf(ast: Ast): Term {
    let term = this.terms.get(ast);
    if (term === undefined) {
      term = this.compiling.compile(ast);
      // A root by itself (`segment`) is none; what is noted would end the compiling of the rest.
      this.faults.length = 0;
      this.terms.set(ast, term);
    }
    return term;
  }
}
