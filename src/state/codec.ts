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
import { cellBytes, encodeValue, readCell, writeCell } from './feature-cells.ts';
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

/** Encodes and decodes states; holds the buffer that it encodes into. */
export class StateCodec {
  private readonly writer = new ByteWriter();
  // States share what a step did not change, so most sections were encoded before: their bytes are
  // kept by identity (8.5 → 3.4 µs for a realistic state). Sections do not depend on each other.
  private readonly encoded = new WeakMap<object, Uint8Array>();

  /**
   * A new buffer: `headBytes` free bytes for the caller, then the state.
   * @throws TypeError for a value that a state cannot hold (undefined, functions, 128 levels)
   */
  encode(state: CustomerState, headBytes = 0): Buffer {
    const to = this.writer;
    to.length = headBytes;
    to.byte(CODEC_VERSION);
    to.restartTimes();
    to.timeMs(state.asOfMs);
    to.varint(state.publication);
    to.varint(state.records);
    to.varint(state.seenSpilledMs);
    to.text(state.memberships);
    writeTexts(to, state.aliases);
    this.section(state.traits, state.traits.size, writeTraits);
    this.section(state.consent, state.consent.size, writeConsent);
    this.section(state.orphans, state.orphans.size, writeOrphans);
    this.section(state.cooldowns, state.cooldowns.size, writeTimes);
    this.section(state.caps, state.caps.size, writeCaps);
    this.section(state.contacts, state.contacts.size, writeContacts);
    this.section(state.decisions, state.decisions.length, writeDecisions);
    this.section(state.answers, state.answers.length, writeAnswers);
    to.restartTimes();
    writeSeen(to, state.seen);
    to.varint(state.features.size);
    for (const [id, cell] of state.features) {
      to.id(id);
      writeCell(to, cell);
    }
    return Buffer.from(to.buffer.subarray(0, to.length));
  }

  /**
   * The state whose bytes are `bytes` from `start` on. Keeps a copy of them, which the features are
   * decoded from when they are first read.
   * @throws CorruptState
   */
  decode(customerId: string, bytes: Buffer, start = 0): CustomerState {
    // A copy, since a reply is a window into a socket's 64 KB chunk, which it would keep alive.
    const own = Buffer.allocUnsafeSlow(bytes.length - start);
    bytes.copy(own, 0, start);
    const from = new ByteReader(own, 0, own.length);
    const version = from.byte();
    if (version !== CODEC_VERSION) throw new CorruptState(`unknown version ${version}`);
    const asOfMs = from.timeMs();
    const publication = from.varint();
    const records = from.varint();
    const seenSpilledMs = from.varint();
    const memberships = from.text();
    const aliases = readTexts(from);
    const traits = readSection(from, readTraits);
    const consent = readSection(from, readConsent);
    const orphans = readSection(from, readOrphans);
    const cooldowns = readSection(from, readTimes);
    const caps = readSection(from, readCaps);
    const contacts = readSection(from, readContacts);
    const decisions = readSection(from, readDecisions);
    const answers = readSection(from, readAnswers);
    const seen = readSection(from, readSeen);
    const features = new Map<string, Cell>();
    for (let left = from.count(); left > 0; left--) features.set(from.id(), readCell(from));
    if (from.at !== from.end) throw new CorruptState('there are bytes left over');
    return {
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
  }

  private section<T extends object>(
    value: T,
    size: number,
    write: (to: ByteWriter, value: T) => void,
  ): void {
    const to = this.writer;
    if (size === 0) {
      to.byte(0);
      return;
    }
    const known = this.encoded.get(value);
    if (known !== undefined) {
      to.raw(known, 0, known.length);
      return;
    }
    const start = to.length;
    to.restartTimes();
    write(to, value);
    this.encoded.set(value, Uint8Array.prototype.slice.call(to.buffer, start, to.length));
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
}

function readSection<T>(from: ByteReader, read: (from: ByteReader) => T): T {
  from.restartTimes();
  return read(from);
}
