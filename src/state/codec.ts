// Hot path. The state document to bytes and back.
//
//   version · scalars · sections: count, then tag, length, bytes … · seen messages
//     · features: count, then id, length, value …
//
// What is added to a state must be a new section (section-table.ts). Sections come in the order of
// their tags, empty ones not at all; one that this build does not know is copied as it is into what
// it writes. So a newer build can run beside an older one, and a rollback loses nothing. Anything
// else that is added or changed needs a new version, which older builds refuse.
//
// A format of our own, since msgpackr's (records with shared structures) is 1.5 times as large on a
// realistic state and slower to write (bench/commit-script.ts prints both), cannot leave parts
// encoded until they are read, and would put a library's format into a store that outlives it.
// The customer id is not in it: the key has it.

import { DraftState } from '../model/draft-state.ts';
import { FeatureOverlay } from '../model/feature-overlay.ts';
import { seenCount } from '../model/seen-messages.ts';
import type { CustomerState, FeatureValue, Sections } from '../model/state.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { fromVersion1, VERSION_1 } from './codec-v1.ts';
import { CODEC_VERSION } from './codec-version.ts';
import { type NamedSection, SECTION_TABLE, SECTIONS } from './section-table.ts';
import { writeTexts } from './sections.ts';
import { StoredFeatures } from './stored-features.ts';
import { DocumentDesk, StoredState } from './stored-state.ts';
import { writeValue } from './value-codec.ts';

/** Encodes and decodes states; holds the buffers for both. */
export class StateCodec {
  private readonly writer = new ByteWriter();
  private readonly desk = new DocumentDesk();
  private readonly walker = new ByteReader(this.writer.buffer, 0, 0);

  /**
   * The document of a state, a character a byte. What a step left of a stored state is copied.
   * @param head put in front as it is, a byte a character
   * @throws TypeError for a value that a state cannot hold (undefined, functions, 128 levels)
   */
  encode(state: CustomerState, head = ''): string {
    const to = this.writer;
    to.length = 0;
    to.latin1(head);
    to.byte(CODEC_VERSION);
    to.restartTimes();
    to.timeMs(state.asOfMs);
    to.varint(state.publication);
    to.varint(state.records);
    to.varint(state.seenSpilledMs);
    to.text(state.memberships);
    writeTexts(to, state.aliases);
    if (state instanceof DraftState && state.base instanceof StoredState) {
      this.mergeSections(state, state.base);
    } else {
      this.writeSections(state);
    }
    to.varint(seenCount(state.seen));
    to.latin1(state.seen);
    this.writeFeatures(state);
    return to.document();
  }

  /**
   * The state of a document that starts at a character.
   * @throws CorruptState, now or when a damaged part is first read
   */
  decode(customerId: string, document: string, start = 0): StoredState {
    const today =
      document.charCodeAt(start) === VERSION_1 ? fromVersion1(document, start) : document;
    return new StoredState(this.desk, customerId, today, start);
  }

  /** Bytes that a feature's value takes. */
  valueBytes(value: FeatureValue): number {
    const to = this.writer;
    to.length = 0;
    to.restartTimes();
    writeValue(to, value);
    return to.length;
  }

  /** Bytes that a section takes, without its tag and length. */
  sectionBytes<Name extends keyof Sections>(name: Name, section: Sections[Name]): number {
    const to = this.writer;
    to.length = 0;
    to.restartTimes();
    SECTION_TABLE[name].write(to, section);
    return to.length;
  }

  private writeSections(state: CustomerState): void {
    const start = this.writer.open();
    let count = 0;
    for (let i = 0; i < SECTIONS.length; i++) {
      const section = SECTIONS[i]!;
      count += this.section(section, state[section.name]);
    }
    this.writer.fill(start, count);
  }

