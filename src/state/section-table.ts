// Hot path. Every section of a state, once: what the codec and stored states know of it is its entry
// here. To add one, add it to `Sections` in model/state.ts: this table, DraftState and StoredState do
// not compile until they have it. A build that lacks the entry carries the section along.

import type { Sections } from '../model/state.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  readLinks,
  readMerges,
  readTextsToEnd,
  readWholeText,
  writeLinks,
  writeMerges,
  writeTextsToEnd,
  writeWholeText,
} from './identity-sections.ts';
import { readItems, writeItems } from './item-sections.ts';
import {
  readAnswers,
  readCaps,
  readConsent,
  readContacts,
  readDecisions,
  readOrphans,
  readTimes,
  readTraits,
  writeAnswers,
  writeCaps,
  writeConsent,
  writeContacts,
  writeDecisions,
  writeOrphans,
  writeTimes,
  writeTraits,
} from './sections.ts';
import {
  readInstant,
  readPreferred,
  readTimers,
  readWaiting,
  writeInstant,
  writePreferred,
  writeTimers,
  writeWaiting,
} from './timer-sections.ts';

/** How one section is stored. */
export interface SectionEntry<T> {
  /** Stands for it in documents: 0 to 30, and never that of another section, of any time. */
  readonly tag: number;
  /** What it is where a document has none. */
  readonly empty: T;
  /** Reads up to the end. @throws CorruptState */
  read(from: ByteReader): T;
  /** Writes no bytes for an empty one. */
  write(to: ByteWriter, section: T): void;
}

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();
const NONE: readonly never[] = [];

type SectionTable = { readonly [Name in keyof Sections]: SectionEntry<Sections[Name]> };

/** By name; the next tag is 20. 4 stays free: with it tests put an unknown section between others. */
export const SECTION_TABLE: SectionTable = {
  traits: { tag: 1, empty: NOTHING, read: readTraits, write: writeTraits },
  consent: { tag: 2, empty: NOTHING, read: readConsent, write: writeConsent },
  orphans: { tag: 3, empty: NOTHING, read: readOrphans, write: writeOrphans },
  cooldowns: { tag: 5, empty: NOTHING, read: readTimes, write: writeTimes },
  caps: { tag: 6, empty: NOTHING, read: readCaps, write: writeCaps },
  contacts: { tag: 7, empty: NOTHING, read: readContacts, write: writeContacts },
  decisions: { tag: 8, empty: NONE, read: readDecisions, write: writeDecisions },
  answers: { tag: 9, empty: NONE, read: readAnswers, write: writeAnswers },
  links: { tag: 10, empty: NONE, read: readLinks, write: writeLinks },
  merges: { tag: 11, empty: NONE, read: readMerges, write: writeMerges },
  apart: { tag: 13, empty: NONE, read: readTextsToEnd, write: writeTextsToEnd },
  drawnAs: { tag: 12, empty: '', read: readWholeText, write: writeWholeText },
  timers: { tag: 14, empty: NONE, read: readTimers, write: writeTimers },
  waiting: { tag: 15, empty: NONE, read: readWaiting, write: writeWaiting },
  noted: { tag: 16, empty: NOTHING, read: readTimes, write: writeTimes },
  lookAtMs: { tag: 17, empty: 0, read: readInstant, write: writeInstant },
  preferred: { tag: 18, empty: NOTHING, read: readPreferred, write: writePreferred },
  items: { tag: 19, empty: NONE, read: readItems, write: writeItems },
};

/** An entry with its name. */
export interface NamedSection extends SectionEntry<unknown> {
  readonly name: keyof Sections;
}

/** The table in the order of documents: by tag, ascending. */
export const SECTIONS: readonly NamedSection[] = Object.entries(SECTION_TABLE)
  .map(([name, entry]) => ({ name: name as keyof Sections, ...(entry as SectionEntry<unknown>) }))
  .sort((a, b) => a.tag - b.tag);
