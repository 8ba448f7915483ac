// Callers' texts on a terminal: a customer's id may hold line breaks and commands to the terminal, and
// must not look like a line of ours.

/** Controls of both sets, line separators, and what turns the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/** The text on one line, with escapes as in JSON for what is not shown as itself. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
