// A statement token by token, as ClickHouse's lexer cuts it (engine 26.7, compared by running). A
// difference would hide from the check of read-only statements what the engine runs, so that
// whatever could be seen differently (heredocs, curly quotes, what is invisible) is refused outright.
//
// Comments: `--` and `//` to the end of the line, `#` too where a space or `!` follows, and `/* */`,
// which nest.

import { SqlError } from './sql-error.ts';

export interface Token {
  /** A literal is a sign: `'`. */
  readonly kind: 'word' | 'sign';
  /** Of a quoted name what is inside. */
  readonly text: string;
}

/** Words (quoted or not) and single signs, without literals and comments; or a refusal. */
export function tokensOf(sql: string): readonly Token[] | SqlError {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    const char = sql[at]!;
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    const past = pastComment(sql, at);
    if (past === null) return misspelled('a comment does not end');
    if (past > at) {
      at = past;
    } else if (char === "'" || char === '"' || char === '`') {
      const end = endOfQuoted(sql, at);
      if (end === null) return misspelled('a quote does not end');
      // A literal breaks `name (`, so it leaves a token of its own.
      if (char === "'") tokens.push({ kind: 'sign', text: "'" });
      else tokens.push({ kind: 'word', text: unescaped(sql.slice(at + 1, end - 1)) });
      at = end;
    } else if (NEVER_BEGINS.test(char)) {
      return misspelled(`failed at position ${at + 1} (${char})`);
    } else if (STRANGE.test(char)) {
      return new SqlError(
        164,
        `The character ${JSON.stringify(char)} is not allowed outside quotes`,
        403,
      );
    } else {
      const word = /^[\p{L}\p{N}_]+/u.exec(sql.slice(at, at + 300))?.[0];
      tokens.push(word === undefined ? { kind: 'sign', text: char } : { kind: 'word', text: word });
      at += word === undefined ? 1 : word.length;
    }
  }
  return tokens;
}

/** No token begins so; embedded, the engine would answer such a statement with nothing, and no error. */
const NEVER_BEGINS = /[#\\&~]/;

/** Heredocs, other quotes, and what is invisible. */
const STRANGE = /[$\p{Cc}\p{Cf}\u2018-\u201f\u2028\u2029]/u;

function misspelled(text: string): SqlError {
  return new SqlError(62, `Syntax error: ${text}`, 400);
}

/** Where the comment that begins here is over: here, where there is none; null = nowhere. */
function pastComment(sql: string, at: number): number | null {
  const two = sql.slice(at, at + 2);
  if (two === '--' || two === '//' || two === '# ' || two === '#!') {
    const end = sql.indexOf('\n', at);
    return end < 0 ? sql.length : end + 1;
  }
  if (two !== '/*') return at;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return null;
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
