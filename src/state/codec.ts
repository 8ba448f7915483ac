// Hot path. The state document to bytes and back.
//
//   version · scalars · sections (length, bytes) … · seen messages · features: id, length, value …
//
// A format of our own, since msgpackr's (records with shared structures) is 1.5 times as large on a
// realistic state and slower to write (bench/commit-script.ts prints both), cannot leave parts
// encoded until they are read, and would put a library's format into a store that outlives it.
// The customer id is not in it: the key has it.

import { DraftState } from '../model/draft-state.ts';
import { FeatureOverlay } from '../model/feature-overlay.ts';
import { seenCount } from '../model/seen-messages.ts';
import type { CustomerState, FeatureValue } from '../model/state.ts';
import { ByteWriter } from './byte-writer.ts';
import { CODEC_VERSION } from './codec-version.ts';
import {
  writeAnswers,
  writeCaps,
  writeConsent,
  writeContacts,
  writeDecisions,
  writeOrphans,
  writeTexts,
  writeTimes,
  writeTraits,
} from './sections.ts';
import { StoredFeatures } from './stored-features.ts';
import { DocumentDesk, StoredState } from './stored-state.ts';
import { writeValue } from './value-codec.ts';

/** Encodes and decodes states; holds the buffers for both. */
export class StateCodec {
  private readonly writer = new ByteWriter();
  private readonly desk = new DocumentDesk();
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
      this.writeDraftSections(state, state.base);
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
    return new StoredState(this.desk, customerId, document, start);
  }

  /** Bytes that a feature's value takes. */
  valueBytes(value: FeatureValue): number {
    const to = this.writer;
    to.length = 0;
    to.restartTimes();
    writeValue(to, value);
    return to.length;
  }

  private writeSections(state: CustomerState): void {
    this.section(state.traits, writeTraits);
    this.section(state.consent, writeConsent);
    this.section(state.orphans, writeOrphans);
    this.section(state.cooldowns, writeTimes);
    this.section(state.caps, writeCaps);
    this.section(state.contacts, writeContacts);
    this.section(state.decisions, writeDecisions);
    this.section(state.answers, writeAnswers);
  }

  private writeDraftSections(draft: DraftState, base: StoredState): void {
    if (
      draft.ownTraits === null &&
      draft.ownConsent === null &&
      draft.ownOrphans === null &&
      draft.ownCooldowns === null &&
      draft.ownCaps === null &&
      draft.ownContacts === null &&
      draft.ownDecisions === null &&
      draft.ownAnswers === null
    ) {
      this.writer.copy(base.load().bytes, base.sectionsStart, base.sectionsEnd);
      return;
    }
    this.sectionOr(draft.ownTraits, writeTraits, base, 0);
    this.sectionOr(draft.ownConsent, writeConsent, base, 1);
    this.sectionOr(draft.ownOrphans, writeOrphans, base, 2);
    this.sectionOr(draft.ownCooldowns, writeTimes, base, 3);
    this.sectionOr(draft.ownCaps, writeCaps, base, 4);
    this.sectionOr(draft.ownContacts, writeContacts, base, 5);
    this.sectionOr(draft.ownDecisions, writeDecisions, base, 6);
    this.sectionOr(draft.ownAnswers, writeAnswers, base, 7);
  }

  private section<T>(section: T, write: (to: ByteWriter, section: T) => void): void {
    const start = this.writer.open();
    write(this.writer, section);
    this.writer.close(start);
  }

  private sectionOr<T>(
    own: T | null,
    write: (to: ByteWriter, section: T) => void,
    base: StoredState,
    index: number,
  ): void {
    if (own !== null) {
      this.section(own, write);
      return;
    }
    const from = base.section(index);
    this.writer.varint(from.end - from.at);
    this.writer.copy(from.buffer, from.at, from.end);
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
