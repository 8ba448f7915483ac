import { expect, it } from 'vitest';
import { moved } from '../../src/catalog-diff/moved.ts';

it.each([
  ['abcd', 'abcd', {}],
  ['abcd', 'bcda', { a: null }],
  ['abcd', 'dabc', { d: 'a' }],
  ['abcd', 'acbd', { c: 'b' }],
  ['abcd', 'axcyd', {}],
  ['abcd', 'dcba', { b: 'a', c: 'b', d: 'c' }],
  ['ab', 'cd', {}],
  ['', 'ab', {}],
])('%s → %s: what moved, and before what it stands now', (from, to, expected) => {
  expect(Object.fromEntries(moved([...from], [...to]))).toEqual(expected);
});

it('takes thousands', () => {
  const names = Array.from({ length: 5_000 }, (_, i) => `t${i}`);
  expect([...moved(names, [...names.slice(1), 't0'])]).toEqual([['t0', null]]);
  expect(moved(names, names.toReversed()).size).toBe(4_999);
});
