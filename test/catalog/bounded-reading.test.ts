// What no catalog can be is not read to its end: megabytes of it took minutes and gigabytes.

import { describe, expect, it } from 'vitest';
import { parsingDocument } from '../../src/catalog/parsing-document.ts';
import { onlyFault } from './compile.ts';

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
