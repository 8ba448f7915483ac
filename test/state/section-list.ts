// The sections of a document, taken apart and put together: for tests that add what no build knows.

import { ByteReader } from '../../src/state/byte-reader.ts';
import { ByteWriter } from '../../src/state/byte-writer.ts';
import { readTexts } from '../../src/state/sections.ts';

export interface StoredSection {
  readonly tag: number;
  /** A character a byte. */
  readonly bytes: string;
}

/** A document of version 2 (a character a byte) in its parts. */
export interface DocumentParts {
  /** What lies before the sections and behind them. */
  readonly head: string;
  readonly sections: readonly StoredSection[];
  readonly tail: string;
}

/** @param start where its version is */
export function takeApart(document: string, start = 0): DocumentParts {
  const from = new ByteReader(Buffer.from(document, 'latin1'), start + 1, document.length);
  from.timeMs();
  for (let i = 0; i < 3; i++) from.varint();
  from.text();
  readTexts(from);
  const head = document.slice(0, from.at);
  const sections = Array.from({ length: from.count() }, () => {
    const tag = from.varint();
    const at = from.skip(from.count());
    return { tag, bytes: document.slice(at, from.at) };
  });
  return { head, sections, tail: document.slice(from.at) };
}

/** @param count what it says of their number; default what it is */
export function putTogether(
  { head, sections, tail }: DocumentParts,
  count = sections.length,
): string {
  const to = new ByteWriter();
  to.latin1(head);
  to.varint(count);
  for (const { tag, bytes } of sections) {
    to.varint(tag);
    to.varint(bytes.length);
    to.latin1(bytes);
  }
  to.latin1(tail);
  return to.document();
}

/** The document with these sections as well, in order. */
export function withSections(document: string, more: readonly StoredSection[], start = 0): string {
  const parts = takeApart(document, start);
  const sections = [...parts.sections, ...more].sort((a, b) => a.tag - b.tag);
  return putTogether({ ...parts, sections });
}
