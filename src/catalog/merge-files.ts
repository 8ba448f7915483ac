// The sections of all files together. Definition order is file order (by path), then order within.

import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';
import {
  ENTRIES_MAX,
  ENTRY_KEYS,
  HEADER_NAMES,
  type HeaderSection,
  MAP_SECTION_NAMES,
  type MapSection,
  SECTION_NAMES,
} from './shapes/section-shapes.ts';
import { listNames, suggest } from './suggest.ts';

/** All that the files define, by section. */
export interface Sections {
  readonly headers: ReadonlyMap<HeaderSection, Located>;
  readonly maps: Readonly<Record<MapSection, ReadonlyMap<string, Located>>>;
  readonly contactPolicy: readonly Located[];
  /** What is no part of the catalog, because it was defined before. */
  readonly repeated: readonly Repeated[];
}

/** An entry, or one key of it, that is defined again. */
export interface Repeated {
  readonly section: MapSection;
  readonly name: string;
  readonly again: Located;
  /** The entry with what is defined again in the place of what was first. */
  readonly instead: Located;
}

/** Merges files in the order given. A name defined twice is a fault, whichever files it is in. */
export function mergeFiles(roots: readonly Located[], faults: FaultList): Sections {
  const headers = new Map<HeaderSection, Located>();
  const maps = Object.fromEntries(
    MAP_SECTION_NAMES.map((name) => [name, new Map<string, Located>()]),
  ) as Record<MapSection, Map<string, Located>>;
  const contactPolicy: Located[] = [];
  const repeated: Repeated[] = [];
  for (const root of roots) {
    for (const [name, section] of [...(root.entries ?? []), ...(root.again ?? [])]) {
      if (isHeader(name)) mergeHeader(headers, name, section, faults);
      else if (isMapSection(name)) mergeMap(name, maps[name], section, repeated, faults);
      else if (name === 'contact_policy') {
        if (section.items !== null) contactPolicy.push(...section.items);
        else if (section.value !== null) wrongForm(section, 'a list of rules', faults);
      } else {
        const meant = suggest(name, SECTION_NAMES);
        faults.at(section, `unknown section "${name}", expected ${listNames(SECTION_NAMES)}`, {
          found: name,
          expected: listNames(SECTION_NAMES),
          offset: section.keyOffset,
          suggestion: meant,
        });
        // What it defines is there all the same: that the names are unknown would be no other mistake.
        if (meant !== null && isMapSection(meant)) {
          mergeMap(meant, maps[meant], section, repeated, faults);
        }
      }
    }
  }
  return { headers, maps, contactPolicy, repeated };
}

function mergeHeader(
  headers: Map<HeaderSection, Located>,
  name: HeaderSection,
  node: Located,
  faults: FaultList,
) {
  const earlier = headers.get(name);
  if (earlier === undefined) headers.set(name, node);
  // The same line on top of every file of a folder says nothing new; another value contradicts.
  else if (earlier.value !== node.value) definedTwice(name, earlier, node, faults);
}

function mergeMap(
  section: MapSection,
  into: Map<string, Located>,
  node: Located,
  repeated: Repeated[],
  faults: FaultList,
) {
  if (node.entries === null) {
    if (node.value !== null) wrongForm(node, 'a map from names', faults);
    return;
  }
  for (const [name, entry] of [...node.entries, ...(node.again ?? [])]) {
    if (entry.entries === null && entry.value !== null && ENTRY_KEYS[section].has(name)) {
      const detail = { found: name, offset: entry.keyOffset };
      const what = `stands where a name of ${section} is expected, and is a key: indent it further`;
      faults.at(entry, `"${name}" ${what}`, detail);
      continue;
    }
    const earlier = into.get(name);
    if (earlier !== undefined) {
      definedTwice(name, earlier, entry, faults);
      repeated.push({ section, name, again: entry, instead: entry });
    } else if (into.size < ENTRIES_MAX) into.set(name, entry);
    else if (into.size === ENTRIES_MAX) {
      faults.at(entry, `more than ${ENTRIES_MAX} entries in one section`);
      return;
    }
    for (const [key, again] of entry.again ?? []) {
      repeated.push({ section, name, again, instead: withInstead(entry, key, again) });
    }
  }
}

function withInstead(node: Located, key: string, again: Located): Located {
  const value = { ...(node.value as Record<string, unknown>), [key]: again.value };
  return { ...node, value, entries: new Map(node.entries).set(key, again) };
}

function definedTwice(name: string, earlier: Located, node: Located, faults: FaultList) {
  const { line } = earlier.file.position(earlier.keyOffset);
  const place = earlier.file === node.file ? `line ${line}` : `${earlier.file.path}:${line}`;
  const detail = { found: name, offset: node.keyOffset };
  faults.at(node, `"${name}" is defined twice, first in ${place}`, detail);
}

function wrongForm(node: Located, expected: string, faults: FaultList) {
  const found = quote(node.value);
  faults.at(node, `found ${found}, expected ${expected}`, { found, expected });
}

function isHeader(name: string): name is HeaderSection {
  return (HEADER_NAMES as readonly string[]).includes(name);
}

function isMapSection(name: string): name is MapSection {
  return (MAP_SECTION_NAMES as readonly string[]).includes(name);
}
