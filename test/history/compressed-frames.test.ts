import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cityHash128 } from '../../src/history/analyst/city-hash.ts';
import { FRAME_HOLDS_MAX, frameOf, unframed } from '../../src/history/analyst/compressed-frames.ts';
import { readFrames, unframe } from '../support/frame-reader.ts';

const MB = 1024 * 1024;

/** A frame with the checksum that it must have. */
function sealed(body: Buffer): Buffer {
  const checksum = Buffer.alloc(16);
  const [first, second] = cityHash128(body);
  checksum.writeBigUInt64LE(first, 0);
  checksum.writeBigUInt64LE(second, 8);
  return Buffer.concat([checksum, body]);
}

function made(method: number, block: Buffer, holds: number, size = 9 + block.length): Buffer {
  const head = Buffer.alloc(9);
  head[0] = method;
  head.writeUInt32LE(size, 1);
  head.writeUInt32LE(holds, 5);
  return sealed(Buffer.concat([head, block]));
}

const LONG = 'much more than one hundred and twenty-eight bytes';

// Made by ClickHouse 26.7: parts of MergeTree tables.
const ENGINE_FRAMES: readonly (readonly [hex: string, holds: string])[] = [
  ['ad5297c9b5735dea16acfb7acc2c0dcc020c00000003000000787878', 'xxx'],
  [
    '9f07a963b93e712041d02993fa882f538219000000c60000006f6f66666572200600a8506666657220',
    'offer '.repeat(33),
  ],
  [
    '9411e414fd119b80445f537903700bd2821c00000018000000223c0001001242070090004800000000000000',
    ['<', 'B', 'H'].map((size) => size.padEnd(8, '\0')).join(''),
  ],
  [
    '28fc7eeb8bfd5de5d63c9f6e7d9d8fb2821e0000005a0000007f746869727479000100040f1e00245000' +
      '00000000',
    'thirty'.padEnd(30, '\0').repeat(3),
  ],
  [
    '143fd924f335655243a9cda7c6c0cacf0207020000fe010000' +
      Buffer.from(LONG).toString('hex').padEnd(340, '0').repeat(3),
    LONG.padEnd(170, '\0').repeat(3),
  ],
];

describe('frames', () => {
  it.each(ENGINE_FRAMES)('of the engine are read: %s', (hex, holds) => {
    const frame = Buffer.from(hex, 'hex');
    expect(unframed(frame, MB).toString('latin1')).toBe(holds);
    expect(unframed(Buffer.concat([frame, frame]), MB).length).toBe(2 * holds.length);
  });

  it('of ours are read by another reader, and by ours', () => {
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 400 })),
    );
    fc.assert(
      fc.property(texts, (made) => {
        const bytes = Array.isArray(made)
          ? Buffer.concat(Array(made[1]).fill(Buffer.from(made[0])))
          : Buffer.from(made as Uint8Array);
        const frame = frameOf(bytes);
        expect(unframe(frame).equals(bytes)).toBe(true);
        expect(unframed(frame, MB).equals(bytes)).toBe(true);
      }),
      { numRuns: 100 },
    );
    const large = Buffer.alloc(FRAME_HOLDS_MAX, 'abc');
    expect(readFrames(frameOf(large))).toHaveLength(1);
    expect(unframe(frameOf(large)).equals(large)).toBe(true);
  });

  const text = Buffer.from('SELECT 1');
  const good = frameOf(text);
  const flipped = (at: number) => {
    const bytes = Buffer.from(good);
    bytes[at]! ^= 1;
    return bytes;
  };

  it.each([
    ['nothing', Buffer.alloc(0), ''],
    ['no method', made(0x02, text, text.length), 'SELECT 1'],
    ['two methods', Buffer.concat([made(0x02, text, text.length), good]), 'SELECT 1SELECT 1'],
  ])('may have %s', (_, bytes, holds) => {
    expect(unframed(bytes, MB).toString()).toBe(holds);
  });

  it.each([
    ['a wrong checksum', flipped(0), 40],
    ['a wrong second half of it', flipped(15), 40],
    ['a wrong byte', flipped(good.length - 1), 40],
    ['ZSTD', made(0x90, text, 8), 89],
    ['a method that there is not', made(0xff, text, 8), 89],
    ['a head cut off', good.subarray(0, 20), 33],
    ['a block cut off', good.subarray(0, good.length - 1), 33],
    ['a second frame cut off', Buffer.concat([good, good.subarray(0, 3)]), 33],
    ['a size beyond its end', made(0x82, text, 8, 2 ** 32 - 1), 33],
    ['a size below its head', made(0x82, text, 8, 3), 271],
    ['a block that is none', made(0x82, Buffer.from('ffffffff', 'hex'), 8), 271],
    ['less than it says', made(0x82, good.subarray(25), 9), 271],
    ['more than it says', made(0x82, good.subarray(25), 7), 271],
    ['less than it says, not compressed', made(0x02, text, 9), 271],
    ['4 GB, as it says', made(0x82, good.subarray(25), 2 ** 32 - 1), 307],
    ['too much in all', Buffer.concat(Array(300).fill(frameOf(Buffer.alloc(4096)))), 307],
  ])('with %s are refused', (_, bytes, code) => {
    expect(() => unframed(bytes, MB)).toThrow(expect.objectContaining({ code }));
  });
});
