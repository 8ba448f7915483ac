import type { ExpressionFault } from './names.ts';

/** A piece of a template: text as it is, or the source of an expression and where it stands. */
export type TemplatePiece = string | { readonly source: string; readonly offset: number };

/**
 * Splits a text into its `{{ expression }}` and what is between. Braces in the texts and maps of an
 * expression do not end it; `}}` outside of one is plain text.
 */
export function splitTemplate(
  text: string,
): { readonly pieces: readonly TemplatePiece[] } | { readonly fault: ExpressionFault } {
  const pieces: TemplatePiece[] = [];
  let from = 0;
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', from)) {
    const close = closing(text, open + 2);
    if (close < 0) return { fault: notClosed(text, open) };
    if (open > from) pieces.push(text.slice(from, open));
    pieces.push({ source: text.slice(open + 2, close), offset: open + 2 });
    from = close + 2;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return { pieces };
}

/** Where the `}}` is that ends the expression starting at `from`; -1 when it never ends. */
function closing(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const sign = text[i]!;
    if (quote !== '') {
      if (sign === '\\') i++;
      else if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '{') depth++;
    else if (sign === '}') {
      if (depth > 0) depth--;
      else if (text[i + 1] === '}') return i;
    }
  }
  return -1;
}

function notClosed(text: string, offset: number): ExpressionFault {
  const message = '"{{" is not closed by "}}"';
  return { offset, length: text.length - offset, message, suggestion: null };
}
