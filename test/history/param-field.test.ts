import { expect, it } from 'vitest';
import { compositeParamsOf, fieldOf } from '../../src/history/analyst/param-field.ts';

it('finds the placeholders whose values are literals', () => {
  const sql =
    'SELECT {a:Array(String)}, {b : Map(String, String)}, { c: Tuple(UInt8) }, {d:String}, ' +
    "{e:Nullable(Tuple(UInt8))}, {f:Nullable(String)}, {'k':1}, {g:LowCardinality(String)}, {h:Point}";
  expect([...compositeParamsOf(sql)]).toEqual(['a', 'b', 'c', 'e', 'h']);
});

it.each([
  ['a\tb\nc', 'a\\tb\\nc'],
  ['\\t\\\\\\N\\d', '\\t\\\\\\N\\d'],
  ['a\\', 'a\\\\'],
  ['a\\\\', 'a\\\\'],
  ['a\\\n', 'a\\\\\\n'],
])('%j is the field %j', (text, field) => {
  expect(fieldOf(text)).toBe(field);
});
