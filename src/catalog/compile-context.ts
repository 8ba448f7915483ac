// What compiling a definition needs beside the definition: the names in scope, the zone, and a
// place for faults. Expressions are compiled through it, so that their faults find their lines.

import type { JsonObject } from '../model/json.ts';
import type { Condition, Expression, TreatmentRenderer } from '../model/value.ts';
import type {
  Declared,
  DeclaredFeature,
  DeclaredSegment,
  OfferData,
  PlacementData,
} from './declarations.ts';
import {
  type Ast,
  type CompiledCondition,
  type Compiled as CompiledExpression,
  compileCondition,
  compileExpression,
  compileTemplate,
  type ExpressionFault,
  type ExpressionNames,
  type ExpressionReads,
  foreseeCondition,
  foreseeFormula,
} from './expressions/compile.ts';
import { type FaultList, quote } from './fault.ts';
import { type Located, offsetIn } from './located.ts';
import { OriginsByNames } from './origins-by-names.ts';
import { OF_STATE, type Reach } from './reach.ts';
import { listNames, suggest } from './suggest.ts';

/** A compiled condition or expression with what it reads. */
export interface Compiled<T> {
  readonly run: T;
  readonly reads: ExpressionReads;
  readonly type: string;
}

/** An expression where it stands, and what it reads: what warnings are made from. */
export interface Note {
  readonly node: Located;
  /** Where in the node's text the expression starts. */
  readonly offset: number;
  readonly ast: Ast;
  readonly reads: ExpressionReads;
  /** A condition that holds for nobody. */
  readonly never: boolean;
}

export interface ContextParts {
  readonly faults: FaultList;
  /** Where expressions are noted; null where nobody asks for warnings. */
  readonly notes: Note[] | null;
  readonly timezone: string;
  readonly consent: ReadonlyMap<string, boolean>;
  readonly features: ReadonlyMap<string, DeclaredFeature>;
  readonly segments: ReadonlyMap<string, DeclaredSegment>;
  readonly offers: ReadonlyMap<string, Declared<OfferData>>;
  readonly placements: ReadonlyMap<string, Declared<PlacementData>>;
  /** Names. */
  readonly triggers: ReadonlySet<string>;
  /** Names. */
  readonly recommenders: ReadonlySet<string>;
}

/** What was compiled for a reach, by its source. */
type BySource<T> = Map<Reach, Map<string, T>>;

/** A map by names, or a set of names. */
type Named = ReadonlyMap<string, unknown> | ReadonlySet<string>;

export class CompileContext {
  readonly faults: FaultList;
  readonly timezone: string;
  readonly origins = new OriginsByNames();
  /** Names of offers by `#tag`: one index for all triggers, which may be thousands. */
  readonly offersByTag: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly namesByReach = new Map<Reach, ExpressionNames>();
  private readonly conditions: BySource<CompiledCondition> = new Map();
  private readonly expressions: BySource<CompiledExpression> = new Map();

  constructor(readonly declared: ContextParts) {
    this.faults = declared.faults;
    this.timezone = declared.timezone;
    this.offersByTag = offersByTag(declared.offers.values());
  }

  /** null for an absent node and after a fault. */
  condition(node: Located | undefined, reach: Reach): Compiled<Condition> | null {
    if (node === undefined || this.faults.full) return null;
    const compiled = this.once(this.conditions, sourceOf(node), reach, compileCondition);
    if (compiled.ok) {
      const { run, reads, ast, never } = compiled;
      this.origins.of(this.names(reach)).ofCondition(run, sourceOf(node));
      if (reach === OF_STATE) foreseeCondition(run, sourceOf(node), this.names(reach));
      this.declared.notes?.push({ node, offset: 0, ast, reads, never });
      return { run, reads, type: 'bool' };
    }
    this.report(node, compiled.faults, 'true, false or a condition');
    return null;
  }

  /**
   * null for an absent node and after a fault.
   * @param expected what is told where a single word stands that nothing has
   */
  expression(
    node: Located | undefined,
    reach: Reach,
    expected: string | null = null,
  ): Compiled<Expression> | null {
    if (node === undefined || this.faults.full) return null;
    const compiled = this.once(this.expressions, sourceOf(node), reach, compileExpression);
    if (compiled.ok) {
      const { run, reads, ast, type } = compiled;
      this.origins.of(this.names(reach)).ofExpression(run, sourceOf(node));
      if (reach === OF_STATE) foreseeFormula(run, sourceOf(node), this.names(reach));
      this.declared.notes?.push({ node, offset: 0, ast, reads, never: false });
      return { run, reads, type };
    }
    this.report(node, compiled.faults, expected);
    return null;
  }

  /** An expression that may be a number; null for an absent node and after a fault. */
  number(node: Located | undefined, reach: Reach): Compiled<Expression> | null {
    const compiled = this.expression(node, reach, 'a number or an expression');
    if (compiled !== null && NO_NUMBERS.has(compiled.type)) {
      this.faults.at(node!, `is a ${compiled.type}, expected a number`, {
        found: compiled.type,
        expected: 'a number',
      });
    }
    return compiled;
  }

