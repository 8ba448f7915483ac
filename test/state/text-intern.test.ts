import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { internId, internText } from '../../src/state/text-intern.ts';

describe('interned texts', () => {
  it('are always the text that was asked for, whatever came before', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 32 }),
      fc.nat().map((n) => `key-${n}`),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 200 }), (asked) => {
        for (const one of asked) {
          const bytes = Buffer.from(`<${one}>`, 'utf8');
          const isAscii = bytes.length === one.length + 2;
          expect(internText(bytes, 1, bytes.length - 1)).toBe(isAscii ? one : null);
        }
      }),
    );
  });

  it('are ids as hex, whatever came before', () => {
    const id = fc.oneof(
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      // Alike in what the slot is made of.
      fc.nat({ max: 255 }).map((b) => Uint8Array.of(b, 0, 0, 7, b, 0, 0, 7)),
    );
    fc.assert(
      fc.property(fc.array(id, { maxLength: 200 }), (asked) => {
        for (const one of asked) {
          const bytes = Buffer.concat([Buffer.from([9]), one]);
          expect(internId(bytes, 1)).toBe(Buffer.from(one).toString('hex'));
        }
      }),
    );
  });
});
