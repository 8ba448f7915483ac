import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import { testSeed } from '../support/seeded.ts';

const SEED = testSeed();

const example = readFileSync(new URL('fixtures/catalog-md-example.yaml', import.meta.url), 'utf8');
const lines = example.split('\n');

function survives(text: string): void {
  const compiled = compileCatalog([{ path: 'a.yaml', text }]);
  if (compiled.ok) return;
  expect(compiled.faults.length).toBeGreaterThan(0);
  for (const { file, line, column, message } of compiled.faults) {
    expect(file).toBe('a.yaml');
    expect(line).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(text.split('\n').length + 1);
    expect(column).toBeGreaterThan(0);
    expect(message).not.toBe('');
  }
}

const snippet = fc.oneof(
  fc.constantFrom(
    ...[
      'null',
      '[]',
      '{}',
      '~',
      '!x',
      '&a',
      '*a',
      '"',
      "'",
      '{{',
      '- ',
      '? ',
      ': ',
      '__proto__: 1',
    ],
    ...['constructor: {}', '1e999', '.inf', '\t', '#', '|', '>', '%', '@', '\u0000', '\ud800'],
    ...['features:', 'on:', 'where:', 'toString', '5', 'true', 'event', 'segment.vip', '<<: *a'],
  ),
  fc.string({ maxLength: 12 }),
);

describe('any text at all', () => {
  it('is taken or refused with faults at places, when the example is damaged', () => {
    const edit = fc.record({ at: fc.nat(example.length), cut: fc.nat(20), put: snippet });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = example;
        for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
        survives(text);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  it('also when lines of it are lost, doubled or moved', () => {
    const pick = fc.array(fc.nat(lines.length - 1), { maxLength: 60 });
    fc.assert(
      fc.property(pick, (indexes) => survives(indexes.map((i) => lines[i]).join('\n'))),
      { seed: SEED, numRuns: 30 },
    );
  });

  it('also when any value is something else', () => {
    const other = fc.oneof(fc.jsonValue({ maxDepth: 3 }), snippet);
    const sections = 'consent events features segments triggers offers placements tests'.split(' ');
    fc.assert(
      fc.property(fc.constantFrom(...sections), other, other, (section, name, value) => {
        const entry = typeof name === 'string' ? { [name]: value } : { x: value, y: name };
        survives(JSON.stringify({ catalog: 't', [section]: entry, contact_policy: value }));
        survives(JSON.stringify({ catalog: value, [section]: value }));
      }),
      { seed: SEED, numRuns: 40 },
    );
  });
});
