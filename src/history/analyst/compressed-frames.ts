// ClickHouse's native compressed frames, which its HTTP interface answers with `compress=1` and reads
// with `decompress=1`. One after the other, numbers little-endian:
//
//   checksum            16 bytes   CityHash128 of all that follows
//   method               1 byte    0x82 LZ4, 0x02 none; others (0x90 ZSTD) are refused
//   size                 u32       of the frame without its checksum, so 9 + the block's
//   size of what it holds u32
//   block                          LZ4 without any frame of its own

import { createRequire } from 'node:module';
import { cityHash128 } from './city-hash.ts';
import { SqlError } from './sql-error.ts';

/** What one frame holds at most when we write it, bytes: a turn of the event loop is some ms. */
export const FRAME_HOLDS_MAX = 256 * 1024;

const CHECKSUM_BYTES = 16;
const HEADER_BYTES = 9;
const LZ4 = 0x82;
const NONE = 0x02;
/** What lz4-napi has in front of a block: the size of what it holds. */
const PREFIX_BYTES = 4;

/**
 * Loaded when the first frame is made or read: a worker beside a ClickHouse server may be installed
 * without its native part, and has no use for it.
 */
function lz4(): typeof import('lz4-napi') {
  return createRequire(import.meta.url)('lz4-napi');
}

/** One frame with all of `bytes`. */
export function frameOf(bytes: Uint8Array): Buffer {
  const packed = lz4().compressSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const block = packed.subarray(PREFIX_BYTES);
  const size = HEADER_BYTES + block.length;
  const frame = Buffer.allocUnsafe(CHECKSUM_BYTES + size);
  frame[CHECKSUM_BYTES] = LZ4;
  frame.writeUInt32LE(size, CHECKSUM_BYTES + 1);
  frame.writeUInt32LE(bytes.byteLength, CHECKSUM_BYTES + 5);
  block.copy(frame, CHECKSUM_BYTES + HEADER_BYTES);
  const [first, second] = cityHash128(frame.subarray(CHECKSUM_BYTES));
  frame.writeBigUInt64LE(first, 0);
  frame.writeBigUInt64LE(second, 8);
  return frame;
}

/**
 * What frames hold. Sizes are looked at before anything is made of them.
 * @param bytesMax of all together
 * @throws SqlError with ClickHouse's code
 */
export function unframed(bytes: Buffer, bytesMax: number): Buffer {
  const frames: Frame[] = [];
  let held = 0;
  for (let at = 0; at < bytes.length; ) {
    const frame = frameAt(bytes, at);
    held += frame.holds;
    if (held > bytesMax) throw new SqlError(307, 'The body is too long when decompressed', 413);
    frames.push(frame);
    at += CHECKSUM_BYTES + frame.checked.length;
  }
  return Buffer.concat(frames.map(heldBy), held);
}

interface Frame {
  readonly checksum: Buffer;
  /** What the checksum is of: header and block. */
  readonly checked: Buffer;
  /** Bytes. */
  readonly holds: number;
}

function frameAt(bytes: Buffer, at: number): Frame {
  const start = at + CHECKSUM_BYTES;
  if (start + HEADER_BYTES > bytes.length) throw cutOff();
  const size = bytes.readUInt32LE(start + 1);
  const holds = bytes.readUInt32LE(start + 5);
  if (size < HEADER_BYTES) throw undone('a frame is smaller than its header');
  if (start + size > bytes.length) throw cutOff();
  return {
    checksum: bytes.subarray(at, start),
    checked: bytes.subarray(start, start + size),
    holds,
  };
}

function heldBy({ checksum, checked, holds }: Frame): Buffer {
  const [first, second] = cityHash128(checked);
  if (checksum.readBigUInt64LE(0) !== first || checksum.readBigUInt64LE(8) !== second) {
    throw new SqlError(40, "Checksum doesn't match: corrupted data", 400);
  }
  const method = checked[0]!;
  const block = checked.subarray(HEADER_BYTES);
  if (method === NONE) {
    if (block.length !== holds) throw undone('a frame does not hold what it says');
    return block;
  }
  if (method !== LZ4) {
    const hex = method.toString(16).padStart(2, '0');
    throw new SqlError(89, `Unknown compression method 0x${hex}: LZ4 (0x82) is understood`, 400);
  }
  return unpacked(block, holds);
}

function unpacked(block: Buffer, holds: number): Buffer {
  const packed = Buffer.allocUnsafe(PREFIX_BYTES + block.length);
  packed.writeUInt32LE(holds, 0);
  block.copy(packed, PREFIX_BYTES);
  let held: Buffer;
  try {
    held = lz4().uncompressSync(packed);
  } catch {
    throw undone('a block is damaged');
  }
  if (held.length !== holds) throw undone('a frame does not hold what it says');
  return held;
}

function cutOff(): SqlError {
  return new SqlError(33, 'Cannot read all data: the last frame is cut off', 400);
}

function undone(why: string): SqlError {
  return new SqlError(271, `Cannot decompress: ${why}`, 400);
}
