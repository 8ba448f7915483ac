// Hot path. A state as it is stored: its document, and a few scalars. Sections and features are
// decoded when they are first read, so an event pays for what it touches; and the cache keeps
// documents alone (bench/engine.ts: decoded states were 11–15 KB each, which collections copied and
// marked and steps missed the CPU's caches for, three quarters of the time of a step).

import { DraftState } from '../model/draft-state.ts';
import { SEEN_CHARS } from '../model/seen-messages.ts';
import type {
  CapLog,
  ConsentChoice,
  CustomerState,
  KeptAnswer,
  RecentDecision,
  Trait,
} from '../model/state.ts';
import { ByteReader, CorruptState } from './byte-reader.ts';
import { CODEC_VERSION } from './codec-version.ts';
import { LoadedDocument } from './loaded-document.ts';
import {
  readAnswers,
  readCaps,
  readConsent,
  readContacts,
  readDecisions,
  readOrphans,
  readTexts,
  readTimes,
  readTraits,
  SECTIONS,
} from './sections.ts';
import { StoredFeatures } from './stored-features.ts';

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();
const NONE: readonly never[] = [];
const NO_BYTES = Buffer.alloc(0);

/** What states are read with: one document at a time is laid out in it. */
export class DocumentDesk {
  readonly loaded = new LoadedDocument();
  readonly reader = new ByteReader(NO_BYTES, 0, 0);
}

export class StoredState implements CustomerState {
  readonly asOfMs: number;
  readonly publication: number;
  readonly records: number;
  readonly seenSpilledMs: number;
  readonly memberships: string;
  readonly aliases: readonly string[];
  readonly seen: string;
  readonly features: StoredFeatures;
  /** Where the sections start and end in the document, each behind its length. */
  readonly sectionsStart: number;
  readonly sectionsEnd: number;
  private traitsRead: ReadonlyMap<string, Trait> | null = null;
  private consentRead: ReadonlyMap<string, ConsentChoice> | null = null;
  private orphansRead: ReadonlyMap<string, number> | null = null;
  private cooldownsRead: ReadonlyMap<string, number> | null = null;
  private capsRead: ReadonlyMap<string, CapLog> | null = null;
  private contactsRead: ReadonlyMap<string, readonly number[]> | null = null;
  private decisionsRead: readonly RecentDecision[] | null = null;
  private answersRead: readonly KeptAnswer[] | null = null;

  /**
   * @param document a character a byte; what its caller put in front ends at `start`
   * @throws CorruptState, now or when a damaged part is first read
   */
  constructor(
    readonly desk: DocumentDesk,
    readonly customerId: string,
    readonly document: string,
    start: number,
  ) {
    desk.loaded.load(this, document);
    const from = desk.reader.point(desk.loaded.bytes, start, document.length);
    const version = from.byte();
    if (version !== CODEC_VERSION) throw new CorruptState(`unknown version ${version}`);
    this.asOfMs = from.timeMs();
    this.publication = from.varint();
    this.records = from.varint();
    this.seenSpilledMs = from.varint();
    this.memberships = from.text();
    this.aliases = readTexts(from);
    this.sectionsStart = from.at;
    for (let i = 0; i < SECTIONS; i++) from.skip(from.count());
    this.sectionsEnd = from.at;
    const seenStart = from.skip(from.varint() * SEEN_CHARS);
    this.seen = document.slice(seenStart, from.at);
    const features = from.count();
    this.features = new StoredFeatures(this, from.at, features);
  }

  get traits(): ReadonlyMap<string, Trait> {
    this.traitsRead ??= this.read(0, readTraits) ?? NOTHING;
    return this.traitsRead;
  }

  get consent(): ReadonlyMap<string, ConsentChoice> {
    this.consentRead ??= this.read(1, readConsent) ?? NOTHING;
    return this.consentRead;
  }

  get orphans(): ReadonlyMap<string, number> {
    this.orphansRead ??= this.read(2, readOrphans) ?? NOTHING;
    return this.orphansRead;
  }

  get cooldowns(): ReadonlyMap<string, number> {
    this.cooldownsRead ??= this.read(3, readTimes) ?? NOTHING;
    return this.cooldownsRead;
  }

  get caps(): ReadonlyMap<string, CapLog> {
    this.capsRead ??= this.read(4, readCaps) ?? NOTHING;
    return this.capsRead;
  }

  get contacts(): ReadonlyMap<string, readonly number[]> {
    this.contactsRead ??= this.read(5, readContacts) ?? NOTHING;
    return this.contactsRead;
  }

  get decisions(): readonly RecentDecision[] {
    this.decisionsRead ??= this.read(6, readDecisions) ?? NONE;
    return this.decisionsRead;
  }

  get answers(): readonly KeptAnswer[] {
    this.answersRead ??= this.read(7, readAnswers) ?? NONE;
    return this.answersRead;
  }

  /** Lays out the document. */
  load(): LoadedDocument {
    const { loaded } = this.desk;
    loaded.load(this, this.document);
    return loaded;
  }

  /** Points the reader at a section; its length stays in front of what it is pointed at. */
  section(index: number): ByteReader {
    const { bytes } = this.load();
    const from = this.desk.reader.point(bytes, this.sectionsStart, this.sectionsEnd);
    for (let i = 0; i < index; i++) from.skip(from.count());
    const length = from.count();
    return from.point(bytes, from.at, from.at + length);
  }

  /** null for an empty section. */
  private read<T>(index: number, read: (from: ByteReader) => T): T | null {
    const from = this.section(index);
    return from.at === from.end ? null : read(from);
  }
}

/** The clock of the stored state that a step went out from; null = there was none. */
export function storedAsOfMs(state: CustomerState): number | null {
  if (state instanceof StoredState) return state.asOfMs;
  return state instanceof DraftState && state.base instanceof StoredState
    ? state.base.asOfMs
    : null;
}
