// Source to syntax tree, by the CEL parser. Its evaluator and type checker are not used: ours know
// the catalog's names, count integers as doubles, and collect every fault instead of the first.

import { Environment } from '@marcbachmann/cel-js';
import type { Ast } from './compiling.ts';
import { meantThere } from './habits.ts';
import type { ExpressionFault } from './names.ts';

/** Longest source, UTF-16 units. */
export const SOURCE_MAX = 4096;

/** What the parser takes of one expression. */
export const LIMITS = {
  maxAstNodes: 2000,
  maxDepth: 100,
  maxListElements: 1000,
  maxMapEntries: 200,
  maxCallArguments: 16,
} as const;

const SIGNS: Readonly<Record<string, string>> = {
  EOF: 'the end',
  NUMBER: 'a number',
  STRING: 'text',
  BOOLEAN: 'true or false',
  IDENTIFIER: 'a name',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
  DOT: '"."',
  COMMA: '","',
  COLON: '":"',
  QUESTION: '"?"',
  PLUS: '"+"',
  MINUS: '"-"',
  MULTIPLY: '"*"',
  DIVIDE: '"/"',
  MODULO: '"%"',
  EQ: '"=="',
  NE: '"!="',
  LT: '"<"',
  LE: '"<="',
  GT: '">"',
  GE: '">="',
  AND: '"&&"',
  OR: '"||"',
  NOT: '"!"',
  IN: '"in"',
  NULL: 'null',
  BYTES: 'bytes',
};

let environment: Environment | null = null;

/** The syntax tree, or the first fault of the syntax. */
export function parse(source: string): { readonly ast: Ast } | { readonly fault: ExpressionFault } {
  if (source.length > SOURCE_MAX) {
    const message = `An expression may have ${SOURCE_MAX} characters, this has ${source.length}`;
    return { fault: { offset: 0, length: source.length, message, suggestion: null } };
  }
  if (source.trim() === '') {
    return {
      fault: { offset: 0, length: 0, message: 'An expression is missing', suggestion: null },
    };
  }
  environment ??= new Environment({ limits: LIMITS });
  try {
    return { ast: environment.parse(source).ast };
  } catch (error) {
    return { fault: syntaxFault(source, error) };
  }
}

/** Signs that word processors put in the place of plain ones. */
const TYPOGRAPHY: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '−': '-',
  '≥': '>=',
  '≤': '<=',
  '≠': '!=',
};

/** The two signs the wrong way round. */
const TURNED: Readonly<Record<string, string>> = { '=>': '>=', '=<': '<=', '=!': '!=' };

const INVISIBLE = /[^\S \t\r\n]|[\u200b-\u200f\u2060\ufeff]/;

function syntaxFault(source: string, error: unknown): ExpressionFault {
  const { summary, range } = error as {
    summary?: string;
    range?: { start: number; end: number };
  };
  const offset = Math.min(range?.start ?? 0, source.length);
  const length = Math.max(0, Math.min(range?.end ?? source.length, source.length) - offset);
  if (summary?.startsWith('Exceeded ')) {
    const message = 'This expression is too large or nested too deeply';
    return { offset, length, message, suggestion: null };
  }
  const meant = /^(?:Unexpected|Expected a name|Expected IDENT)/.test(summary ?? '')
    ? meantThere(source, offset)
    : null;
  if (meant !== null) return meant;
  const message = (summary ?? 'This is no expression').replace(
    /\b[A-Z]{2,}\b/g,
    (name) => SIGNS[name] ?? name,
  );
  const sign = source[offset] ?? '';
  if (INVISIBLE.test(sign)) {
    const plain = 'There is an invisible sign here that is no plain space';
    return { offset, length, message: plain, suggestion: null };
  }
  const foreign = /^[\p{L}\p{N}_]+/u.exec(source.slice(offset))?.[0];
  if (foreign !== undefined && sign > '\x7f') {
    const others = 'Names have the letters a to z here: write others as a key, in quotes';
    return { offset, length: foreign.length, message: others, suggestion: `['${foreign}']` };
  }
  const turned = TURNED[source.slice(offset, offset + 2)];
  if (turned !== undefined) return { offset, length: 2, message, suggestion: turned };
  const assigned = sign === '=' && source[offset + 1] !== '=';
  return { offset, length, message, suggestion: assigned ? '==' : (TYPOGRAPHY[sign] ?? null) };
}
