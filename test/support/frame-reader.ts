// ClickHouse's compressed frames, read as its Java client reads them: any method but 0x82 and any
// checksum that is not that of the frame is a fault. The LZ4 block is decoded here, not by the package
// that made it. The checksum is the product's: the engine's own files, which it agrees with, are the
// test of that.

import { cityHash128 } from '../../src/history/analyst/city-hash.ts';

export interface ReadFrame {
  readonly method: number;
  readonly holds: Buffer;
}

/** @throws Error as soon as a byte is not as it must be */
export function readFrames(bytes: Buffer, methods: readonly number[] = [0x82]): ReadFrame[] {
  const frames: ReadFrame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const method = bytes[at + 16]!;
    if (!methods.includes(method)) throw new Error(`magic is not correct: ${method}`);
    const size = bytes.readUInt32LE(at + 17);
    const frame = bytes.subarray(at + 16, at + 16 + size);
    if (frame.length !== size) throw new Error('a frame is cut off');
    const [first, second] = cityHash128(frame);
    if (bytes.readBigUInt64LE(at) !== first || bytes.readBigUInt64LE(at + 8) !== second) {
      throw new Error('a checksum is wrong');
    }
    const holds = bytes.readUInt32LE(at + 21);
    const block = frame.subarray(9);
    frames.push({ method, holds: method === 0x02 ? block : decodeLz4(block, holds) });
    at += 16 + size;
  }
  return frames;
}

/** What all frames hold together. */
export function unframe(bytes: Buffer): Buffer {
  return Buffer.concat(readFrames(bytes).map(({ holds }) => holds));
}

function decodeLz4(block: Buffer, size: number): Buffer {
  const out = Buffer.alloc(size);
  let from = 0;
  let to = 0;
  /** A length of 15 goes on in bytes of 255. */
  const longer = (length: number) => {
    if (length < 15) return length;
    let [sum, byte] = [length, 255];
    while (byte === 255) {
      byte = block[from++]!;
      sum += byte;
    }
    return sum;
  };
  while (from < block.length) {
    const token = block[from++]!;
    const literals = longer(token >> 4);
    to += block.copy(out, to, from, from + literals);
    from += literals;
    if (from >= block.length) break;
    const back = block.readUInt16LE(from);
    from += 2;
    const length = longer(token & 15) + 4;
    // Byte by byte: what is copied may begin in what is being written.
    for (let i = 0; i < length; i++, to++) out[to] = out[to - back]!;
  }
  if (to !== size) throw new Error(`a block holds ${to} bytes instead of ${size}`);
  return out;
}
