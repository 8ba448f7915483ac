// Hot path. A state as it is stored: its document, and a few scalars. Sections and features are
// decoded when they are first read, so an event pays for what it touches; and the cache keeps
// documents alone (bench/engine.ts: decoded states were 11–15 KB each, which collections copied and
// marked and steps missed the CPU's caches for, three quarters of the time of a step).

import type { CustomerItem } from '../model/customer-items.ts';
import { DraftState, noSections, type SomeSections } from '../model/draft-state.ts';
import type { Link, MergeEntry } from '../model/identity.ts';
import { SEEN_CHARS } from '../model/seen-messages.ts';
import type {
  CapLog,
  ConsentChoice,
  CustomerState,
  KeptAnswer,
  Preference,
  RecentDecision,
  Sections,
  Trait,
} from '../model/state.ts';
import type { Timer, Waiting } from '../model/timer.ts';
import { ByteReader, CorruptState } from './byte-reader.ts';
import { CODEC_VERSION } from './codec-version.ts';
import { LoadedDocument } from './loaded-document.ts';
import { SECTION_TABLE } from './section-table.ts';
import { readTexts } from './sections.ts';
import { StoredFeatures } from './stored-features.ts';

const NO_BYTES = Buffer.alloc(0);
/** Tags up to here have a bit in `tags`. */
const TAG_BITS = 30;

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
  /** Where the sections start, with their number, and end in the document. */
  readonly sectionsStart: number;
  readonly sectionsEnd: number;
  /** A bit for each tag in the document that can be a known one. */
  private readonly tags: number;
  private sectionsRead: SomeSections | null = null;

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
    if (version !== CODEC_VERSION) {
      throw new CorruptState(`version ${version}, and versions 1 to ${CODEC_VERSION} are known`);
    }
    this.asOfMs = from.timeMs();
    this.publication = from.varint();
    this.records = from.varint();
    this.seenSpilledMs = from.varint();
    this.memberships = from.text();
    this.aliases = readTexts(from);
    this.sectionsStart = from.at;
    this.tags = readTags(from);
    this.sectionsEnd = from.at;
    const seenStart = from.skip(from.varint() * SEEN_CHARS);
    this.seen = document.slice(seenStart, from.at);
    const features = from.count();
    this.features = new StoredFeatures(this, from.at, features);
  }

  get traits(): ReadonlyMap<string, Trait> {
    return this.sectionsRead?.traits ?? this.read('traits');
  }

  get consent(): ReadonlyMap<string, ConsentChoice> {
    return this.sectionsRead?.consent ?? this.read('consent');
  }

  get orphans(): ReadonlyMap<string, number> {
    return this.sectionsRead?.orphans ?? this.read('orphans');
  }

  get cooldowns(): ReadonlyMap<string, number> {
    return this.sectionsRead?.cooldowns ?? this.read('cooldowns');
  }

  get caps(): ReadonlyMap<string, CapLog> {
    return this.sectionsRead?.caps ?? this.read('caps');
  }

  get contacts(): ReadonlyMap<string, readonly number[]> {
    return this.sectionsRead?.contacts ?? this.read('contacts');
  }

  get decisions(): readonly RecentDecision[] {
    return this.sectionsRead?.decisions ?? this.read('decisions');
  }

  get answers(): readonly KeptAnswer[] {
    return this.sectionsRead?.answers ?? this.read('answers');
  }

  get links(): readonly Link[] {
    return this.sectionsRead?.links ?? this.read('links');
  }

  get merges(): readonly MergeEntry[] {
    return this.sectionsRead?.merges ?? this.read('merges');
  }

  get apart(): readonly string[] {
    return this.sectionsRead?.apart ?? this.read('apart');
  }

  get drawnAs(): string {
    return this.sectionsRead?.drawnAs ?? this.read('drawnAs');
  }

  get timers(): readonly Timer[] {
    return this.sectionsRead?.timers ?? this.read('timers');
  }

  get waiting(): readonly Waiting[] {
    return this.sectionsRead?.waiting ?? this.read('waiting');
  }

  get noted(): ReadonlyMap<string, number> {
    return this.sectionsRead?.noted ?? this.read('noted');
  }

  get lookAtMs(): number {
    return this.sectionsRead?.lookAtMs ?? this.read('lookAtMs');
  }

  get preferred(): ReadonlyMap<string, Preference> {
    return this.sectionsRead?.preferred ?? this.read('preferred');
  }

  get items(): readonly CustomerItem[] {
    return this.sectionsRead?.items ?? this.read('items');
  }

  /** Lays out the document. */
  load(): LoadedDocument {
    const { loaded } = this.desk;
    loaded.load(this, this.document);
    return loaded;
  }

  private read<Name extends keyof Sections>(name: Name): Sections[Name] {
    const entry = SECTION_TABLE[name];
    if ((this.tags & (1 << entry.tag)) === 0) return entry.empty;
    const section = entry.read(this.section(entry.tag));
    this.sectionsRead ??= noSections();
    (this.sectionsRead as { [N in Name]: Sections[N] })[name] = section;
    return section;
  }

  /** Points the reader at a section that is there. */
  private section(tag: number): ByteReader {
    const { bytes } = this.load();
    const from = this.desk.reader.point(bytes, this.sectionsStart, this.sectionsEnd);
    from.count();
    while (from.varint() !== tag) from.skip(from.count());
    const length = from.count();
    return from.point(bytes, from.at, from.at + length);
  }
}

/** Walks the sections, and gives a bit for each tag that can be a known one. */
function readTags(from: ByteReader): number {
  let tags = 0;
  let last = -1;
  for (let left = from.count(); left > 0; left--) {
    const tag = from.varint();
    if (tag <= last) throw new CorruptState('a section is there twice, or out of order');
    if (tag <= TAG_BITS) tags |= 1 << tag;
    last = tag;
    from.skip(from.count());
  }
  return tags;
}

/** The clock of the stored state that a step went out from; null = there was none. */
export function storedAsOfMs(state: CustomerState): number | null {
  if (state instanceof StoredState) return state.asOfMs;
  return state instanceof DraftState && state.base instanceof StoredState
    ? state.base.asOfMs
    : null;
}
