// The SETTINGS clauses of a statement, in the one spelling that the engine's own `formatQuery` gives
// it: no comments, one kind of quotes. The engine checks only what stands at the end of a statement;
// a clause in a subquery would set `readonly = 0` or any limit unseen.

/** A setting and the literal that it is given. */
export interface SettingPair {
  readonly name: string;
  readonly literal: string;
}

export interface SettingClause {
  readonly pairs: readonly SettingPair[];
  /** Whether it is for the whole statement, and not for a subquery or one part of a union. */
  readonly whole: boolean;
}

const STRING = /'(?:\\.|''|[^\\'])*'/y;
const NAME = /`(?:\\.|``|[^\\`])*`|"(?:\\.|""|[^\\"])*"|[\p{L}\p{N}_.]+/uy;
const SPACE = /\s*/y;

/** @param canonical a statement as `formatQuery` or `formatQuerySingleLine` writes it */
export function settingClauses(canonical: string): SettingClause[] {
  const clauses: { pairs: SettingPair[]; whole: boolean }[] = [];
  let depth = 0;
  for (let at = 0; at < canonical.length; ) {
    const char = canonical[at]!;
    const string = matchAt(STRING, canonical, at);
    const word = string ?? matchAt(NAME, canonical, at);
    if (depth === 0 && string === null && /^(union|intersect|except)$/i.test(word ?? '')) {
      for (const clause of clauses) clause.whole = false;
    }
    if (string === null && word?.toLowerCase() === 'settings') {
      const { pairs, end } = pairsAt(canonical, at + word.length);
      if (pairs.length > 0) clauses.push({ pairs, whole: depth === 0 });
      at = end;
      continue;
    }
    if ('([{'.includes(char)) depth++;
    if (')]}'.includes(char)) depth--;
    at += word?.length || 1;
  }
  return clauses;
}

function pairsAt(text: string, start: number): { pairs: SettingPair[]; end: number } {
  const pairs: SettingPair[] = [];
  let end = start;
  for (let at = start; ; at = end + 1) {
    at += matchAt(SPACE, text, at)!.length;
    const name = matchAt(NAME, text, at);
    if (name === null) return { pairs, end };
    at += name.length;
    at += matchAt(SPACE, text, at)!.length;
    if (text[at] !== '=') return { pairs, end };
    const from = at + 1;
    end = endOfLiteral(text, from);
    pairs.push({ name: bare(name), literal: text.slice(from, end).trim() });
    end += matchAt(SPACE, text, end)!.length;
    if (text[end] !== ',') return { pairs, end };
  }
}

/** Past the literal: a string, a word or number with its sign, or one with its brackets. */
function endOfLiteral(text: string, start: number): number {
  let at = start + matchAt(SPACE, text, start)!.length;
  let depth = 0;
  do {
    const part = matchAt(STRING, text, at) ?? matchAt(NAME, text, at) ?? text[at];
    if (part === undefined) return text.length;
    if ('([{'.includes(part)) depth++;
    else if (')]}'.includes(part)) depth--;
    at += part.length;
    // A sign belongs to what follows.
    if (depth === 0 && part !== '-' && part !== '+') return at;
  } while (at < text.length);
  return at;
}

function bare(name: string): string {
  return /^[`"]/.test(name) ? name.slice(1, -1).replace(/\\(.)/g, '$1') : name;
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
