// Hot path. Cells: feature values that are decoded when first read and encoded when first written,
// so that an event pays for the features it touches only.

import type { Cell, FeatureValue } from '../model/state.ts';
import { ByteReader, CorruptState } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readValue, writeValue } from './value-codec.ts';

/** A cell as it lies in an encoded state. */
class StoredCell implements Cell {
  private decoded: FeatureValue | undefined = undefined;

  constructor(
    readonly source: Buffer,
    readonly start: number,
    readonly end: number,
  ) {}

  /** @throws CorruptState on the first read, when the bytes are damaged */
  get value(): FeatureValue {
    if (this.decoded === undefined) {
      const reader = new ByteReader(this.source, this.start, this.end);
      const value = readValue(reader) as FeatureValue;
      if (reader.at !== this.end) throw new CorruptState('a feature has bytes left over');
      this.decoded = value;
    }
    return this.decoded;
  }

  get bytes(): Uint8Array {
    return this.source.subarray(this.start, this.end);
  }
}

/** Length, then the value. A cell that was encoded before is copied. */
export function writeCell(to: ByteWriter, cell: Cell): void {
  if (cell instanceof StoredCell) {
    to.varint(cell.end - cell.start);
    to.raw(cell.source, cell.start, cell.end);
    return;
  }
  let { bytes } = cell;
  if (bytes === null) {
    bytes = encodeValue(to, cell.value);
    cell.bytes = bytes;
  }
  to.varint(bytes.length);
  to.raw(bytes, 0, bytes.length);
}

/** The bytes of a value alone; uses the writer's free space as scratch. */
export function encodeValue(scratch: ByteWriter, value: FeatureValue): Uint8Array {
  const start = scratch.length;
  scratch.restartTimes();
  writeValue(scratch, value);
  const bytes = new Uint8Array(scratch.length - start);
  for (let i = 0; i < bytes.length; i++) bytes[i] = scratch.buffer[start + i]!;
  scratch.length = start;
  return bytes;
}

export function readCell(from: ByteReader): Cell {
  const length = from.count();
  const start = from.skip(length);
  return new StoredCell(from.buffer, start, start + length);
}

/** Bytes this cell takes in the document (without its id and length). */
export function cellBytes(scratch: ByteWriter, cell: Cell): number {
  if (cell instanceof StoredCell) return cell.end - cell.start;
  cell.bytes ??= encodeValue(scratch, cell.value);
  return cell.bytes.length;
}
