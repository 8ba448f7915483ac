// YAML text → the parser's document, as its own `parseDocument` does it, in pieces: a file of megabytes
// takes seconds. Its nodes are composed in one piece, which is a tenth of the time.

import { Composer, type Document, Lexer, Parser, YAMLParseError } from 'yaml';
import type { Sliced } from '../model/sliced.ts';

/** Signs of the text between two pauses: some tenths of a millisecond. */
const PIECE = 4_096;

/** Duplicate keys are no errors here: whoever builds the tree says where the first one is. */
const OPTIONS = { prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;

/** Parses one document; a second one is an error of it. */
export function* parsingDocument(text: string): Sliced<Document> {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  const documents: Document[] = [];
  const take = (more: Iterable<Document>) => documents.push(...more);
  let pauseAt = PIECE;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) take(composer.next(token));
    if (parser.offset < pauseAt) continue;
    pauseAt = parser.offset + PIECE;
    yield;
  }
  for (const token of parser.end()) take(composer.next(token));
  yield;
  take(composer.end(true, text.length));
  const [document, second] = documents;
  if (second !== undefined) {
    const { range } = second;
    const message = 'Source contains multiple documents';
    document!.errors.push(new YAMLParseError([range![0], range![1]], 'MULTIPLE_DOCS', message));
  }
  return document!;
}
