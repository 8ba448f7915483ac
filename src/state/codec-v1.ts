// States of version 1, as every build before 0.2.0 wrote them: the sections had no tags, and each its
// place, empty or not. Such a document is rewritten as one of version 2 before it is read, which
// costs what reading it costs, once: the next commit writes version 2. So nothing else knows of it.

import { ByteReader } from './byte-reader.ts';
import { CODEC_VERSION } from './codec-version.ts';
import { SECTION_TABLE } from './section-table.ts';
import { readTexts } from './sections.ts';

/** The first byte of such a document. */
export const VERSION_1 = 1;

/** In the order of their places. */
const TAGS = [
  SECTION_TABLE.traits.tag,
  SECTION_TABLE.consent.tag,
  SECTION_TABLE.orphans.tag,
  SECTION_TABLE.cooldowns.tag,
  SECTION_TABLE.caps.tag,
  SECTION_TABLE.contacts.tag,
  SECTION_TABLE.decisions.tag,
  SECTION_TABLE.answers.tag,
];

/**
 * The same state as a document of today, behind what lies in front of it.
 * @param start where its version is
 * @throws CorruptState
 */
export function fromVersion1(document: string, start: number): string {
  const from = new ByteReader(Buffer.from(document, 'latin1'), start + 1, document.length);
  from.timeMs();
  from.varint();
  from.varint();
  from.varint();
  from.text();
  readTexts(from);
  const scalars = document.slice(start + 1, from.at);
  let sections = '';
  let count = 0;
  for (const tag of TAGS) {
    const at = from.at;
    const length = from.count();
    from.skip(length);
    if (length === 0) continue;
    sections += byte(tag) + document.slice(at, from.at);
    count++;
  }
  const head = document.slice(0, start) + byte(CODEC_VERSION) + scalars;
  return head + byte(count) + sections + document.slice(from.at);
}

const byte = (value: number): string => String.fromCharCode(value);
