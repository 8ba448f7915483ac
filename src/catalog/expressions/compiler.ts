// One expression from source to closures. Faults are collected, not thrown: a node that has one is
// replaced by a value of unknown type and the rest is checked on.

import { type Calendar, calendarOf } from '../../model/calendar.ts';
import { compileAccess } from './access.ts';
import { compileArithmetic, compileMinus } from './arithmetic.ts';
import type { Ast, Compiling } from './compiling.ts';
import { compileEquality, compileIn } from './equality.ts';
import { compileCall } from './functions/calls.ts';
import { compileList, compileMap, compileValue } from './literals.ts';
import { compileChain, compileNot, compileTernary } from './logic.ts';
import type { ExpressionFault, ExpressionNames, ExpressionReads } from './names.ts';
import { compileOrdering } from './ordering.ts';
import { parse } from './parse.ts';
import { FAULTY, type Term } from './term.ts';

/** Nesting of operators, calls and parentheses; chains of && or || count once. */
const DEPTH_MAX = 200;
/** Faults noted per expression. */
const FAULTS_MAX = 20;
/** A compiled source, with all its faults. The term is of no use when there are any. */
export interface CompiledSource {
  readonly term: Term;
  readonly ast: Ast | null;
  readonly faults: readonly ExpressionFault[];
  readonly reads: ExpressionReads;
}

/**
 * Compiles a source where `names` are in scope. Never throws.
 * @param faultsMax after so many the rest is left unread: each looks for what was meant among all
 * names, of which there may be thousands.
 */
export function compileSource(
  source: string,
  names: ExpressionNames,
  faultsMax = FAULTS_MAX,
): CompiledSource {
  const faults: ExpressionFault[] = [];
  const compiling = compilingWith(names, faults, faultsMax);
  const { reads } = compiling;
  const parsed = parse(source);
  let term = FAULTY;
  if ('fault' in parsed) faults.push(parsed.fault);
  else term = compiling.compile(parsed.ast);
  return {
    term,
    ast: 'ast' in parsed ? parsed.ast : null,
    faults: faults.sort((a, b) => a.offset - b.offset),
    reads: {
      ...reads,
      featureSlots: ascending(reads.featureSlots),
      segmentIndexes: ascending(reads.segmentIndexes),
    },
  };
}

/** What one expression is compiled with. @param faults where they are noted */
export function compilingWith(
  names: ExpressionNames,
  faults: ExpressionFault[],
  faultsMax = FAULTS_MAX,
): Compiling {
  let depth = 0;
  const compiling: Compiling = {
    names,
    calendar: calendarIn(names.timezone),
    reads: {
      featureSlots: new Set<number>(),
      segmentIndexes: new Set<number>(),
      traits: false,
      consent: false,
      event: false,
      before: false,
      now: false,
      trigger: false,
    },
    variables: [],
    frame: [],
    steps: { left: 0 },
    compile(ast) {
      if (faults.length >= faultsMax) return FAULTY;
      if (depth >= DEPTH_MAX) return compiling.fault(ast, 'This is nested too deeply');
      depth++;
      const compiled = compileNode(compiling, ast);
      depth--;
      return compiled;
    },
    fault({ start, end }, message, suggestion = null) {
      const known = faults.some((fault) => fault.offset === start && fault.message === message);
      if (!known && faults.length < faultsMax) {
        faults.push({ offset: start, length: end - start, message, suggestion });
      }
      return FAULTY;
    },
  };
  return compiling;
}

function compileNode(compiling: Compiling, ast: Ast): Term {
  switch (ast.op) {
    case 'value':
      return compileValue(compiling, ast);
    case 'id':
    case '.':
    case '[]':
      return compileAccess(compiling, ast);
    case 'call':
    case 'rcall':
      return compileCall(compiling, ast);
    case '&&':
    case '||':
      return compileChain(compiling, ast);
    case '!_':
      return compileNot(compiling, ast);
    case '?:':
      return compileTernary(compiling, ast);
    case '==':
    case '!=':
      return compileEquality(compiling, ast);
    case 'in':
      return compileIn(compiling, ast);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compileOrdering(compiling, ast);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return compileArithmetic(compiling, ast);
    case '-_':
      return compileMinus(compiling, ast);
    case 'list':
      return compileList(compiling, ast);
    case 'map':
      return compileMap(compiling, ast);
    default:
      return compiling.fault(ast, 'Optional access (.? and [?]) is not part of this language');
  }
}

/** UTC stands in for a zone that does not exist: the catalog refuses that by itself. */
function calendarIn(timezone: string): Calendar {
  try {
    return calendarOf(timezone);
  } catch {
    return calendarOf('UTC');
  }
}

function ascending(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}
