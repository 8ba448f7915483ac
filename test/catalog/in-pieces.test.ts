// Catalogs are read and compiled in pieces, so that a gateway serves meanwhile: it must come to the same,
// and no piece may be long.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Document, isScalar, parseDocument, visit } from 'yaml';
import { contentHash } from '../../src/catalog/canonical-json.ts';
import { compileCatalog, compilingCatalog } from '../../src/catalog/compile-catalog.ts';
import { parsingDocument } from '../../src/catalog/parsing-document.ts';
import { atOnce, type Sliced } from '../../src/model/sliced.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { valid } from './compile.ts';

const retail = readdirSync('examples/retail').map((path) => ({
  path,
  text: readFileSync(`examples/retail/${path}`, 'utf8'),
}));

function piecesOf(work: Sliced<unknown>): number {
  let pieces = 1;
  while (work.next().done !== true) pieces++;
  return pieces;
}

describe('a YAML document that is parsed in pieces', () => {
  const plain = { prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;
  const told = (document: Pick<Document, 'errors' | 'warnings'>) => {
    const nodes: unknown[] = [];
    visit(document as Document, {
      Node(_, node) {
        const { range, tag } = node;
        nodes.push(
          isScalar(node) ? [range, tag, node.type, node.value, node.source] : [range, tag],
        );
      },
      Alias: (_, { range, source }) => void nodes.push([range, source]),
    });
    return {
      errors: document.errors.map(({ code, pos }) => [code, ...pos]),
      warnings: document.warnings.map(({ code, pos, message }) => [code, ...pos, message]),
      nodes,
    };
  };
  const same = (text: string) =>
    expect(told(atOnce(parsingDocument(text)).document)).toEqual(told(parseDocument(text, plain)));

  it('is the parser’s own, whatever is wrong with it', () => {
    const random = seeded(testSeed());
    const signs = [
      '"',
      "'",
      '{',
      '}',
      '[',
      ':',
      '\n',
      '\n---\n',
      '...\n',
      '!x ',
      '&a ',
      '*a',
      '\t',
      '#',
      '%',
    ];
    for (const { text } of retail) same(text);
    for (let i = 0; i < 150; i++) {
      const { text } = random.pick(retail);
      const from = random.below(text.length);
      let part = text.slice(from, from + random.below(1_500));
      for (let change = random.below(4); change > 0; change--) {
        const at = random.below(part.length + 1);
        part = part.slice(0, at) + random.pick(signs) + part.slice(at + random.below(3));
      }
      same(part);
    }
    for (const text of ['', '\n', '# nothing', '--- a\n--- b\n--- [c', '%YAML 1.1\n---\na: 0o7'])
      same(text);
  });

  it('has a pause in every few thousand signs', () => {
    const text = `features:\n${'  a: { count: [A, B] }\n'.repeat(1_000)}`;
    expect(piecesOf(parsingDocument(text))).toBeGreaterThan(text.length / 8_192);
  });
});

describe('a catalog that is compiled in pieces', () => {
  it('is the same', () => {
    const [one, other] = [atOnce(compilingCatalog(retail)), compileCatalog(retail)];
    expect([one.ok, one.ok && one.catalog.hash]).toEqual([true, other.ok && other.catalog.hash]);
  });

  it('has a pause for every definition, when it is compiled and when it is read', () => {
    const many = (count: number, line: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => line(i)).join('\n');
    const text = `catalog: t
placements: { web: {} }
features:
${many(100, (i) => `  f${i}: { count: A }`)}
segments:
${many(100, (i) => `  s${i}: f${i} > 1`)}
triggers:
${many(100, (i) => `  t${i}: { on: A, decide: web }`)}
offers:
${many(100, (i) => `  o${i}: { treatments: { web: { title: "{{ f${i} }}" } } }`)}`;
    // Read, declared (offers) or looked at (segments), compiled, and taken into the hash.
    expect(piecesOf(compilingCatalog([{ path: 'a.yaml', text }]))).toBeGreaterThan(3 * 400);
  });
});

describe('the hash of a catalog', () => {
  it('is that of one canonical text of all it says, as it always was', () => {
    const { hash } = valid({
      'a.yaml': 'catalog: t\nfeatures: { b: { count: A }, a: { count: B } }\ncurrency: EUR',
      'b.yaml': `contact_policy: [{ max: 1, channels: [web] }]
placements: { web: { channel: web } }
offers: { x: { treatments: { web: { text: "é\\n", n: 1.5 } } } }
tests: { one: { events: [{ A: }] } }`,
    });
    const content = {
      ...{ timezone: 'UTC', catalog: 't', currency: 'EUR', consent: [], events: [], segments: [] },
      features: [
        ['b', { count: 'A' }],
        ['a', { count: 'B' }],
      ],
      ...{ triggers: [], contact_policy: [{ max: 1, channels: ['web'] }] },
      placements: [['web', { channel: 'web' }]],
      offers: [['x', { treatments: { web: { text: 'é\n', n: 1.5 } } }]],
      tests: [['one', { events: [{ A: null }] }]],
    };
    expect(hash).toBe(contentHash(content, 12));
  });
});
