// Where conditions and expressions of a catalog come from, so that each can say why it did not hold.
// A closure keeps its source alone; what is needed to ask its parts is made when somebody asks, and
// kept for the next time, of so many sources.

import type { Blame, Condition, Expression, Origin, Scope } from '../../../model/value.ts';
import type { Ast } from '../compiling.ts';
import type { ExpressionNames } from '../names.ts';
import { parse } from '../parse.ts';
import { Asking } from './asking.ts';
import { findCulprit } from './find-culprit.ts';
import { missingNames, missingOfPart } from './missing-names.ts';
import { type Part, type Piece, partsOf, Truths } from './parts.ts';
import { type Brackets, bracketsOf, wholeClause } from './whole-clause.ts';

/** Sources whose parts are kept, some KB each; all are forgotten at the limit. */
const KEPT_MAX = 512;

/** A source that somebody asked about. */
interface TakenApart {
  readonly root: Part;
  readonly brackets: Brackets;
  readonly asking: Asking;
}

/** The origins of what is compiled with the same names. */
export class Origins {
  private readonly kept = new Map<string, TakenApart>();

  constructor(readonly names: ExpressionNames) {}

  /** Notes the source of a condition that was compiled with these names. */
  ofCondition(run: Condition, source: string): void {
    if (run.origin === undefined) Object.assign(run, { origin: new ConditionOrigin(source, this) });
  }

  /** Notes the source of an expression that was compiled with these names. */
  ofExpression(run: Expression, source: string): void {
    if (run.origin === undefined)
      Object.assign(run, { origin: new ExpressionOrigin(source, this) });
  }

  /** Why a condition is not true in a scope. */
  blameCondition(source: string, scope: Scope): Blame {
    const { root, brackets, asking } = this.takenApart(source);
    asking.in(scope);
    const truths = new Truths((ast) => {
      const value = asking.value(ast);
      return typeof value === 'boolean' ? value : undefined;
    });
    const culprit = findCulprit(root, truths);
    if (culprit === null) return NOTHING;
    const { start, end } = rangeOf(culprit);
    const names = namesIn(source, brackets);
    missingOfPart(root, truths, true, asking, names.note);
    const isWhole = culprit.part === root && culprit.from === 0 && end === root.ast.end;
    const clause = isWhole ? source.trim() : wholeClause(source, brackets, start, end);
    return { clause, unknown: names.found };
  }

  /** Why an expression has no value in a scope. */
  blameExpression(source: string, scope: Scope): Blame {
    const { root, brackets, asking } = this.takenApart(source);
    const names = namesIn(source, brackets);
    missingNames(root.ast, asking.in(scope), names.note);
    return { clause: source.trim(), unknown: names.found };
  }

  private takenApart(source: string): TakenApart {
    const known = this.kept.get(source);
    if (known !== undefined) return known;
    const parsed = parse(source);
    if ('fault' in parsed) throw new Error('an expression that compiled does not parse');
    const made = {
      root: partsOf(parsed.ast),
      brackets: bracketsOf(source),
      asking: new Asking(this.names),
    };
    if (this.kept.size >= KEPT_MAX) this.kept.clear();
    this.kept.set(source, made);
    return made;
  }
}

class ConditionOrigin implements Origin {
  constructor(
    readonly source: string,
    private readonly origins: Origins,
  ) {}

  blame(scope: Scope): Blame {
    return this.origins.blameCondition(this.source, scope);
  }
}

class ExpressionOrigin implements Origin {
  constructor(
    readonly source: string,
    private readonly origins: Origins,
  ) {}

  blame(scope: Scope): Blame {
    return this.origins.blameExpression(this.source, scope);
  }
}

const NOTHING: Blame = { clause: null, unknown: [] };

function rangeOf({ part, from, to }: Piece): { readonly start: number; readonly end: number } {
  if (part.kind !== 'all' && part.kind !== 'any') return part.ast;
  return { start: part.parts[from]!.ast.start, end: part.parts[to]!.ast.end };
}

function namesIn(source: string, brackets: Brackets) {
  const found: string[] = [];
  const note = ({ start, end }: Ast) => {
    const name = wholeClause(source, brackets, start, end);
    if (!found.includes(name)) found.push(name);
  };
  return { found, note };
}
