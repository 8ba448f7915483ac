import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBody } from '../../src/gateway/json-body.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { jsonAsSent, jsonText } from '../../src/model/json-text.ts';

const parse = (text: string) => parseBody(text, Buffer.from(text));
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const ID = 1610521604143693812n;

/** One level more around `inner`, now a list, now an object. */
function nest(inner: JsonValue, [leaf, key]: [JsonValue, string], i: number): JsonValue {
  return i % 2 === 0 ? [leaf, inner, leaf] : { [key]: inner, k: leaf };
}

describe('whole numbers beyond 2^53', () => {
  it.each<[string, unknown]>([
    ['1610521604143693812', ID],
    ['-1610521604143693812', -ID],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['10000000000000000000', 10_000_000_000_000_000_000n],
    ['1'.repeat(400), BigInt('1'.repeat(400))],
    // What else a double holds, it holds: fractions and exponents are no ids.
    ['1610521604143693812.0', Number(ID)],
    ['1.610521604143693812e18', Number(ID)],
    ['1610521604143693812E0', Number(ID)],
    ['1610521604143693812e+1', Number(ID * 10n)],
    ['0.1610521604143693812', Number('0.1610521604143693812')],
    ['1e21', 1e21],
    ['1e-1610521604143693812', 0],
    ['1'.repeat(1_025), Number.POSITIVE_INFINITY],
  ])('keep their digits: %s', (text, value) => {
    for (const [before, after] of [
      ['{"v":', '}'],
      ['{"a":"1610521604143693812","v": \n', ' ,"b":"\\"1,1610521604143693812,\\\\"}'],
      ['{"1610521604143693812":0,"v":\t', '\r}'],
      ['{"\\\\":"\\\\\\"","v":', ',"c":[1610521604143693812]}'],
    ]) {
      expect((parse(`${before}${text}${after}`) as JsonObject).v).toEqual(value);
    }
    expect((parse(`{"v":[[${text},{"a":${text}}]]}`) as { v: unknown[] }).v).toEqual([
      [value, { a: value }],
    ]);
    expect((parse(`\ufeff{"v":${text}}`) as JsonObject).v).toEqual(value);
  });

  it('are what JSON.parse has, but for their digits, wherever they are', () => {
    const long = fc
      .tuple(fc.bigInt({ min: SAFE + 1n, max: 10n ** 40n }), fc.boolean())
      .map(([n, negative]) => (negative ? -n : n));
    const text = fc.oneof(
      // What is under that key is dropped before anybody reads it (json-cleaner.ts).
      fc.string({ maxLength: 12 }).filter((key) => key !== '__proto__'),
      fc.constantFrom(
        '\u0001',
        '\ud800',
        '"',
        '\\',
        '\\"',
        '1610521604143693812',
        ',1610521604143693812,',
      ),
    );
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
    );
    const leaf = fc.oneof(long, number, text, fc.constantFrom(null, true, false));
    let found = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(leaf, text), { maxLength: 8 }), fc.nat(), (leaves, at) => {
        const object = { nested: leaves.reduce<JsonValue>(nest, []) };
        const sent = jsonAsSent(object);
        const read = parse(sent) as JsonObject;
        expect(jsonAsSent(read)).toBe(sent);
        if (jsonText(read) !== sent) found++;
        // A text that is no JSON stays none, whatever is done to its numbers.
        const broken = `${sent.slice(0, at % sent.length)}${sent.slice((at % sent.length) + 1)}`;
        let isJson = true;
        try {
          JSON.parse(broken);
        } catch {
          isJson = false;
        }
        expect(parse(broken) !== undefined).toBe(isJson);
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(20);
  });

  it('cannot be made by what looks like one', () => {
    const text =
      '{"a":"1610521604143693812","b":{"__proto__":"1610521604143693812"},"c":1610521604143693813}';
    const body = parse(text) as JsonObject;
    expect(body.a).toBe('1610521604143693812');
    expect(body.c).toBe(1610521604143693813n);
    expect(Object.getPrototypeOf(body.b)).toBe(Object.prototype);
    for (const wrong of [
      '{"a":01610521604143693812}',
      '{1610521604143693812:1}',
      '{"a":--1610521604143693812}',
      '{"a":1610521604143693812 1}',
      '{"a":+1610521604143693812}',
      '{"a":1610521604143693812.}',
      '{"a":1610521604143693812e}',
    ]) {
      expect(parse(wrong)).toBeUndefined();
    }
  });

  it('do not make deep or long bodies dear', () => {
    const deep = `{"a":${'['.repeat(9_000)}1610521604143693812${']'.repeat(9_000)}}`;
    expect(parse(deep)).toBeDefined();
    const digits = `{"a":"${'1'.repeat(400_000)}","b":${'1'.repeat(90_000)}}`;
    expect((parse(digits) as JsonObject).b).toBe(Number.POSITIVE_INFINITY);
    const slashes = `{"a":"${'\\\\'.repeat(200_000)}","b":1610521604143693812}`;
    expect((parse(slashes) as JsonObject).b).toBe(ID);
  });
});
