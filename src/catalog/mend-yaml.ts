// A file with mistakes of YAML, read all the same. One mistake makes the parser trip over all that
// follows, so each line it trips over is emptied, as far as it can be, and the file is parsed again:
// every mistake is found once, and so is everything that is wrong elsewhere. Offsets stay the same.

import { type Document, visit, type YAMLError } from 'yaml';
import type { Sliced } from '../model/sliced.ts';
import type { FileText } from './file-text.ts';
import { type CutReason, parsingDocument } from './parsing-document.ts';
import { commentMessage, problemMessage, TAG, tagMessage } from './yaml-messages.ts';

/** Lines that are emptied in one file; with more mistakes than that, the rest is left unread. */
const LINES_MAX = 20;
/** Characters of a file that is parsed again for every mistake; of a longer one only once. */
const LENGTH_MAX = 262_144;

/** A line that could not be read. */
export interface YamlMistake {
  readonly offset: number;
  readonly line: number;
  readonly message: string;
  /** Whether everything from here on is unread. */
  readonly derails: boolean;
}

/** A document without errors, and what had to be left out for that. */
export interface MendedYaml {
  readonly document: Document;
  readonly mistakes: readonly YamlMistake[];
  /** Why not all of it was read; null = it was. */
  readonly cut: CutReason | null;
}

/**
 * Parses what can be read of a file. Warnings (tags) are left to the caller.
 * @param valuesMax what a file may have; the caller refuses it when that many were found
 */
export function* parsingMended(file: FileText, valuesMax: number): Sliced<MendedYaml> {
  const mistakes: YamlMistake[] = [];
  const emptied = new Set<number>();
  const linesMax = file.text.length > LENGTH_MAX ? 1 : LINES_MAX;
  let { text } = file;
  for (;;) {
    const { document, cut } = yield* parsingDocument(text, valuesMax);
    // That something is not closed where it ends is not its author's mistake.
    if (cut === 'values') return { document, mistakes, cut };
    const [first] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
    if (first === undefined) return { document, mistakes, cut };
    const mistake = mistakeOf(document, first, file);
    const again = mistakes.some(({ line }) => line === mistake.line);
    if (!again) mistakes.push(mistake);
    if (first.code === 'MULTIPLE_DOCS') return { document, mistakes, cut };
    if (emptied.has(mistake.line) || mistakes.length > linesMax) {
      mistakes[mistakes.length - 1] = { ...mistakes.at(-1)!, derails: true };
      return { document, mistakes, cut };
    }
    text = withoutLine(text, file, mistake.line, again);
    if (again) emptied.add(mistake.line);
  }
}

function mistakeOf(document: Document, error: YAMLError, file: FileText): YamlMistake {
  const open = opening(document, error, file.text);
  const offset = open ?? error.pos[0];
  const { line } = file.position(offset);
  // What follows a tag (`!a || b`) is misread because of it.
  const tag = document.warnings.find(
    ({ code, pos }) => code === TAG && file.position(pos[0]).line === line,
  );
  if (tag !== undefined) {
    const message = tagMessage(tag.message.slice(tag.message.indexOf('!')));
    return { offset: tag.pos[0], line, message, derails: false };
  }
  if (open !== null) {
    const end = file.text.indexOf('\n', open);
    const comment = / (#.*)/.exec(file.text.slice(open, end < 0 ? undefined : end))?.[1];
    const message =
      comment === undefined
        ? `not valid YAML: the ${file.text[open]} that opens here is never closed`
        : commentMessage(comment);
    return { offset, line, message, derails: false };
  }
  const beside = document.errors
    .filter(({ pos }) => file.position(pos[0]).line === line)
    .map(({ code }) => code);
  return { offset, line, message: problemMessage(error, beside, file.text), derails: false };
}

/** Where the quotes or the bracket opens that an error misses the end of. */
function opening(document: Document, { message }: YAMLError, text: string): number | null {
  const quotes = /^Missing closing .quote/.test(message);
  if (!quotes && !/^Flow .* and end with a/.test(message)) return null;
  let open: number | null = null;
  visit(document, {
    // The last one took the rest of the file with it.
    Scalar(_, { type, range }) {
      if (quotes && type?.startsWith('QUOTE_')) open = range?.[0] ?? open;
    },
    Collection(_, { flow, range }) {
      if (quotes || flow !== true || range == null) return undefined;
      if (/[\]}]/.test(text[range[1] - 1] ?? '')) return undefined;
      open = range[0];
      return visit.BREAK;
    },
  });
  return open;
}

/**
 * The text with blanks for what stands on a line after its first name, or for all of it (`whole`).
 * Brackets that close what earlier lines opened stay.
 */
function withoutLine(text: string, file: FileText, line: number, whole: boolean): string {
  const start = file.lineStart(line);
  const newline = text.indexOf('\n', start);
  const end = newline < 0 ? text.length : newline;
  const content = text.slice(start, end);
  const name = whole ? null : /^\s*(?:- +)*[^\s:][^:]*:(?=\s|$)/.exec(content);
  const kept = name?.[0].length ?? 0;
  const rest = content.slice(kept);
  let opened = rest.match(/[[{]/g)?.length ?? 0;
  const emptied = rest.replace(/([\]}],?)|[^\r]/g, (sign, bracket: string | undefined) =>
    bracket === undefined || opened-- > 0 ? ' '.repeat(sign.length) : bracket,
  );
  return text.slice(0, start) + content.slice(0, kept) + emptied + text.slice(end);
}
