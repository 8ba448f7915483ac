// The door of this folder: expressions, conditions and (template.ts) treatments.

import type { Condition, Expression, MaybeValue } from '../../model/value.ts';
import { compileSource } from './compiler.ts';
import type { Ast } from './compiling.ts';
import type { ExpressionFault, ExpressionNames, ExpressionReads } from './names.ts';
import { type StaticType, spoken } from './static-type.ts';

export { Origins } from './blame/origins.ts';
export type { Ast } from './compiling.ts';
export { foreseeCondition, foreseeFormula } from './horizons/compile-horizon.ts';
export type {
  ExpressionFault,
  ExpressionNames,
  ExpressionReads,
  FeatureName,
  SegmentName,
} from './names.ts';
export { compileTemplate } from './template.ts';

/** A compiled expression, or all that is wrong with it. */
export type Compiled =
  | {
      readonly ok: true;
      readonly run: Expression;
      /** What it yields, `dyn` where that is not known before it runs. */
      readonly type: StaticType;
      /** Its value where that is the same for everybody; else undefined. */
      readonly constant: MaybeValue;
      readonly reads: ExpressionReads;
      readonly ast: Ast;
    }
  | { readonly ok: false; readonly faults: readonly ExpressionFault[] };

/** A compiled condition, or all that is wrong with it. */
export type CompiledCondition =
  | {
      readonly ok: true;
      readonly run: Condition;
      readonly reads: ExpressionReads;
      readonly ast: Ast;
      /** Whether it holds for nobody, whatever is known. */
      readonly never: boolean;
    }
  | { readonly ok: false; readonly faults: readonly ExpressionFault[] };

/**
 * Compiles an expression where `names` are in scope. Never throws, and neither does what it
 * returns: at run time every failure is unknown.
 */
export function compileExpression(
  source: string,
  names: ExpressionNames,
  faultsMax?: number,
): Compiled {
  const { term, faults, reads, ast } = compileSource(source, names, faultsMax);
  if (faults.length > 0 || ast === null) return { ok: false, faults };
  return { ok: true, run: term.run, type: term.type, constant: term.value, reads, ast };
}

/** Compiles an expression that must be true or false, where its type is known. */
export function compileCondition(source: string, names: ExpressionNames): CompiledCondition {
  const { term, faults, reads, ast } = compileSource(source, names);
  if (faults.length > 0 || ast === null) return { ok: false, faults };
  if (term.type !== 'bool' && term.type !== 'dyn') {
    const message = `A condition must be true or false, this is ${spoken(term.type)}`;
    const group = term.members === null ? '' : `: compare it, as in "== '${term.members[0]}'"`;
    return {
      ok: false,
      faults: [{ offset: 0, length: source.length, message: message + group, suggestion: null }],
    };
  }
  const { run } = term;
  return {
    ok: true,
    run: (scope) => {
      const value = run(scope);
      return typeof value === 'boolean' ? value : undefined;
    },
    reads,
    ast,
    never: term.pure && term.value !== true,
  };
}
