// Where a character of a YAML string stands in the file. Expressions are compiled from the value;
// their faults must point into the text, where quotes, escapes, folds and indents shift things.

/** How the scalar is written: the `type` that the `yaml` library gives it. */
export type ScalarStyle = string | null | undefined;

/**
 * The offset in `text` of `value[index]`, for a scalar that was written from `start` to `end`.
 * Where value and text cannot be aligned, the start of the scalar.
 */
export function scalarOffset(
  text: string,
  start: number,
  end: number,
  style: ScalarStyle,
  value: string,
  index: number,
): number {
  let at = start;
  if (style === 'QUOTE_DOUBLE' || style === 'QUOTE_SINGLE') at++;
  if (style === 'BLOCK_LITERAL' || style === 'BLOCK_FOLDED') {
    const header = text.indexOf('\n', at);
    at = skipBlank(text, header < 0 ? at : header + 1, end);
  }
  for (let i = 0; i < index && at < end; ) {
    const written = text[at]!;
    if (style === 'QUOTE_DOUBLE' && written === '\\') {
      const length = escapeLength(text, at);
      at += length.text;
      i += length.value;
    } else if (style === 'QUOTE_SINGLE' && written === "'" && text[at + 1] === "'") {
      at += 2;
      i++;
    } else if (written === '\n' || written === '\r') {
      // A fold: all white space here stands for the one blank or break of the value (or for none).
      at = skipBlank(text, at, end);
      while (i < index && (value[i] === '\n' || value[i] === ' ')) i++;
    } else {
      at++;
      i++;
    }
  }
  if (text[at] === '\n' || text[at] === '\r') at = skipBlank(text, at, end);
  return at < end ? at : Math.max(start, end - 1);
}

function skipBlank(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && /\s/.test(text[at]!)) at++;
  return at;
}

/** Lengths of an escape in the text, and of what it stands for. */
function escapeLength(text: string, at: number): { text: number; value: number } {
  switch (text[at + 1]) {
    case 'x':
      return { text: 4, value: 1 };
    case 'u':
      return { text: 6, value: 1 };
    case 'U':
      return { text: 10, value: 2 };
    case '\n':
      return { text: skipBlank(text, at + 1, text.length) - at, value: 0 };
    default:
      return { text: 2, value: 1 };
  }
}
