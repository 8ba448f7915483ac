// Two versions of a catalog, by what they mean: what is defined in one alone, and what changed in what
// both define. Comments, the order of keys, quotes, blocks for braces, and which file something is
// in mean nothing. The order of triggers does (the first that allows the winner is named), and that of
// a group's members.
//
// Compared are the parsed files, not the compiled catalogs: a version that another build published
// may hold what this one cannot compile, and that is when one wants to know the difference.
//
// Rejected: a diff of lines. Marketers ask what customers will see differently, and files that were
// only put in order would be all of it.

import type { SourceFile } from '../catalog/file-text.ts';
import type { CatalogChange } from './catalog-change.ts';
import { DefinitionReader, type Definitions } from './definitions.ts';
import { Details, type Entries, isMap, isSame } from './details.ts';
import { diffDefinition } from './diff-definition.ts';
import { identifiersInForce } from './identifiers-in-force.ts';
import { moved, sayMoved } from './moved.ts';
import { pairRules, sayRule } from './pair-rules.ts';
import { sayValue } from './say-value.ts';

/**
 * What publishing `to` after `from` changes; empty = they mean the same. Never throws, whatever the
 * files hold. Details of one change: at most DETAILS_MAX, each of two values cut at VALUE_LENGTH_MAX.
 */
export function diffCatalogs(
  from: readonly SourceFile[],
  to: readonly SourceFile[],
): readonly CatalogChange[] {
  const reader = new DefinitionReader();
  const [old, now] = [reader.read(from), reader.read(to)];
  const changes: CatalogChange[] = [];
  diffHeaders(old, now, changes);
  for (const section of sectionsOf(old.maps, now.maps)) {
    const entriesOf = ({ maps }: Definitions) => {
      const entries = maps.get(section) ?? NONE;
      return section === 'identifiers' ? identifiersInForce(entries) : entries;
    };
    diffMaps(section, entriesOf(old), entriesOf(now), changes);
  }
  for (const section of sectionsOf(old.lists, now.lists)) {
    diffRules(section, old.lists.get(section) ?? [], now.lists.get(section) ?? [], changes);
  }
  return changes;
}

const NONE: ReadonlyMap<string, unknown> = new Map();

/** The singular of each known section, in the order in which changes are told. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['consent', 'consent'],
  ['identifiers', 'identifier'],
  ['events', 'event'],
  ['features', 'feature'],
  ['segments', 'segment'],
  ['triggers', 'trigger'],
  ['offers', 'offer'],
  ['placements', 'placement'],
  ['channels', 'channel'],
  ['items', 'items'],
  ['recommenders', 'recommender'],
  ['contact_policy', 'contact_policy'],
  ['tests', 'test'],
]);

function sectionsOf(...of: readonly ReadonlyMap<string, unknown>[]): readonly string[] {
  const found = new Set(of.flatMap((sections) => [...sections.keys()]));
  const known = [...KINDS.keys()].filter((section) => found.delete(section));
  return [...known, ...found];
}

/** What a catalog has that does not say so. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([['timezone', 'UTC']]);

function diffHeaders(old: Definitions, now: Definitions, changes: CatalogChange[]): void {
  for (const name of new Set([...now.headers.keys(), ...old.headers.keys()])) {
    const valueIn = ({ headers }: Definitions) => headers.get(name) ?? DEFAULTS.get(name);
    diffOne('catalog', name, valueIn(old), valueIn(now), null, changes);
  }
}

function diffMaps(
  section: string,
  old: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
  changes: CatalogChange[],
): void {
  const kind = KINDS.get(section) ?? section;
  const places = section === 'triggers' ? moved([...old.keys()], [...now.keys()]) : null;
  for (const [name, value] of now) {
    const before = places?.get(name);
    const move = before === undefined ? null : sayMoved(before);
    diffOne(kind, name, old.get(name), value, move, changes);
  }
  for (const [name, value] of old) {
    if (!now.has(name)) diffOne(kind, name, value, undefined, null, changes);
  }
}

/** Rules without names: each goes by its channels. */
function diffRules(
  section: string,
  old: readonly unknown[],
  now: readonly unknown[],
  changes: CatalogChange[],
): void {
  const kind = KINDS.get(section) ?? section;
  for (const { from, to } of pairRules(old, now, channelsOf)) {
    diffOne(kind, channelsOf(to ?? from!), from, to, null, changes);
  }
}

function channelsOf({ channels }: Entries): string {
  if (!Array.isArray(channels)) return channels === undefined ? '' : String(channels);
  return channels.map(String).join(', ');
}

/** `undefined` = it is not defined; an entry that says nothing is null. */
function diffOne(
  kind: string,
  name: string,
  from: unknown,
  to: unknown,
  move: string | null,
  changes: CatalogChange[],
): void {
  if (from === undefined || to === undefined) {
    const change = from === undefined ? 'added' : 'removed';
    changes.push({ kind, name, change, details: sayUnnamed(kind, to ?? from) });
    return;
  }
  const details = new Details();
  if (!isSame(from, to)) diffDefinition(kind, from, to, details);
  if (move !== null) details.add(move);
  const lines = details.lines();
  if (lines.length > 0) changes.push({ kind, name, change: 'changed', details: lines });
}

/** What has no name that says what it is. */
function sayUnnamed(kind: string, value: unknown): readonly string[] {
  if (kind === 'catalog') return [sayValue(value, 'plain')];
  return kind === 'contact_policy' && isMap(value) ? [sayRule(value)] : [];
}
