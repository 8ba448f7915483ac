import { TupleParam } from '@clickhouse/client';
import { describe, expect, it } from 'vitest';
import {
  compositeOf,
  compositeParamsOf,
  scalarOf,
} from '../../src/history/analyst/param-literal.ts';

it('finds the placeholders whose values are literals', () => {
  const sql =
    'SELECT {a:Array(String)}, {b : Map(String, String)}, { c: Tuple(UInt8) }, {d:String}, ' +
    "{e:Nullable(Tuple(UInt8))}, {f:Nullable(String)}, {'k':1}, {g:LowCardinality(String)}, {h:Point}";
  expect([...compositeParamsOf(sql)]).toEqual(['a', 'b', 'c', 'e', 'h']);
});

it.each([
  ['\\N', null],
  ['it\\\'s \\\\ "\\t\\n\\r\\0"', 'it\'s \\ "\t\n\r\0"'],
  ["''", "''"],
  ['\\d+ \\x41 \\xc3\\xa9', '\\d+ A é'],
])('reads the field %j', (field, value) => {
  expect(scalarOf(field)).toBe(value);
});

describe('literals', () => {
  it.each([
    ["['O\\'Brien']", ["O'Brien"]],
    ["[ 'a''\\\\''' , '' ]", ["a'\\'", '']],
    ["['\\t', NULL, TRUE, false]", ['\t', null, true, false]],
    ["['\\\\', 1, -2, +3, 1.5, 1e21]", ['\\', 1n, -2n, 3n, 1.5, 10n ** 21n]],
    ["(1,'\\'',(2))", new TupleParam([1n, "'", new TupleParam([2n])])],
    ["{'\\'':['\\\\']}", new Map([["'", ['\\']]])],
    ["[\n'x'\t]", ['x']],
    // Nothing in it that chdb would escape: as it came, whatever it is.
    ["['x', nan, 12345678901234567890.5]", "['x', nan, 12345678901234567890.5]"],
  ])('%j is read', (literal, value) => {
    expect(compositeOf(literal)).toEqual(value);
  });

  it.each([
    ...["['\\'", "['\\']x", "['\\''", "['\\' 'b']", "{'\\''}", "{'\\'':}", '[\\]', "['\\\\',nan]"],
    ...["['\\'',]", "[,'\\'']", `${'['.repeat(100)}'\\''${']'.repeat(100)}`, "('\\'']"],
  ])('%j is none', (literal) => {
    expect(compositeOf(literal)).toBeUndefined();
  });
});
