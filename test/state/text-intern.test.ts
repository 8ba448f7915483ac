import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { internText } from '../../src/state/text-intern.ts';

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
});
