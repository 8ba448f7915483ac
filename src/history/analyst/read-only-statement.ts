// Whether a statement may run on the analyst endpoint. The engine's own `readonly = 1` refuses
// writes, DDL, settings and table functions that reach outside, but (engine 26.7, found by trying)
// lets through: several statements at once, `INTO OUTFILE`, the function `file` that reads any file,
// `DESCRIBE TABLE file(…)`, `KILL QUERY`, `USE`, `CHECK TABLE`. So statements are read token by token
// first.

import { SqlError } from './sql-error.ts';
import { type Token, tokensOf } from './statement-tokens.ts';

/** Why a statement may not run; null = it may. */
export function refusalOf(sql: string, outside: ReadonlySet<string>): SqlError | null {
  const tokens = tokensOf(sql);
  if (tokens instanceof SqlError) return tokens;
  const [first] = tokens;
  if (first === undefined || first.text === ';') return misspelled('Empty query');
  const word = first.text.toLowerCase();
  if (!(word === '(' || BEGINNINGS.has(word))) {
    return WRITING.has(word)
      ? forbidden('Only SELECT, FROM, WITH, SHOW, DESCRIBE, EXISTS and EXPLAIN run here')
      : misspelled(`Syntax error: no statement begins with ${first.text.slice(0, 100)}`);
  }
  const why = forbiddenPart(tokens, outside);
  return why === null ? null : forbidden(why);
}

function forbidden(text: string): SqlError {
  return new SqlError(164, text, 403);
}

function misspelled(text: string): SqlError {
  return new SqlError(62, text, 400);
}

function forbiddenPart(tokens: readonly Token[], outside: ReadonlySet<string>): string | null {
  for (let i = 0; i < tokens.length; i++) {
    const { text, kind } = tokens[i]!;
    if (text === ';' && kind === 'sign' && tokens.slice(i).some((t) => t.text !== ';')) {
      return 'Multi-statements are not allowed';
    }
    if (kind === 'sign') continue;
    const next = tokens[i + 1]?.text.toLowerCase();
    if (text.toLowerCase() === 'into' && next === 'outfile') return 'INTO OUTFILE is not allowed';
    if (!isMember(tokens, i) && FILE_FUNCTIONS.has(text.toLowerCase()))
      return `${text} is not allowed`;
    if (next === '(' && outside.has(text.toLowerCase())) return `${text}() is not allowed`;
  }
  return null;
}

/** Whether a word is a part of what stands before its point, which is no number: `properties.file`. */
function isMember(tokens: readonly Token[], at: number): boolean {
  const [of, point] = [tokens[at - 2], tokens[at - 1]];
  return point?.kind === 'sign' && point.text === '.' && of !== undefined && !/^\d/.test(of.text);
}

const BEGINNINGS: ReadonlySet<string> = new Set(
  'select from with show describe desc exists explain'.split(' '),
);

/** Other statements that there are; whatever begins with none of these words is a slip. */
const WRITING: ReadonlySet<string> = new Set(
  (
    'alter attach backup begin call check clone commit copy create delete detach drop exchange ' +
    'execute grant insert kill move optimize parallel rename replace restore revoke rollback ' +
    'set snapshot start stop system truncate undrop unfreeze update upsert use watch'
  ).split(' '),
);

/** Functions that read files; refused even without parentheses (`arrayMap(file, …)`). */
const FILE_FUNCTIONS = new Set(['file', 'catboostevaluate']);
