// Hot path. The state document to bytes and back.
//
//   version byte · scalars · sections (traits … answers) · features: id, length, value …
//
// A format of our own, since msgpackr's (records, structures shared) is about as fast but 1.6 times
// as large on a realistic state (bench/commit-script.ts prints both), cannot leave features encoded
// until they are read, and would put a library's format into a store that outlives it.
// The customer id is not in it: the key has it.

import type { Cell, CustomerState } from '../model/state.ts';
import { ByteReader, CorruptState } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type CellSource, cellBytes, encodeValue, readCell, writeCell } from './feature-cells.ts';
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
 * change, so the next encode of the customer copies those sections (10 → 4 µs, realistic state).
 */
export class EncodedState {
  constructor(
    readonly state: CustomerState,
    /** The whole buffer, with what its caller left free in front. */
    readonly bytes: Buffer,
    /** Where the sections start, in the order they are written; then where the last one ends. */
    readonly marks: readonly number[],
  ) {}
}

/** Encodes and decodes states; holds the buffer that it encodes into. */
export class StateCodec {
  private readonly writer = new ByteWriter();

  /**
   * @param headBytes left free in front for the caller
   * @param previous any earlier encoding of the same customer, to copy from; null = none
   * @throws TypeError for a value that a state cannot hold (undefined, functions, 128 levels)
   */
  encode(state: CustomerState, headBytes: number, previous: EncodedState | null): EncodedState {
    const to = this.writer;
    to.length = 0;
    to.reserve(headBytes);
    to.length = headBytes;
    const source: CellSource = { buffer: NO_BYTES };
    let bytes = NO_BYTES;
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
        writeCell(to, cell, source);
      }
    } finally {
      // Also after a fault: the cells written so far have moved here. A buffer of its own size, not
      // of Node's pool, whose 8 KB would live as long as the state does.
      bytes = Buffer.allocUnsafeSlow(to.length);
      to.buffer.copy(bytes, 0, 0, to.length);
      source.buffer = bytes;
    }
    return new EncodedState(state, bytes, marks);
  }

  /**
   * The state whose bytes are `bytes` from `start` on. Keeps a copy of them, which the features are
   * decoded from when they are first read.
   * @throws CorruptState
   */
  decode(customerId: string, bytes: Buffer, start = 0): EncodedState {
    // A copy, since a reply is a window into a socket's 64 KB chunk, which it would keep alive.
    const own = Buffer.allocUnsafeSlow(bytes.length - start);
    bytes.copy(own, 0, start);
    const from = new ByteReader(own, 0, own.length);
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
    const source: CellSource = { buffer: own };
    const features = new Map<string, Cell>();
    for (let left = from.count(); left > 0; left--) features.set(from.id(), readCell(from, source));
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
    return new EncodedState(state, own, marks);
  }

  /** Bytes that a feature takes, without its id. */
  cellBytes(cell: Cell): number {
    this.writer.length = 0;
    return cellBytes(this.writer, cell);
  }

  /** A cell for a new value, already encoded. */
  cellOf(value: Cell['value']): Cell {
    this.writer.length = 0;
    return { value, bytes: encodeValue(this.writer, value) };
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
      to.raw(previous.bytes, previous.marks[index]!, previous.marks[index + 1]!);
      return;
    }
    to.restartTimes();
    write(to, value);
  }
}

const NO_BYTES = Buffer.alloc(0);

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
