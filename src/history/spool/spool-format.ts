// The bytes of a spool file: what one batch of the ledger looks like on a worker's disk.
//
//   "PROFSPL" version          8 bytes
//   length, header             u32, JSON: SpoolHeader
//   length, block …            u32, compressed records; as many as it takes
//   0, checksum                u32, SHA-256 over everything before it
//
// Uncompressed, a block is records one after the other: number of the range in the header (u16), the
// ledger id less the first of that range (u32), length (u32), UTF-8 text. Integers are little-endian.
//
// Brotli at quality 1 packs ledger records 15 to 20 times at over 1 GB/s of a core, deflate at level
// 1 hardly less at half the speed; so the disk has 20 times the room and writing is no slower.

import { createHash, type Hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { z } from 'zod';
import type { LedgerRecord } from '../../ledger/ledger-reader.ts';
import type { FrozenRange } from '../../ledger/ledger-scripts.ts';

const MAGIC = Buffer.from('PROFSPL\u0001', 'latin1');
const CHECKSUM_BYTES = 32;
const RECORD_HEAD_BYTES = 10;
/** A header names 4,096 ranges at most; more is not a header of ours. */
const HEADER_BYTES_MAX = 1024 * 1024;
/** A page of the ledger is 4,000 records of 64 KB at most, and mostly 2 MB. */
const BLOCK_BYTES_MAX = 512 * 1024 * 1024;

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

const header = z.object({
  ranges: z.array(
    z.object({
      partition: z.number().int().min(0),
      first: z.number().int().min(1),
      last: z.number().int().min(1),
      queryId: z.string().min(1),
      tried: z.boolean(),
    }),
  ),
  records: z.number().int().min(0),
  oldestAtMs: z.number(),
});

/** A range in a file; `tried`: an insert of it was begun, and may have written something. */
export interface SpoolRange extends FrozenRange {
  readonly tried: boolean;
}

export interface SpoolHeader {
  readonly ranges: readonly SpoolRange[];
  /** Of all ranges together. */
  readonly records: number;
  /** About when the oldest record was received, epoch ms. */
  readonly oldestAtMs: number;
}

/** The file is not what was written: torn, flipped, or not ours. */
export class Damaged extends Error {}

/** Where bytes of a file come from, in order; fewer than asked for only at its end. */
export type ReadBytes = (count: number) => Promise<Buffer>;

/** Makes the bytes of one file, part by part. */
export class SpoolEncoder {
  private readonly hash: Hash = createHash('sha256');
  private readonly numbers = new Map<number, number>();

  constructor(private readonly header: SpoolHeader) {
    header.ranges.forEach(({ partition }, number) => {
      this.numbers.set(partition, number);
    });
  }

  head(): Buffer {
    const text = Buffer.from(JSON.stringify(this.header));
    return this.hashed(Buffer.concat([MAGIC, length(text), text]));
  }

  /** One block. Every record is of a range of the header; a partition has one range at most. */
  async block(records: readonly LedgerRecord[]): Promise<Buffer> {
    let bytes = 0;
    for (const { text } of records) bytes += RECORD_HEAD_BYTES + Buffer.byteLength(text);
    const plain = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (const { partition, id, text } of records) {
      const number = this.numbers.get(partition)!;
      const textBytes = plain.write(text, at + RECORD_HEAD_BYTES);
      plain.writeUInt16LE(number, at);
      plain.writeUInt32LE(id - this.header.ranges[number]!.first, at + 2);
      plain.writeUInt32LE(textBytes, at + 6);
      at += RECORD_HEAD_BYTES + textBytes;
    }
    const packed = await compress(plain, FAST);
    return this.hashed(Buffer.concat([length(packed), packed]));
  }

  end(): Buffer {
    return Buffer.concat([this.hashed(length(NOTHING)), this.hash.digest()]);
  }

  private hashed(bytes: Buffer): Buffer {
    this.hash.update(bytes);
    return bytes;
  }
}

/** Reads a file's header. @throws Damaged when it is none */
export async function decodeHeader(read: ReadBytes): Promise<SpoolHeader> {
  return (await headerOf(read, () => {})).header;
}

/**
 * Reads a whole file, yielding the records block by block. What is yielded is only known to be
 * sound when the end is reached: whoever acts on records reads the file through once before.
 * @throws Damaged
 */
export async function* decodeRecords(read: ReadBytes): AsyncGenerator<LedgerRecord[]> {
  const hash = createHash('sha256');
  const { header } = await headerOf(read, (bytes) => hash.update(bytes));
  let count = 0;
  for (;;) {
    const size = await exactly(read, 4);
    hash.update(size);
    const blockBytes = size.readUInt32LE();
    if (blockBytes === 0) break;
    if (blockBytes > BLOCK_BYTES_MAX) throw new Damaged('a block is too long');
    const packed = await exactly(read, blockBytes);
    hash.update(packed);
    const records = recordsIn(await unpacked(packed), header);
    count += records.length;
    yield records;
  }
  const checksum = await exactly(read, CHECKSUM_BYTES);
  if (!checksum.equals(hash.digest())) throw new Damaged('the checksum differs');
  if ((await read(1)).length > 0) throw new Damaged('something follows the checksum');
  if (count !== header.records) throw new Damaged(`${count} records instead of ${header.records}`);
}

async function headerOf(read: ReadBytes, use: (bytes: Buffer) => void) {
  const start = await exactly(read, MAGIC.length + 4);
  use(start);
  if (!start.subarray(0, MAGIC.length).equals(MAGIC)) throw new Damaged('not a spool file');
  const size = start.readUInt32LE(MAGIC.length);
  if (size > HEADER_BYTES_MAX) throw new Damaged('the header is too long');
  const text = await exactly(read, size);
  use(text);
  try {
    return { header: header.parse(JSON.parse(text.toString())) as SpoolHeader };
  } catch {
    throw new Damaged('the header cannot be read');
  }
}

async function unpacked(packed: Buffer): Promise<Buffer> {
  try {
    return await decompress(packed, { maxOutputLength: BLOCK_BYTES_MAX });
  } catch {
    throw new Damaged('a block cannot be unpacked');
  }
}

function recordsIn(plain: Buffer, { ranges }: SpoolHeader): LedgerRecord[] {
  const records: LedgerRecord[] = [];
  for (let at = 0; at < plain.length; ) {
    if (at + RECORD_HEAD_BYTES > plain.length) throw new Damaged('a record is cut');
    const range = ranges[plain.readUInt16LE(at)];
    const id = plain.readUInt32LE(at + 2);
    const end = at + RECORD_HEAD_BYTES + plain.readUInt32LE(at + 6);
    if (range === undefined || end > plain.length) throw new Damaged('a record is cut');
    const text = plain.toString('utf8', at + RECORD_HEAD_BYTES, end);
    records.push({ partition: range.partition, id: range.first + id, text });
    at = end;
  }
  return records;
}

async function exactly(read: ReadBytes, count: number): Promise<Buffer> {
  const bytes = await read(count);
  if (bytes.length < count) throw new Damaged('the file ends early');
  return bytes;
}

function length(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  return size;
}

const NOTHING = Buffer.alloc(0);
