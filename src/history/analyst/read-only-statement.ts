// Whether a statement may run on the analyst endpoint. The engine's own `readonly = 1` refuses
// writes, DDL, settings and table functions that reach outside, but (engine 26.7, found by trying)
// lets through: several statements at once, `INTO OUTFILE`, the function `file` that reads any file,
// `DESCRIBE TABLE file(…)`, `KILL QUERY`, `USE`, `CHECK TABLE`. So statements are read token by token
// first. Whatever a lexer could see differently from ClickHouse's (nested comments, heredocs, curly
// quotes, `#`) is refused outright: being stricter than the engine is the point.

import { SqlError } from './sql-error.ts';

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
    const qualified = tokens[i - 1]?.text === '.';
    if (!qualified && FILE_FUNCTIONS.has(text.toLowerCase())) return `${text} is not allowed`;
    if (next === '(' && outside.has(text.toLowerCase())) return `${text}() is not allowed`;
  }
  return null;
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

interface Token {
  readonly kind: 'word' | 'sign';
  readonly text: string;
}

/** Words (quoted or not) and single signs, without literals and comments; or a refusal. */
function tokensOf(sql: string): Token[] | SqlError {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    const char = sql[at]!;
    const two = sql.slice(at, at + 2);
    if (/\s/.test(char)) at++;
    else if (two === '--') at = endOfLine(sql, at);
    else if (two === '/*') {
      const end = sql.indexOf('*/', at + 2);
      if (end < 0) return misspelled('Syntax error: a comment does not end');
      if (sql.slice(at + 2, end).includes('/*'))
        return forbidden('Nested comments are not allowed');
      at = end + 2;
    } else if (char === "'" || char === '"' || char === '`') {
      const end = endOfQuoted(sql, at);
      if (end === null) return misspelled('Syntax error: a quote does not end');
      // A literal breaks `name (`, so it leaves a token of its own.
      if (char === "'") tokens.push({ kind: 'sign', text: "'" });
      else tokens.push({ kind: 'word', text: unescaped(sql.slice(at + 1, end - 1)) });
      at = end;
    } else if (STRANGE.test(char)) {
      return forbidden(`The character ${JSON.stringify(char)} is not allowed outside quotes`);
    } else {
      const word = /^[\p{L}\p{N}_]+/u.exec(sql.slice(at, at + 300))?.[0];
      tokens.push(word === undefined ? { kind: 'sign', text: char } : { kind: 'word', text: word });
      at += word === undefined ? 1 : word.length;
    }
  }
  return tokens;
}

/** Heredocs, other quotes, `#` comments, and what is invisible. */
const STRANGE = /[$#\p{Cc}\p{Cf}\u2018-\u201f\u2028\u2029]/u;

function endOfLine(sql: string, at: number): number {
  const end = sql.indexOf('\n', at);
  return end < 0 ? sql.length : end + 1;
}

/** Past the closing quote; quotes are escaped by a backslash or by doubling. */
function endOfQuoted(sql: string, start: number): number | null {
  const quote = sql[start];
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === '\\') at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return null;
}

/** Escapes in a quoted name could spell a refused one: whatever follows a backslash is dropped. */
function unescaped(name: string): string {
  return name.includes('\\') ? 'file' : name;
}
