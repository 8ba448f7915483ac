// What no catalog can be is not read to its end: megabytes of it took minutes and gigabytes.

import { describe, expect, it } from 'vitest';
import { parsingDocument } from '../../src/catalog/parsing-document.ts';
import { faultsOf, onlyFault } from './compile.ts';

const LENGTH = 262_144;
const muchOf = (sign: string) => sign.repeat(LENGTH / sign.length);

/** Pieces of some thousand signs that were read. */
function piecesRead(text: string, valuesMax?: number): number {
  const work = parsingDocument(text, valuesMax);
  let pieces = 1;
  while (work.next().done !== true) pieces++;
  return pieces;
}

describe('a file that is refused in any case', () => {
  it.each([
    ['brackets that close nothing', muchOf('}'), /^not valid YAML: Unexpected flow-map-end/],
    ['texts beside each other', `x: ${muchOf('"a"')}`, /^not valid YAML: found ""a"" after/],
    ['texts below each other', `country: "a"\n${muchOf('  "a"\n')}`, /^not valid YAML/],
    ['tags', `x: [${muchOf('!a b, ')}]`, /^found !a, which YAML reads as a tag/],
    ['documents', muchOf('---\na: b\n'), /^found a second document/],
  ])('is not read on: %s', (_, text, message) => {
    expect(piecesRead(text)).toBeLessThan(8);
    expect(onlyFault(`catalog: t\n${text}`).message).toMatch(message);
  });

  it.each([
    ['a list', `x:\n${muchOf('- a\n')}`],
    ['a list in brackets', `x: [${muchOf('a,')}]`],
    ['a map', `x:\n${muchOf('  a: b\n')}`],
    ['lists in lists', `x: ${muchOf('[')}`],
  ])('has more values than it may have, and is not read on: %s', (_, text) => {
    expect(piecesRead(text, 1_000)).toBeLessThan(8);
  });

  it('and says so, not what follows from it', () => {
    const text = `catalog: t\nfeatures: { f: { count: [${'A,'.repeat(600_001)} A] } }`;
    expect(onlyFault(text).message).toBe('more than 200000 values, anchors resolved');
  });
});

describe('a catalog with more that is wrong than anybody reads', () => {
  const H = 'catalog: t\nplacements: { web: {} }\n';
  const lines = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n');

  it('of 10,000 faults tells the first 1,000, in their order', () => {
    const faults = faultsOf(`${H}offers:\n${lines(5_000, (i) => `  o${i}: { valu: 1, tag: x }`)}`);
    expect(faults).toHaveLength(1_000);
    expect(faults.map(({ line }) => line)).toEqual(faults.map((_, i) => 4 + Math.floor(i / 2)));
  });

  it('of an expression of 100,000 signs tells that it is too long', () => {
    const expression = `1${' + 1'.repeat(25_000)}`;
    const text = `${H}offers: { o: { value: ${expression}, treatments: { web: {} } } }`;
    expect(onlyFault(text).message).toBe('An expression may have 4096 characters, this has 100001');
  });

  it('in 1,000 files tells where each is', () => {
    const files = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, i) => [
        `f${String(i).padStart(3, '0')}.yaml`,
        i === 0 ? H : `offers: { o${i}: { treatments: { wb: {} } } }`,
      ]),
    );
    const faults = faultsOf(files);
    expect(faults).toHaveLength(999);
    expect(faults.at(-1)).toMatchObject({ file: 'f999.yaml', line: 1, suggestion: 'web' });
  });
});

describe('a file that is unusual and no more', () => {
  it.each([
    ['keys without values', `x:\n${'  ? a b\n'.repeat(5_000)}`],
    ['lists of lists', `x:\n${'  - [[a], {b: {c: d}}]\n'.repeat(5_000)}`],
    ['texts over many lines', `x: "a\n${'  b\n'.repeat(5_000)}"`],
    ['anchors and tags of YAML', `x: [${'!!str &a b, *a, '.repeat(3_000)} c]`],
    ['comments', `x: a\n${'# "a" "b" !c }\n'.repeat(5_000)}`],
  ])('is read to its end: %s', (_, text) => {
    const { done, value } = atEnd(text);
    expect([done, value?.cut]).toEqual([true, null]);
  });
});

function atEnd(text: string) {
  const work = parsingDocument(text, 200_000);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step;
  }
}
