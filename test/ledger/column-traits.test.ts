import { expect, it } from 'vitest';
import { columnTraits } from '../../src/ledger/column-traits.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { jsonHazard } from '../../src/model/json-hazards.ts';

const traits = (...stated: readonly (readonly [string, JsonValue])[]) =>
  new Map(stated.map(([name, value], atMs) => [name, { value, atMs }]));

it('holds all traits that can be in one column', () => {
  const all = traits(['a', { b: 1 }], ['a.c', 2], ['', 3], ['__proto__', 4]);
  expect(Object.keys(columnTraits(all))).toEqual(['a', 'a.c', '', '__proto__']);
});

it('holds the one stated last of those that cannot, and all others', () => {
  const later = traits(['a', { b: 1 }], ['x', 1], ['a.b', 2]);
  expect({ ...columnTraits(later) }).toEqual({ x: 1, 'a.b': 2 });
  const earlier = traits(['a.b', 2], ['x', 1], ['a', { b: 1 }]);
  expect({ ...columnTraits(earlier) }).toEqual({ x: 1, a: { b: 1 } });
  const three = traits(['a', { b: { c: 1 } }], ['a.b', { c: 2 }], ['a.b.c', 3], ['z', 0]);
  expect({ ...columnTraits(three) }).toEqual({ 'a.b.c': 3, z: 0 });
  expect(jsonHazard(columnTraits(three))).toBeNull();
});
