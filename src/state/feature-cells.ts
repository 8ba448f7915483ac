// Hot path. Cells: feature values that are decoded when first read and encoded when first written,
// so that an event pays for the features it touches only.

import type { Cell, FeatureValue } from '../model/state.ts';
import { ByteReader, CorruptState } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readValue, writeValue } from './value-codec.ts';

/**
 * The bytes that cells lie in. Every encode moves its cells on to the new bytes, so that a state
 * keeps one document alive, not one for each time that a feature was touched.
 */
export interface CellSource {
  buffer: Buffer;
}

/** A cell as it lies in an encoded state. */
class StoredCell implements Cell {
  private decoded: FeatureValue | undefined = undefined;

  constructor(
    public source: CellSource,
    public start: number,
    public end: number,
  ) {}

  /** @throws CorruptState on the first read, when the bytes are damaged */
  get value(): FeatureValue {
    if (this.decoded === undefined) {
      const reader = new ByteReader(this.source.buffer, this.start, this.end);
      const value = readValue(reader) as FeatureValue;
      if (reader.at !== this.end) throw new CorruptState('a feature has bytes left over');
      this.decoded = value;
    }
    return this.decoded;
  }

  get bytes(): Uint8Array {
    return this.source.buffer.subarray(this.start, this.end);
  }
}

/** Length, then the value. A cell that was encoded before is copied. */
export function writeCell(to: ByteWriter, cell: Cell, source: CellSource): void {
  if (cell instanceof StoredCell) {
    const length = cell.end - cell.start;
    to.varint(length);
    const start = to.length;
    to.raw(cell.source.buffer, cell.start, cell.end);
    cell.source = source;
    cell.start = start;
    cell.end = start + length;
    return;
  }
  cell.bytes ??= encodeValue(to, cell.value);
  to.varint(cell.bytes.length);
  to.raw(cell.bytes, 0, cell.bytes.length);
}

/** The bytes of a value alone; uses the writer's free space as scratch. */
export function encodeValue(scratch: ByteWriter, value: FeatureValue): Uint8Array {
  const start = scratch.length;
  scratch.restartTimes();
  writeValue(scratch, value);
  // An array of its own, not a window: up to 64 bytes lie in the heap, and nothing else is kept.
  const bytes = new Uint8Array(scratch.length - start);
  for (let i = 0; i < bytes.length; i++) bytes[i] = scratch.buffer[start + i]!;
  scratch.length = start;
  return bytes;
}

export function readCell(from: ByteReader, source: CellSource): Cell {
  const length = from.count();
  const start = from.skip(length);
  return new StoredCell(source, start, start + length);
}

/** Bytes this cell takes in the document (without its id and length). */
export function cellBytes(scratch: ByteWriter, cell: Cell): number {
  if (cell instanceof StoredCell) return cell.end - cell.start;
  cell.bytes ??= encodeValue(scratch, cell.value);
  return cell.bytes.length;
}
