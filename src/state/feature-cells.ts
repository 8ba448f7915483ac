// Hot path. Cells: feature values that are decoded when first read and encoded when first written,
// so that an event pays for the features it touches only.

import type { Cell, FeatureValue } from '../model/state.ts';
import { ByteReader, CorruptState } from './byte-reader.ts';
import type { ByteWriter, DocumentText } from './byte-writer.ts';
import { readValue, writeValue } from './value-codec.ts';

/**
 * Where a cell lies. Every encode moves its cells on to the new document, so that a state keeps one
 * document alive, not one for each time that a feature was touched.
 */
class Place {
  constructor(
    public document: DocumentText,
    public start: number,
    public end: number,
  ) {}
}

/** A cell as it lies in an encoded state. */
class StoredCell implements Cell {
  private decoded: FeatureValue | undefined = undefined;

  constructor(readonly bytes: Place) {}

  /** @throws CorruptState on the first read, when the bytes are damaged */
  get value(): FeatureValue {
    if (this.decoded === undefined) this.decoded = decodeAt(this.bytes);
    return this.decoded;
  }
}

function decodeAt(place: Place): FeatureValue {
  const { start, end } = place;
  const bytes = Buffer.from(place.document.text.slice(start, end), 'latin1');
  const reader = new ByteReader(bytes, 0, bytes.length);
  const value = readValue(reader) as FeatureValue;
  if (reader.at !== reader.end) throw new CorruptState('a feature has bytes left over');
  return value;
}

/** Length, then the value: copied when it was encoded before. `into` is the document at hand. */
export function writeCell(to: ByteWriter, cell: Cell, into: DocumentText): void {
  const place = cell.bytes as Place | null;
  if (place === null) {
    writeNew(to, cell, into);
    return;
  }
  const length = place.end - place.start;
  to.varint(length);
  const start = to.length;
  if (place.document === into) {
    // One cell under two ids: it lies in this very document, which is not finished.
    to.reserve(length);
    to.buffer.copyWithin(start, place.start, place.end);
    to.length += length;
    return;
  }
  to.copy(place.document, place.start, place.end);
  place.document = into;
  place.start = start;
  place.end = start + length;
}

function writeNew(to: ByteWriter, cell: Cell, into: DocumentText): void {
  const at = to.length;
  // One byte for the length, which most values need; the others are moved on.
  to.byte(0);
  to.restartTimes();
  writeValue(to, cell.value);
  const length = to.length - at - 1;
  if (length < 128) {
    to.buffer[at] = length;
  } else {
    to.reserve(8);
    to.length = at;
    // Behind the value, so that it is not overwritten before it is moved.
    const moreBytes = length < 16_384 ? 1 : length < 2_097_152 ? 2 : 3;
    to.buffer.copyWithin(at + 1 + moreBytes, at + 1, at + 1 + length);
    to.varint(length);
    to.length += length;
  }
  cell.bytes = new Place(into, to.length - length, to.length);
}

export function readCell(from: ByteReader, document: DocumentText): Cell {
  const length = from.count();
  const start = from.skip(length);
  return new StoredCell(new Place(document, start, start + length));
}

/** Bytes this cell takes in the document (without its id and length). */
export function cellBytes(scratch: ByteWriter, cell: Cell): number {
  const place = cell.bytes as Place | null;
  if (place !== null) return place.end - place.start;
  const start = scratch.length;
  scratch.restartTimes();
  writeValue(scratch, cell.value);
  const bytes = scratch.length - start;
  scratch.length = start;
  return bytes;
}
