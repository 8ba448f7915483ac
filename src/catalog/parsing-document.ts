// YAML text → the parser's document, as its own `parseDocument` does it, in pieces: a file of megabytes
// takes seconds. Its nodes are composed in one piece, which is a tenth of the time.
//
// Nothing is read on where the file is refused in any case: megabytes of brackets, or of values more than
// a file may have, took minutes and gigabytes.

import { Composer, type Document, Lexer, Parser, YAMLParseError } from 'yaml';
import type { Sliced } from '../model/sliced.ts';

/** Signs of the text between two pauses: some tenths of a millisecond. */
const PIECE = 4_096;
/** Tokens that stand where they cannot, at most: each is an error with a stack trace. */
const MISPLACED_MAX = 1_000;

/** Duplicate keys are no errors here: whoever builds the tree says where the first one is. */
const OPTIONS = { prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;

/** A document, and why it was not read to its end; null = it was. */
export interface ParsedDocument {
  readonly document: Document;
  readonly cut: CutReason | null;
}

/** More values than a file may have, or more that is misplaced than anybody wants to read of. */
export type CutReason = 'values' | 'misplaced';

/** Parses one document; a second one is an error of it. @param valuesMax what it may have */
export function* parsingDocument(
  text: string,
  valuesMax = Number.POSITIVE_INFINITY,
): Sliced<ParsedDocument> {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  const documents: Document[] = [];
  const count = new LexemeCount(valuesMax);
  let pauseAt = PIECE;
  let cut: CutReason | null = null;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error') count.misplaced++;
      documents.push(...composer.next(token));
    }
    count.add(lexeme);
    cut = documents.length > 1 ? 'misplaced' : count.tooMany();
    if (cut !== null) break;
    if (parser.offset < pauseAt) continue;
    pauseAt = parser.offset + PIECE;
    yield;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  yield;
  documents.push(...composer.end(true, text.length));
  const [document, second] = documents;
  if (second !== undefined) {
    const { range } = second;
    const message = 'Source contains multiple documents';
    document!.errors.push(new YAMLParseError([range![0], range![1]], 'MULTIPLE_DOCS', message));
  }
  return { document: document!, cut };
}

/** What was read so far, before anybody knows what it means. */
class LexemeCount {
  misplaced = 0;
  /** Signs that begin a value. */
  private begun = 0;
  private scalars = 0;

  constructor(private readonly valuesMax: number) {}

  add(lexeme: string): void {
    switch (lexeme[0]) {
      case '-':
      case '?':
      case ':':
      case ',':
      case '[':
      case '{':
        if (lexeme.length === 1) this.begun++;
        break;
      case SCALAR:
      case '"':
      case "'":
        this.scalars++;
        break;
      case '!':
        // Tags of the author's own: none means anything in a catalog.
        if (lexeme[1] !== '!') this.misplaced++;
    }
  }

  tooMany(): CutReason | null {
    // A value of `{ a: [1] }` is begun by three signs at most, and has two scalars: its key is one.
    if (this.begun > this.valuesMax * 3) return 'values';
    const astray = Math.max(0, this.scalars - 2 * this.begun);
    return this.misplaced + astray > MISPLACED_MAX ? 'misplaced' : null;
  }
}

/** What the lexer says before a plain or block scalar. */
const SCALAR = '\u001f';
