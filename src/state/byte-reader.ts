// Hot path. Reads what byte-writer.ts wrote. Input is not trusted: every read is checked against the
// end, every count against the bytes that are left, so that no input can crash, loop or allocate
// more than a small multiple of its own size.

import { Unreadable } from '../errors.ts';
import { EPOCH_MS } from './byte-writer.ts';
import { ID_BYTES_MAX, ID_BYTES_MIN } from './id-key.ts';
import { INTERNED_BYTES_MAX, internText } from './text-intern.ts';

/** The stored bytes are no state: damaged, cut short, or of a version from the future. */
export class CorruptState extends Unreadable {
  constructor(what: string) {
    super(`the stored state is corrupt: ${what}`);
    this.name = 'CorruptState';
  }
}

const float64 = new Float64Array(1);
const float64Bytes = new Uint8Array(float64.buffer);

export class ByteReader {
  private lastTimeMs = EPOCH_MS;

  constructor(
    public buffer: Buffer,
    public at: number,
    public end: number,
  ) {}

  /** Turns it to a part of a buffer. */
  point(buffer: Buffer, at: number, end: number): this {
    this.buffer = buffer;
    this.at = at;
    this.end = end;
    this.lastTimeMs = EPOCH_MS;
    return this;
  }

  restartTimes(): void {
    this.lastTimeMs = EPOCH_MS;
  }

  byte(): number {
    if (this.at >= this.end) throw new CorruptState('it ends early');
    return this.buffer[this.at++]!;
  }

  varint(): number {
    // One byte, as nearly all have, without a loop.
    const { at } = this;
    if (at >= this.end) throw new CorruptState('it ends early');
    const first = this.buffer[at]!;
    if (first < 128) {
      this.at = at + 1;
      return first;
    }
    return this.longVarint();
  }

  private longVarint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw new CorruptState('a number is too long');
  }

  signed(): number {
    const value = this.varint();
    if (value <= 0x7fffffff) return (value >>> 1) ^ -(value & 1);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  timeMs(): number {
    this.lastTimeMs += this.signed();
    if (!Number.isSafeInteger(this.lastTimeMs)) throw new CorruptState('a time is out of range');
    return this.lastTimeMs;
  }

  double(): number {
    this.need(8);
    for (let i = 0; i < 8; i++) float64Bytes[i] = this.buffer[this.at++]!;
    return float64[0]!;
  }

  /** How many entries follow, each of at least one byte. */
  count(): number {
    const count = this.varint();
    this.need(count);
    return count;
  }

  text(): string {
    const length = this.count();
    const start = this.at;
    this.at += length;
    if (length <= INTERNED_BYTES_MAX) {
      return (
        internText(this.buffer, start, this.at) ?? this.buffer.toString('utf8', start, this.at)
      );
    }
    return this.buffer.toString('utf8', start, this.at);
  }

  /** As ByteWriter.id wrote it. */
  id(): string {
    const bytes = this.byte();
    if (bytes === 0) return this.text();
    if (bytes < ID_BYTES_MIN || bytes > ID_BYTES_MAX) throw new CorruptState('an id is damaged');
    const start = this.skip(bytes);
    return this.buffer.toString('hex', start, start + bytes);
  }

  /** Skips so many bytes and returns where they start. */
  skip(bytes: number): number {
    this.need(bytes);
    const start = this.at;
    this.at += bytes;
    return start;
  }

  private need(bytes: number): void {
    if (this.at + bytes > this.end) throw new CorruptState('it ends early');
  }
}
