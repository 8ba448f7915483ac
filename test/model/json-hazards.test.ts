import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/model/json.ts';
import {
  columnJson,
  columnString,
  JSON_DEPTH_MAX,
  jsonHazard,
  wellFormed,
} from '../../src/model/json-hazards.ts';
import { jsonAsSent, jsonText, writeJson } from '../../src/model/json-text.ts';

const parse = (text: string) => JSON.parse(text) as JsonValue;

describe('jsonHazard', () => {
  it.each([
    ['{"a":{"b":1},"a.b":2}', 'a.b'],
    ['{"a.b":2,"a":{"b":1}}', 'a.b'],
    ['{"a":{"b":{"c":1}},"a.b":{"c":1}}', 'a.b.c'],
    ['{"x":[{"b":{"c":1},"b.c":2}]}', 'x[0].b.c'],
    ['{"a":{"":1},"a.":2}', 'a.'],
    ['{"x":{"a.b":1,"a":{"b":2}}}', 'x.a.b'],
  ])('finds two ways to one path in %s', (text, path) => {
    expect(jsonHazard(parse(text))?.path).toBe(path);
  });

  it.each([
    '{"a.b":2}',
    '{"a":{"b":null},"a.b":2}',
    '{"a":1,"a.b":2}',
    '{"a":{"b":{"c":1}},"a.b":{"d":1}}',
    '{"":{"":1}}',
    '{"a..b":1,"a":{"b":2}}',
    '{"__proto__":{"a":1},"constructor":2}',
    '[1,"a",null]',
    'null',
  ])('has nothing against %s', (text) => {
    expect(jsonHazard(parse(text))).toBeNull();
  });

  it('refuses what is nested too deeply, without deep recursion', () => {
    const nested = (n: number) => parse(`${'{"a":'.repeat(n)}1${'}'.repeat(n)}`);
    expect(jsonHazard(nested(JSON_DEPTH_MAX))).toBeNull();
    expect(jsonHazard(nested(JSON_DEPTH_MAX + 1))?.message).toContain('nested deeper');
    const lists = parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    expect(jsonHazard(lists)?.message).toContain('nested deeper');
  });
});

describe('text for a JSON column', () => {
  it('replaces lone surrogates, and only those', () => {
    expect(columnJson({ 'a\ud800': 'x\udc00\ud83d\ude00' })).toBe('{"a\ufffd":"x\ufffd\u{1f600}"}');
    expect(columnJson({ a: '\\ud800' })).toBe('{"a":"\\\\ud800"}');
    expect(columnString('\udfff"\\')).toBe('"\ufffd\\"\\\\"');
    const sound = { a: 'x' };
    expect(wellFormed(sound)).toBe(sound);
    expect(wellFormed({ a: ['\ud800'] })).toEqual({ a: ['\ufffd'] });
  });

  it('is that of JSON.stringify for any sound text', () => {
    const text = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'grapheme' }));
    fc.assert(fc.property(text, (one) => columnString(one) === JSON.stringify(one)));
    for (let code = 0; code < 256; code++) {
      const one = String.fromCharCode(code);
      expect(columnString(one)).toBe(JSON.stringify(one));
    }
  });

  it('writes integers beyond 64 bits with an exponent, and keeps their value', () => {
    const values = {
      a: 2 ** 64,
      b: -(2 ** 63) * 1.5,
      c: 123456789012345680000,
      d: 1.5,
      e: '1'.repeat(30),
    };
    const text = columnJson(values);
    expect(JSON.parse(text)).toEqual(values);
    expect(text).not.toMatch(/[:][-]?[0-9]{19}/);
    expect(columnJson({ a: 2 ** 63 })).toBe('{"a":9223372036854776000}');
  });

  it('writes what came as digits as their text', () => {
    const value = { a: 1610521604143693812n, b: [-(2n ** 80n), 1, '\ud800'], c: { d: 2 ** 64 } };
    expect(columnJson(value)).toBe(
      '{"a":"1610521604143693812","b":["-1208925819614629174706176",1,"\ufffd"],' +
        '"c":{"d":1.8446744073709552e+19}}',
    );
    expect(jsonText(value)).toContain('{"a":"1610521604143693812",');
    expect(jsonAsSent(value)).toContain(
      '{"a":1610521604143693812,"b":[-1208925819614629174706176,',
    );
    const sound = { a: [1, 'x"', null, true, {}], 'b"': -0 };
    for (const write of [jsonText, jsonAsSent]) expect(write(sound)).toBe(JSON.stringify(sound));
    expect(writeJson(sound, String)).toBe(JSON.stringify(sound));
  });
});
