// Hot path. The state document to bytes and back.
//
//   version byte · scalars · sections (traits … answers) · features: id, length, value …
//
// A format of our own, since msgpackr's (records with shared structures) is 1.5 times as large on a
// realistic state and slower to write (bench/commit-script.ts prints both), cannot leave features
// encoded until they are read, and would put a library's format into a store that outlives it.
// The customer id is not in it: the key has it.

import type { Cell, CustomerState } from '../model/state.ts';
import { ByteReader, CorruptState } from './byte-reader.ts';
import { ByteWriter, type DocumentText } from './byte-writer.ts';
import { cellBytes, readCell, writeCell } from './feature-cells.ts';
import {
  readAnswers,
  readCaps,
  readConsent,
  readContacts,
  readDecisions,
  readOrphans,
  readSeen,
  readTexts,
  readTimes,
  readTraits,
  writeAnswers,
  writeCaps,
  writeConsent,
  writeContacts,
  writeDecisions,
  writeOrphans,
  writeSeen,
  writeTexts,
  writeTimes,
  writeTraits,
} from './sections.ts';

/** Never 0: that marks a forward. A new version still reads the older ones. */
export const CODEC_VERSION = 1;

/**
 * A state with its bytes, and where its sections lie in them: states share what a step did not
 * change, so the next encode of the customer copies those sections.
 */
export class EncodedState {
  constructor(
    readonly state: CustomerState,
    /** What its caller put in front, then the state; a character a byte. */
    readonly document: DocumentText,
    /** Where the sections start, in the order they are written, the last one being `seen`. */
    readonly marks: readonly number[],
  ) {}

  /** Bytes, those in front included. */
  get length(): number {
    return this.document.text.length;
  }
}

/** Encodes and decodes states; holds the buffer that it encodes into. */
export class StateCodec {
  private readonly writer = new ByteWriter();

  /**
   * @param head put in front as it is, a byte a character
   * @param previous any earlier encoding of the same customer, to copy from; null = none
   * @throws TypeError for a value that a state cannot hold (undefined, functions, 128 levels)
   */
  encode(state: CustomerState, head = '', previous: EncodedState | null = null): EncodedState {
    const to = this.writer;
    to.length = 0;
    for (let i = 0; i < head.length; i++) to.byte(head.charCodeAt(i));
    const document: DocumentText = { text: '' };
    const marks: number[] = [];
    try {
      writeScalars(to, state);
      this.section(0, state.traits, previous?.state.traits, previous, marks, writeTraits);
      this.section(1, state.consent, previous?.state.consent, previous, marks, writeConsent);
      this.section(2, state.orphans, previous?.state.orphans, previous, marks, writeOrphans);
      this.section(3, state.cooldowns, previous?.state.cooldowns, previous, marks, writeTimes);
      this.section(4, state.caps, previous?.state.caps, previous, marks, writeCaps);
      this.section(5, state.contacts, previous?.state.contacts, previous, marks, writeContacts);
      this.section(6, state.decisions, previous?.state.decisions, previous, marks, writeDecisions);
      this.section(7, state.answers, previous?.state.answers, previous, marks, writeAnswers);
      marks.push(to.length);
      to.restartTimes();
      writeSeen(to, state.seen);
      to.varint(state.features.size);
      for (const [id, cell] of state.features) {
        to.id(id);
        writeCell(to, cell, document);
      }
    } finally {
      // Also after a fault: the cells written so far have moved here.
      document.text = to.document();
    }
    return new EncodedState(state, document, marks);
  }

  /**
   * The state whose bytes are `bytes` from `start` on. Keeps a copy of them, which the features are
   * decoded from when they are first read.
   * @throws CorruptState
   */
  decode(customerId: string, bytes: Buffer, start = 0): EncodedState {
    const from = new ByteReader(bytes, start, bytes.length);
    const document: DocumentText = { text: bytes.toString('latin1') };
    const marks: number[] = [];
    const version = from.byte();
    if (version !== CODEC_VERSION) throw new CorruptState(`unknown version ${version}`);
    const asOfMs = from.timeMs();
    const publication = from.varint();
    const records = from.varint();
    const seenSpilledMs = from.varint();
    const memberships = from.text();
    const aliases = readTexts(from);
    const traits = readSection(from, marks, readTraits);
    const consent = readSection(from, marks, readConsent);
    const orphans = readSection(from, marks, readOrphans);
    const cooldowns = readSection(from, marks, readTimes);
    const caps = readSection(from, marks, readCaps);
    const contacts = readSection(from, marks, readContacts);
    const decisions = readSection(from, marks, readDecisions);
    const answers = readSection(from, marks, readAnswers);
    const seen = readSection(from, marks, readSeen);
    const features = new Map<string, Cell>();
    for (let left = from.count(); left > 0; left--)
      features.set(from.id(), readCell(from, document));
    if (from.at !== from.end) throw new CorruptState('there are bytes left over');
    const state: CustomerState = {
      customerId,
      aliases,
      asOfMs,
      publication,
      records,
      traits,
      consent,
      features,
      orphans,
      cooldowns,
      caps,
      contacts,
      decisions,
      seen,
      seenSpilledMs,
      answers,
      memberships,
    };
    return new EncodedState(state, document, marks);
  }

  /** Bytes that a feature takes, without its id. */
  cellBytes(cell: Cell): number {
    this.writer.length = 0;
    return cellBytes(this.writer, cell);
  }

  /** Writes a section, or copies it where it is the one that was written before. */
  private section<T>(
    index: number,
    value: T,
    before: T | undefined,
    previous: EncodedState | null,
    marks: number[],
    write: (to: ByteWriter, value: T) => void,
  ): void {
    const to = this.writer;
    marks.push(to.length);
    if (previous !== null && value === before) {
      to.copy(previous.document, previous.marks[index]!, previous.marks[index + 1]!);
      return;
    }
    to.restartTimes();
    write(to, value);
  }
}

function writeScalars(to: ByteWriter, state: CustomerState): void {
  to.byte(CODEC_VERSION);
  to.restartTimes();
  to.timeMs(state.asOfMs);
  to.varint(state.publication);
  to.varint(state.records);
  to.varint(state.seenSpilledMs);
  to.text(state.memberships);
  writeTexts(to, state.aliases);
}

function readSection<T>(from: ByteReader, marks: number[], read: (from: ByteReader) => T): T {
  marks.push(from.at);
  from.restartTimes();
  return read(from);
}
