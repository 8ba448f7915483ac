import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBody } from '../../src/gateway/json-body.ts';
import { JsonCleaner } from '../../src/gateway/json-cleaner.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { jsonHazard } from '../../src/model/json-hazards.ts';
import { jsonAsSent, jsonText } from '../../src/model/json-text.ts';

const clean = (text: string) => {
  const cleaner = new JsonCleaner();
  const body = parseBody(text, Buffer.from(text)) as JsonObject;
  return { fault: cleaner.clean(body, text), body, bytesAtMost: cleaner.bytesAtMost };
};

const nested = (depth: number) => `{"properties":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;

describe('the cleaner', () => {
  it('takes 64 levels and refuses 65, saying where', () => {
    expect(clean(nested(63)).fault).toBeNull();
    expect(clean(nested(64)).fault?.path).toBe(`properties${'.a'.repeat(63)}`);
    expect(clean(`{"properties":{"l":${'['.repeat(70)}${']'.repeat(70)}}}`).fault?.path).toMatch(
      /^properties\.l(\[0\])+$/,
    );
  });

  it('bounds the JSON size from above', () => {
    // One of every length in UTF-8 and of every escape.
    const unit = fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'é', '北', '😀', '\ud800');
    const long = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    const value = fc.oneof(fc.jsonValue(), long, fc.array(long)) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit }), value), (sent) => {
        const { body, bytesAtMost } = clean(jsonAsSent(sent));
        expect(bytesAtMost).toBeGreaterThanOrEqual(Buffer.byteLength(jsonText(body)));
      }),
      { numRuns: 200 },
    );
  });

  it('leaves nothing that history could not store', () => {
    const key = fc.constantFrom('a', 'b', 'a.b', 'b.a', '', '.', 'a.', '\ud800', '__proto__');
    const { object } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(1, 'x', null, '\udfff', true),
        { weight: 3, arbitrary: tie('object') },
        fc.array(tie('value'), { maxLength: 3 }),
      ),
      object: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((pairs) => {
        const made: Record<string, unknown> = {};
        for (const [name, item] of pairs) {
          Object.defineProperty(made, name, {
            value: item,
            enumerable: true,
            configurable: true,
            writable: true,
          });
        }
        return made;
      }),
    }));
    let refused = 0;
    fc.assert(
      fc.property(object, (properties) => {
        const { fault, body } = clean(JSON.stringify({ properties }));
        if (fault !== null) {
          refused++;
          return;
        }
        const text = JSON.stringify(body);
        expect(jsonHazard(body.properties!)).toBeNull();
        expect(text).not.toContain('__proto__');
        expect(text).not.toMatch(/\\ud[89a-f]/);
      }),
      { numRuns: 700 },
    );
    expect(refused).toBeGreaterThan(10);
  });
});
