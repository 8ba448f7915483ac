// The hash of what the files of a catalog say, not of how they are written: order of definitions counts
// (it is the order of triggers, offers and group members), comments, formatting and file names do not.
//
// It is the hash of one canonical text, `contentHash` of {timezone, every header, every section as a
// list of [name, entry]}, put together entry by entry: it is megabytes, and published catalogs are
// known by it. So sections that came to the language later are in it only where they say something.

import { createHash } from 'node:crypto';
import type { Sliced } from '../model/sliced.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Sections } from './merge-files.ts';

/** Hex digits of a catalog's hash. */
const HASH_LENGTH = 12;

/** Sections that catalogs were published without. */
const LATER: ReadonlySet<string> = new Set([
  ...['identifiers', 'channels', 'items', 'recommenders'],
]);

/** The hash; a pause after each entry. */
export function* hashing(sections: Sections, timezone: string): Sliced<string> {
  const parts = new Map<string, Iterable<unknown> | string>([
    ['timezone', canonicalJson(timezone)],
  ]);
  for (const [name, node] of sections.headers) parts.set(name, canonicalJson(node.value));
  for (const [name, entries] of Object.entries(sections.maps)) {
    if (entries.size > 0 || !LATER.has(name)) parts.set(name, named(entries));
  }
  parts.set('contact_policy', valuesOf(sections.contactPolicy));
  const hash = createHash('sha256');
  let before = '{';
  for (const name of [...parts.keys()].sort()) {
    hash.update(`${before}${JSON.stringify(name)}:`);
    before = ',';
    const part = parts.get(name)!;
    if (typeof part === 'string') hash.update(part);
    else yield* addList(hash, part);
  }
  return hash.update('}').digest('hex').slice(0, HASH_LENGTH);
}

function* addList(hash: ReturnType<typeof createHash>, items: Iterable<unknown>): Sliced<void> {
  let before = '[';
  for (const item of items) {
    hash.update(before + canonicalJson(item));
    before = ',';
    yield;
  }
  hash.update(before === '[' ? '[]' : ']');
}

function* named(entries: Iterable<readonly [string, { readonly value: unknown }]>) {
  for (const [name, { value }] of entries) yield [name, value];
}

function* valuesOf(nodes: Iterable<{ readonly value: unknown }>) {
  for (const { value } of nodes) yield value;
}
