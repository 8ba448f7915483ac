// Texts of messages that will be empty: a key of the treatment that no offer has, and an address of a
// customer who has none.

import type { Note } from '../compile-context.ts';
import { keysRead, onlyKey } from '../expressions/keys-read.ts';
import { type FaultList, isWithin } from '../fault.ts';
import { offsetIn } from '../located.ts';
import type { Sections } from '../merge-files.ts';
import { listNames, suggest } from '../suggest.ts';
import { looksLikeAddress } from './looks-like-address.ts';
import type { Warned } from './warned.ts';

/** Sets by names. */
type Sets = ReadonlyMap<string, ReadonlySet<string>>;

export function warnOfMessageTexts(warned: Warned, warnings: FaultList): void {
  const { catalog, sections } = warned;
  const ofChannels = warned.notes.filter(({ node }) => node.path.startsWith('channels.'));
  if (ofChannels.length === 0) return;
  const keys = keysByPlacement(sections);
  const asked = traitsAskedFor(warned.notes);
  const placements = new Map<string | null, string[]>();
  for (const { name, channel } of catalog.placements.values()) {
    placements.set(channel, [...(placements.get(channel) ?? []), name]);
  }
  for (const [name, { kind }] of catalog.channels) {
    const of = placements.get(name);
    if (kind === 'stream' || of === undefined) continue;
    const at = `${sections.maps.channels.get(name)!.path}.${kind}`;
    for (const note of ofChannels) {
      if (warnings.full) return;
      if (!isWithin(note.node.path, at)) continue;
      warnOfTreatment(note, of, keys, warnings);
      if (kind === 'webhook') warnOfAddress(note, of, asked, warnings);
    }
  }
}

/** Top-level keys of all offers' treatments. */
function keysByPlacement({ maps }: Sections): Sets {
  const keys = new Map<string, Set<string>>();
  for (const offer of maps.offers.values()) {
    for (const [placement, treatment] of offer.entries!.get('treatments')?.entries ?? []) {
      const known = keys.get(placement) ?? new Set();
      for (const key of treatment.entries?.keys() ?? []) known.add(key);
      keys.set(placement, known);
    }
  }
  return keys;
}

function warnOfTreatment(
  { node, offset, ast }: Note,
  placements: readonly string[],
  keys: Sets,
  warnings: FaultList,
): void {
  const read = keysRead(ast, 'treatment');
  if (read.length === 0 || !placements.some((name) => keys.has(name))) return;
  const has = (key: string) => placements.some((name) => keys.get(name)?.has(key));
  for (const { key, at, isAsked } of read) {
    if (has(key)) continue;
    const known = placements.flatMap((name) => [...(keys.get(name) ?? [])]);
    const suggestion = suggest(key, known);
    // What says what to take instead may be ahead of the offers.
    if (isAsked && suggestion === null) continue;
    const message = `no offer has "${key}" in its treatment for ${listNames(placements)}`;
    warnings.at(node, message, { found: key, suggestion, offset: offsetIn(node, offset + at) });
  }
}

function warnOfAddress(
  { node, ast }: Note,
  placements: readonly string[],
  asked: Sets,
  warnings: FaultList,
): void {
  const trait = onlyKey(ast, 'traits');
  // With a text around it, or in a text, it is no address alone.
  if (trait === null || !/^\{\{[^{}]*\}\}$/.test(String(node.value))) return;
  const [, key = ''] = /([^.[\]]+)(?:\[\d+\])*$/.exec(node.path) ?? [];
  if (!looksLikeAddress(key) || asked.get('')?.has(trait)) return;
  const open = placements.filter((name) => !asked.get(name)?.has(trait));
  if (open.length === 0) return;
  const message = `this is empty for a customer without ${trait}, and sent all the same`;
  const way = `say \`when: known(traits.${trait})\` in ${listNames(open)}`;
  warnings.at(node, `${message}: ${way}`, { found: `traits.${trait}` });
}

/**
 * Traits that conditions ask for before a message is made: by placement; under '' what any other asks for,
 * which is not followed to where it counts.
 */
function traitsAskedFor(notes: readonly Note[]): Sets {
  const asked = new Map<string, Set<string>>();
  for (const { node, ast } of notes) {
    const placement = /^placements\.([^.]+)\.when$/.exec(node.path)?.[1];
    if (placement === undefined && !ELSEWHERE.test(node.path)) continue;
    const known = asked.get(placement ?? '') ?? new Set();
    for (const { key } of keysRead(ast, 'traits')) known.add(key);
    asked.set(placement ?? '', known);
  }
  return asked;
}

const ELSEWHERE =
  /^(?:features|segments)\.|^triggers\.[^.]+\.when|^offers\.[^.]+\.(?:eligibility|applicability|suitability)/;
