// Values of a catalog as its author reads them in one line: expressions in backticks, texts that
// customers see in quotes, all else as it is written.

/** Characters of a value that are shown, at most; the rest is `…`. */
export const VALUE_LENGTH_MAX = 120;
/** Of what two long values have in common, so much is shown before they part. */
const LEAD_LENGTH = 24;

/** How a text is shown. */
export type TextStyle = 'plain' | 'quoted' | 'expression';

/** One value. */
export function sayValue(value: unknown, style: TextStyle): string {
  return cut(whole(value, style));
}

/** `old → new`; where both are long, from shortly before the first difference on. */
export function sayChange(from: unknown, to: unknown, style: TextStyle): string {
  let [a, b] = [whole(from, style), whole(to, style)];
  // The text "1" for the number 1, one white space for another.
  if (a === b) [a, b] = [JSON.stringify(from), JSON.stringify(to)];
  if (Math.max(a.length, b.length) > VALUE_LENGTH_MAX) {
    const start = Math.max(0, commonLength(a, b) - LEAD_LENGTH);
    if (start > 0) [a, b] = [`…${a.slice(start)}`, `…${b.slice(start)}`];
  }
  return `${cut(a)} → ${cut(b)}`;
}

function whole(value: unknown, style: TextStyle): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') {
    if (style === 'quoted') return JSON.stringify(value);
    const line = value.trim().replace(/\s*\n\s*/g, ' ');
    return style === 'expression' ? `\`${line}\`` : line;
  }
  if (typeof value !== 'object') return String(value);
  const inner = style === 'expression' ? 'plain' : style;
  if (Array.isArray(value)) {
    const items = value.map((item) => whole(item, inner)).join(', ');
    return style === 'quoted' || items === '' ? `[${items}]` : items;
  }
  const entries = Object.entries(value).map(([key, entry]) => `${key}: ${whole(entry, inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Without half a character at the end. */
function cut(text: string): string {
  if (text.length <= VALUE_LENGTH_MAX) return text;
  return `${text.slice(0, VALUE_LENGTH_MAX - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
