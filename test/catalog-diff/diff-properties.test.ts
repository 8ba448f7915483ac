// Random edits of the retail example, one after the other: each is told under its kind and name and
// nothing else is; files that mean the same, however they are written and split, have no difference.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import { readSources } from '../../src/catalog/load-catalog.ts';
import { diffCatalogs } from '../../src/catalog-diff/diff-catalogs.ts';
import { seeded, testSeed } from '../support/seeded.ts';

type Content = Record<string, Record<string, unknown>>;

const KINDS: Readonly<Record<string, string>> = {
  ...{ consent: 'consent', events: 'event', features: 'feature', segments: 'segment' },
  ...{ triggers: 'trigger', offers: 'offer', placements: 'placement' },
};

const read = readSources('examples/retail');
if (!read.ok) throw new Error(read.fault.message);
const example: readonly SourceFile[] = read.files;

/** Its sections, each of all files that have it. */
function retail(): Content {
  const content: Record<string, unknown> = {};
  for (const [section, more] of example.flatMap(({ text }) => Object.entries(parse(text)))) {
    const before = content[section];
    if (before === undefined) content[section] = more;
    else if (Array.isArray(before)) before.push(...(more as unknown[]));
    else Object.assign(before as object, more);
  }
  return content as Content;
}

const written = (content: Content): readonly SourceFile[] => [
  { path: 'all.yaml', text: stringify(content) },
];

/** Sections in any order and files, entries (but triggers) and keys in any order, flow or block. */
function rewritten(content: Content, seed: number): readonly SourceFile[] {
  const random = seeded(seed);
  const shuffled = <T>(list: readonly T[]): T[] =>
    list
      .map((item) => [random(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  const mixed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mixed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(shuffled(Object.entries(value)).map(([k, v]) => [k, mixed(v)]));
  };
  return shuffled(Object.entries(content)).flatMap(([section, value], i) => {
    const ordered = section === 'triggers' || typeof value !== 'object' || Array.isArray(value);
    const parts = ordered
      ? [value]
      : shuffled(Object.entries(value)).map(([name, entry]) => ({ [name]: mixed(entry) }));
    return parts.map((part, j) => {
      const options = { collectionStyle: random.pick(['flow', 'block', 'any'] as const) };
      const text = `# ${random()}\n${stringify({ [section]: part }, options)}`;
      return { path: `${i}-${j}.yaml`, text };
    });
  });
}

/** One edit of an entry: its kind and name, and what is to be told of it. */
function edit(content: Content, seed: number): { key: string; change: string } {
  const random = seeded(seed);
  const section = random.pick(Object.keys(KINDS));
  const entries = content[section]!;
  const name = random.pick(Object.keys(entries));
  const key = (of: string) => `${KINDS[section]} ${of}`;
  switch (random.below(3)) {
    case 0:
      delete entries[name];
      return { key: key(name), change: 'removed' };
    case 1:
      // A trigger in between moves none of the others.
      content[section] = { [`new_${seed}`]: structuredClone(entries[name]), ...entries };
      return { key: key(`new_${seed}`), change: 'added' };
    default: {
      const mark = `edited ${seed}`;
      const value = entries[name];
      if (Array.isArray(value)) entries[name] = [...value, { mark }];
      else if (typeof value === 'object') entries[name] = { ...value, mark };
      else entries[name] = mark;
      return { key: key(name), change: 'changed' };
    }
  }
}

it('tells each edit under its kind and name, and nothing else', () => {
  const edits = fc.uniqueArray(fc.integer({ min: 1 }), { minLength: 0, maxLength: 4 });
  fc.assert(
    fc.property(edits, fc.integer(), (seeds, how) => {
      const content = retail();
      const expected = new Map<string, string | null>();
      for (const seed of seeds) {
        const { key, change } = edit(content, seed);
        const before = expected.get(key);
        if (before === 'added') expected.set(key, change === 'removed' ? null : 'added');
        else expected.set(key, change);
      }
      const told = diffCatalogs(example, rewritten(content, how));
      const wanted = [...expected].filter(([, change]) => change !== null);
      expect(new Map(told.map(({ kind, name, change }) => [`${kind} ${name}`, change]))).toEqual(
        new Map(wanted),
      );
      for (const { change, details } of told) {
        expect(details.length > 0).toBe(change === 'changed');
      }
      expect(diffCatalogs(written(content), rewritten(content, how))).toEqual([]);
    }),
    { seed: testSeed(), numRuns: 8 },
  );
});
