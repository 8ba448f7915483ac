// Values of `{name:Type}` as HTTP carries them. A server reads a scalar as a TSV field, and an array,
// tuple or map as a literal: `['O\'Brien',NULL]`. chdb takes JavaScript values instead and writes
// both itself, so that a literal, handed on as text, would be escaped twice. Here it is read.

import { TupleParam } from '@clickhouse/client';

/** What chdb binds to a placeholder. */
export type ParamValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | TupleParam
  | readonly ParamValue[]
  | ReadonlyMap<ParamValue, ParamValue>;

/** Levels of arrays, tuples and maps in a value. */
const DEPTH_MAX = 32;

const COMPOSITE =
  /^\s*(?:Nullable\s*\(\s*)?(?:Array|Tuple|Nested|Map|Point|Ring|LineString|Multi\w+|Polygon)\b/i;

/** The names of a statement's placeholders whose values are literals. */
export function compositeParamsOf(sql: string): ReadonlySet<string> {
  const names = new Set<string>();
  // One that is in a string or comment is found too; nothing is lost by that.
  for (const [, name, type] of sql.matchAll(/\{\s*(\w+)\s*:([^{}]*)\}/g)) {
    if (COMPOSITE.test(type!)) names.add(name!);
  }
  return names;
}

/** The value of a scalar's TSV field; `\N` is NULL. */
export function scalarOf(field: string): string | null {
  return field === '\\N' ? null : unescaped(field, IN_FIELD);
}

/** What chdb would escape in a text. */
const ESCAPED = /[\\\0\b\f\n\r\t]/;

/** The value of a literal; undefined = it is none that chdb could write again. */
export function compositeOf(literal: string): ParamValue | undefined {
  if (!ESCAPED.test(literal)) return literal;
  const reader = new LiteralReader(literal);
  const value = reader.value(0);
  return reader.atEnd() ? value : undefined;
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/** Reads one literal; a fault moves it past the end, and the value counts for nothing. */
class LiteralReader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Whether all was read, and nothing was wrong. */
  atEnd(): boolean {
    this.skipSpace();
    return this.at === this.text.length;
  }

  value(depth: number): ParamValue | undefined {
    this.skipSpace();
    const char = this.text[this.at] ?? '';
    if (char === "'") return this.string();
    if (CLOSING[char] === undefined) return this.bare();
    return depth < DEPTH_MAX ? this.composite(char, depth + 1) : this.fail();
  }

  private composite(opening: string, depth: number): ParamValue | undefined {
    const items: ParamValue[] = [];
    const pairs = new Map<ParamValue, ParamValue>();
    this.at++;
    while (!this.takes(CLOSING[opening]!)) {
      if (items.length + pairs.size > 0 && !this.takes(',')) return this.fail();
      const item = this.value(depth);
      if (item === undefined) return this.fail();
      if (opening !== '{') items.push(item);
      else {
        const value = this.takes(':') ? this.value(depth) : undefined;
        if (value === undefined) return this.fail();
        pairs.set(item, value);
      }
    }
    if (opening === '{') return pairs;
    return opening === '(' ? new TupleParam(items) : items;
  }

  private string(): string | undefined {
    const start = this.at + 1;
    let end = start;
    for (; this.text[end] !== "'" || this.text[end + 1] === "'"; end++) {
      if (end >= this.text.length) return this.fail();
      if (this.text[end] === '\\' || this.text[end] === "'") end++;
    }
    this.at = end + 1;
    return unescaped(this.text.slice(start, end), IN_LITERAL);
  }

  private bare(): ParamValue | undefined {
    const word = /^[\w.+-]+/.exec(this.text.slice(this.at))?.[0] ?? '';
    this.at += word.length;
    if (/^null$/i.test(word)) return null;
    if (/^(?:true|false)$/i.test(word)) return word.toLowerCase() === 'true';
    if (/^[+-]?\d+$/.test(word)) return BigInt(word.replace('+', ''));
    const number = word === '' ? Number.NaN : Number(word);
    if (!Number.isFinite(number)) return this.fail();
    // chdb refuses integers that could have been rounded; these are meant as they are, 1e21.
    return Number.isInteger(number) ? BigInt(number) : number;
  }

  private takes(char: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private fail(): undefined {
    this.at = this.text.length + 1;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '0': '\0' },
  ...{ N: '', '\\': '\\', "'": "'", '"': '"', '`': '`', '/': '/', '=': '=' },
};

/** Bytes as `\xc3\xa9`, any other escape, and in literals a doubled quote. */
const IN_FIELD = /((?:\\x[0-9a-f]{2})+)|\\(.)/gis;
const IN_LITERAL = /((?:\\x[0-9a-f]{2})+)|\\(.)|''/gis;

/** As ClickHouse reads escapes: what it does not know keeps its backslash. */
function unescaped(text: string, escapes: RegExp): string {
  return text.replace(escapes, (whole, bytes?: string, char?: string) => {
    if (bytes !== undefined) return Buffer.from(bytes.replaceAll(/\\x/gi, ''), 'hex').toString();
    return char === undefined ? "'" : (ESCAPES[char] ?? whole);
  });
}
