// Large catalogs take time in proportion to their size: publishing one must not stop a gateway.

import { describe, expect, it } from 'vitest';
import { compile, onlyFault, valid } from './compile.ts';

/** CPU seconds, which other programs on the machine do not add to, of compiling a catalog. */
function cpuSecondsOf(text: string): number {
  const before = process.cpuUsage();
  compile(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const times = (count: number, line: (i: number) => string, between = '\n') =>
  Array.from({ length: count }, (_, i) => line(i)).join(between);

describe('a catalog of thousands of parts', () => {
  // Each took more than twenty seconds when the work was done again for every part.
  it.each([
    [
      'aliases in one list',
      `catalog: t
features:
  one: { count: &a A }
  many: { count: [${times(40_000, () => '*a', ', ')}] }`,
    ],
    [
      'tags of YAML where they mean nothing',
      `catalog: t\nfeatures: { f: { count: [${times(40_000, () => '!x a', ', ')}] } }`,
    ],
    [
      'triggers with tags of offers',
      `catalog: t
placements: { web: {} }
offers:
${times(4_000, (i) => `  o${i}: { tags: [all, some${i % 7}], treatments: { web: {} } }`)}
triggers:
${times(2_000, (i) => `  t${i}: { on: A, decide: web, offers: ["#some1", o5] }`)}`,
    ],
    [
      'misspelt names among many',
      `catalog: t
placements: { web: {} }
features:
${times(3_000, (i) => `  feature_number_${i}: { count: A }`)}
offers:
${times(3_000, (i) => `  offer_number_${i}: { treatments: { web: {} } }`)}
triggers:
  t: { on: A, decide: web, offers: [${times(20_000, (i) => `offr_nmber_${i}`, ', ')}] }
segments:
${times(100, (i) => `  s${i}: ${times(150, (j) => `featre_nmber_${j} > 1`, ' || ')}`)}`,
    ],
  ])('compiles in seconds: %s', { timeout: 120_000 }, (_, text) => {
    expect(cpuSecondsOf(text)).toBeLessThan(15);
  });
});

describe('anchors', () => {
  it('mean the last node before the alias that has their name', () => {
    const catalog = valid(`catalog: t
features:
  a: { count: &x A, window: &w 1d }
  b: { count: *x, window: *w }
  c: { count: &x C, window: *w }
  d: { count: [*x, D], window: &w 2d }
  e: { count: *x, window: *w }`);
    const read = catalog.features.map(({ on, windowMs }) => [on.names, windowMs! / 86_400_000]);
    expect(read).toEqual([
      [['A'], 1],
      [['A'], 1],
      [['C'], 1],
      [['C', 'D'], 2],
      [['C'], 2],
    ]);
  });

  it('are kept by what an alias repeats', () => {
    const catalog = valid(`catalog: t
features:
  a: &f { count: &x A }
  b: { count: &x B }
  c: *f
  d: { count: *x }`);
    expect(catalog.features.map(({ on }) => on.names)).toEqual([['A'], ['B'], ['A'], ['B']]);
  });

  it('are not known before they are given, and cannot be inside of themselves', () => {
    const early = 'catalog: t\nfeatures:\n  a: { count: *x }\n  b: { count: &x A }';
    expect(onlyFault(early).message).toContain('there is no anchor &x');
    const inside = compile('catalog: t\nfeatures: &f\n  a: *f');
    expect(inside.ok ? [] : inside.faults.map(({ message }) => message)).toContain(
      'nested deeper than 32 levels',
    );
  });
});