  /** Compiles without reporting, to see what is read; null when it does not compile. */
  probe(node: Located, reach: Reach): Compiled<Expression> | null {
    const compiled = compileExpression(sourceOf(node), this.names(reach), 1);
    return compiled.ok ? compiled : null;
  }

  /** null after a fault. @param html the key whose text is HTML */
  template(node: Located, reach: Reach, html: string | null = null): TreatmentRenderer | null {
    if (this.faults.full) return null;
    const compiled = compileTemplate(node.value as JsonObject, this.names(reach), html);
    if (compiled.ok) {
      for (const { path, ...expression } of compiled.expressions) {
        this.declared.notes?.push({ node: nodeAt(node, path), ...expression, never: false });
      }
      return compiled.render;
    }
    for (const fault of compiled.faults) this.report(nodeAt(node, fault.path), [fault]);
    return null;
  }

  /** Whether something is defined; a fault at the node when not. */
  known(name: string, among: Named, what: string, node: Located): boolean {
    if (among.has(name)) return true;
    // What was meant is looked for among all names: not for faults that nobody will read.
    if (this.faults.full) return false;
    const names = [...among.keys()];
    const expected = names.length === 0 ? null : `one of ${listNames(names)}`;
    const others = expected === null ? ': none are defined' : `, expected ${expected}`;
    this.faults.at(node, `there is no ${what} ${quote(name)}${others}`, {
      found: name,
      expected,
      suggestion: suggest(name, names),
    });
    return false;
  }

  /**
   * Compiled at its first place, and the same at others: of a campaign's thousand offers most have the
   * same conditions, and what is the same function is asked once for all of them (shared-tests.ts).
   * Not where a formula's type may still be found out.
   */
  private once<T>(
    known: BySource<T>,
    source: string,
    reach: Reach,
    compile: (source: string, names: ExpressionNames) => T,
  ): T {
    if (reach === OF_STATE) return compile(source, this.names(reach));
    let bySource = known.get(reach);
    if (bySource === undefined) {
      bySource = new Map();
      known.set(reach, bySource);
    }
    let compiled = bySource.get(source);
    if (compiled === undefined) {
      compiled = compile(source, this.names(reach));
      bySource.set(source, compiled);
    }
    return compiled;
  }

  private names(reach: Reach): ExpressionNames {
    let names = this.namesByReach.get(reach);
    if (names === undefined) {
      names = this.makeNames(reach);
      this.namesByReach.set(reach, names);
    }
    return names;
  }

  private makeNames(reach: Reach): ExpressionNames {
    const { features, segments, consent, placements } =
      reach.message === 'answered' ? NOTHING_DECLARED : this.declared;
    return {
      features,
      segments: new Map(
        [...segments].map(([name, segment]) => [
          name,
          {
            index: segment.index,
            members: segment.members === null ? null : [...segment.members.keys()],
          },
        ]),
      ),
      purposes: new Set(consent.keys()),
      placements: new Set(placements.keys()),
      triggers: this.declared.triggers,
      ...reach,
      timezone: this.timezone,
    };
  }

  private report(
    node: Located,
    faults: readonly ExpressionFault[],
    expected: string | null = null,
  ): void {
    const source = sourceOf(node);
    // Of a longer one, its author knows what an expression is.
    const wanted = /^\s*[A-Za-z_]\w*\s*$/.test(source) ? expected : null;
    for (const { message, suggestion, offset, length } of faults) {
      const found = source.slice(offset, offset + Math.max(length, 0));
      const unknown = wanted !== null && message.startsWith('There is no feature or name');
      this.faults.at(node, unknown ? `${message}, expected ${wanted}` : message, {
        found: found === '' ? null : found,
        expected: unknown ? wanted : null,
        suggestion,
        offset: offsetIn(node, offset),
      });
    }
  }
}

const NOTHING_DECLARED: Pick<ContextParts, 'features' | 'segments' | 'consent' | 'placements'> = {
  ...{ features: new Map(), segments: new Map(), consent: new Map(), placements: new Map() },
};

/** Static types that can never be a number. */
const NO_NUMBERS: ReadonlySet<string> = new Set([
  ...['bool', 'string', 'list', 'map', 'time', 'duration'],
]);

function offersByTag(offers: Iterable<Declared<OfferData>>): Map<string, Set<string>> {
  const marked = new Map<string, Set<string>>();
  for (const { name, data } of offers) {
    for (const tag of data?.tags ?? []) {
      const names = marked.get(`#${tag}`);
      if (names === undefined) marked.set(`#${tag}`, new Set([name]));
      else names.add(name);
    }
  }
  return marked;
}

/** The text of an expression; YAML numbers and true/false are expressions too. */
export function sourceOf(node: Located): string {
  const { value } = node;
  // An object without a usable `toString` would throw.
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function nodeAt(node: Located, path: unknown): Located {
  const steps = Array.isArray(path) ? path : String(path).split(/[.[\]]+/);
  let found = node;
  for (const step of steps) {
    found = found.entries?.get(String(step)) ?? found.items?.[Number(step)] ?? found;
  }
  return found;
}