  /** What was replaced in its place, and copies of all else, known or not, neighbours together. */
  private mergeSections({ replaced }: DraftState, base: StoredState): void {
    const to = this.writer;
    const { bytes } = base.load();
    if (replaced === null) {
      to.copy(bytes, base.sectionsStart, base.sectionsEnd);
      return;
    }
    const from = this.walker.point(bytes, base.sectionsStart, base.sectionsEnd);
    const start = to.open();
    let count = from.count();
    // Where what waits to be copied starts.
    let pending = from.at;
    let tagAt = from.at;
    let tag = nextTag(from);
    for (let i = 0; i < SECTIONS.length; i++) {
      const section = SECTIONS[i]!;
      const own = replaced[section.name];
      if (own === null) continue;
      while (tag < section.tag) {
        from.skip(from.count());
        tagAt = from.at;
        tag = nextTag(from);
      }
      to.copy(bytes, pending, tagAt);
      if (tag === section.tag) {
        from.skip(from.count());
        tagAt = from.at;
        tag = nextTag(from);
        count--;
      }
      pending = tagAt;
      count += this.section(section, own);
    }
    to.copy(bytes, pending, base.sectionsEnd);
    to.fill(start, count);
  }

  /** How many it wrote: none of an empty one, else 1. */
  private section({ tag, write }: NamedSection, content: unknown): 0 | 1 {
    const to = this.writer;
    const before = to.length;
    to.varint(tag);
    const start = to.open();
    write(to, content);
    if (to.length === start) {
      to.length = before;
      return 0;
    }
    to.close(start);
    return 1;
  }

  private writeFeatures(state: CustomerState): void {
    const { features } = state;
    if (features instanceof FeatureOverlay && features.base instanceof StoredFeatures) {
      this.writeOverlay(features, features.base);
    } else if (features instanceof StoredFeatures) {
      this.writer.varint(features.size);
      this.writer.copy(features.load().bytes, features.start, features.state.document.length);
    } else {
      this.writer.varint(features.size);
      for (const [id, value] of features) this.feature(id, value);
    }
  }

  /** Everything in its place: what was not replaced is copied, neighbours together. */
  private writeOverlay(overlay: FeatureOverlay, base: StoredFeatures): void {
    const to = this.writer;
    const ids: string[] = [];
    const places: number[] = [];
    let { size } = base;
    for (const [id, value] of overlay.own) {
      const place = base.placeOf(id);
      insertByPlace(ids, places, id, place);
      if (place < 0 && value !== undefined) size++;
      if (place >= 0 && value === undefined) size--;
    }
    to.varint(size);
    const { bytes, idStarts, ends } = base.load();
    // Where what waits to be copied starts.
    let pending = base.start;
    let added = 0;
    for (let i = 0; i < ids.length; i++) {
      const place = places[i]!;
      // What the document lacks comes first in the lists, and last in the new one.
      if (place < 0) {
        added++;
        continue;
      }
      to.copy(bytes, pending, idStarts[place]!);
      pending = ends[place]!;
      const value = overlay.own.get(ids[i]!);
      if (value !== undefined) this.feature(ids[i]!, value);
    }
    to.copy(bytes, pending, base.state.document.length);
    for (let i = 0; i < added; i++) {
      const value = overlay.own.get(ids[i]!);
      if (value !== undefined) this.feature(ids[i]!, value);
    }
  }

  private feature(id: string, value: FeatureValue): void {
    this.writer.id(id);
    this.value(value);
  }

  private value(value: FeatureValue): void {
    const start = this.writer.open();
    writeValue(this.writer, value);
    this.writer.close(start);
  }
}

/** The tag that comes next; beyond all at the end. */
function nextTag(from: ByteReader): number {
  return from.at === from.end ? Number.POSITIVE_INFINITY : from.varint();
}

/** Keeps the lists in order of place: an event replaces a handful. Those alike stay in order. */
function insertByPlace(ids: string[], places: number[], id: string, place: number): void {
  let i = places.length;
  ids.push(id);
  places.push(place);
  while (i > 0 && places[i - 1]! > place) {
    ids[i] = ids[i - 1]!;
    places[i] = places[i - 1]!;
    i--;
  }
  ids[i] = id;
  places[i] = place;
}
