// Hot path. Writes the state's primitives into one growing buffer, which is reused for every state.
//
// Numbers are varints (7 bits a byte, low first), signed ones zigzag. Times are deltas to the time
// written before, the first to EPOCH_MS: 5 bytes at first, 1–4 then. Texts are UTF-8 behind their
// length; ids that are lowercase hex take half.

/** What the first time of a section is relative to: 2026-01-01T00:00Z. Part of the format. */
export const EPOCH_MS = 1_767_225_600_000;

/** Integers up to here are varints (zigzag doubles them); beyond, doubles. */
export const INTEGER_MAX = 2 ** 51;

const BYTES_START = 16 * 1024;

const float64 = new Float64Array(1);
const float64Bytes = new Uint8Array(float64.buffer);

export class ByteWriter {
  buffer: Buffer = Buffer.allocUnsafeSlow(BYTES_START);
  length = 0;
  private lastTimeMs = EPOCH_MS;

  /** Makes the next time relative to EPOCH_MS: what follows can be copied anywhere. */
  restartTimes(): void {
    this.lastTimeMs = EPOCH_MS;
  }

  /** Room for so many bytes; the writers below ask for what they need. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  byte(value: number): void {
    if (this.length === this.buffer.length) this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** An integer from 0 to 2^53 − 1. */
  varint(value: number): void {
    this.reserve(8);
    const { buffer } = this;
    let rest = value;
    while (rest > 0x7fffffff) {
      buffer[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      buffer[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[this.length++] = rest;
  }

  /** An integer within ±INTEGER_MAX. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Epoch ms; anything but an integer is rounded down. */
  timeMs(value: number): void {
    const whole = Math.floor(value);
    this.signed(whole - this.lastTimeMs);
    this.lastTimeMs = whole;
  }

  /** 8 bytes, little-endian. */
  double(value: number): void {
    this.reserve(8);
    float64[0] = value;
    for (let i = 0; i < 8; i++) this.buffer[this.length++] = float64Bytes[i]!;
  }

  /** Big-endian. */
  uint32(value: number): void {
    this.reserve(4);
    const { buffer } = this;
    buffer[this.length++] = value >>> 24;
    buffer[this.length++] = value >>> 16;
    buffer[this.length++] = value >>> 8;
    buffer[this.length++] = value;
  }

  text(value: string): void {
    const { length } = value;
    if (length > SHORT_TEXT) {
      const bytes = Buffer.byteLength(value);
      this.varint(bytes);
      this.reserve(bytes);
      this.length += this.buffer.write(value, this.length);
      return;
    }
    // Short ASCII, the common case, is faster without the call into C++ (30 ns against 90).
    this.reserve(length + 1);
    const { buffer } = this;
    const start = this.length;
    buffer[start] = length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) {
        const bytes = Buffer.byteLength(value);
        this.varint(bytes);
        this.reserve(bytes);
        this.length += this.buffer.write(value, this.length);
        return;
      }
      buffer[start + 1 + i] = code;
    }
    this.length = start + 1 + length;
  }

  /** A definition id: hex of even length as bytes (length · 2 + 1), anything else as text. */
  id(value: string): void {
    const { length } = value;
    if (length === 0 || length % 2 !== 0 || length > 126 || !isLowerHex(value)) {
      this.varint(0);
      this.text(value);
      return;
    }
    this.reserve(1 + length / 2);
    this.buffer[this.length++] = length / 2;
    for (let i = 0; i < length; i += 2) {
      this.buffer[this.length++] =
        (nibble(value.charCodeAt(i)) << 4) | nibble(value.charCodeAt(i + 1));
    }
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    if (count > SHORT_TEXT) {
      this.buffer.set(bytes.subarray(start, end), this.length);
    } else {
      for (let i = 0; i < count; i++) this.buffer[this.length + i] = bytes[start + i]!;
    }
    this.length += count;
  }
}

const SHORT_TEXT = 63;

function isLowerHex(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false;
  }
  return true;
}

function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
