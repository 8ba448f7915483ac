// Features, segments, offers and placements that nothing reads: left over, or misspelt where they
// were meant. A placement may be asked for by name, so an offer for it is in use.

import { type FaultList, isWithin } from '../fault.ts';
import type { Located } from '../located.ts';
import type { Mentioned } from './mentioned.ts';
import type { Warned } from './warned.ts';

export function warnOfUnread(
  warned: Warned,
  mentioned: readonly Mentioned[],
  warnings: FaultList,
): void {
  const { context, notes, catalog } = warned;
  const { features, segments, offers, placements } = context.declared;
  const readSlots = new Set<number>();
  const readSegments = new Set<number>();
  const names = [...features.keys()];
  for (const { node, reads } of notes) {
    for (const slot of reads.featureSlots) {
      // Its own `where` does not make a feature wanted.
      if (!isWithin(node.path, `features.${names[slot]}`)) readSlots.add(slot);
    }
    for (const index of reads.segmentIndexes) readSegments.add(index);
  }
  for (const { time } of catalog.triggers) {
    if (time?.kind === 'enter') readSegments.add(time.segment);
    else if (time?.kind === 'predict') readSlots.add(time.slot);
  }
  for (const { name } of catalog.recommending?.interactions.groups ?? [])
    readSegments.add(segments.get(name)!.index);
  const unread = (node: Located, message: string) => {
    warnings.at(node, message, { offset: node.keyOffset });
  };
  for (const { slot, name, node } of features.values()) {
    if (readSlots.has(slot)) continue;
    unread(
      node,
      `nothing in the catalog reads this feature: name ${name} in an expression, ${REMOVE}`,
    );
  }
  for (const { index, name, node } of segments.values()) {
    if (readSegments.has(index)) continue;
    const asked = `segment.${name}`;
    unread(
      node,
      `nothing in the catalog reads this segment: name ${asked} in a condition, ${REMOVE}`,
    );
  }
  const tested = namesInTests(warned);
  for (const { name, treatments } of catalog.offers) {
    if (treatments.size > 0 || tested.has(name)) continue;
    const { node } = offers.get(name)!;
    const message = 'no placement can show this offer: it has no treatment for any';
    warnings.at(node, message, { offset: node.keyOffset });
  }
  const used = placementsInUse(warned, mentioned);
  for (const { name, node } of placements.values()) {
    if (!used.has(name) && !tested.has(name)) unread(node, UNUSED_PLACEMENT);
  }
}

const REMOVE = 'or remove it';
const UNUSED_PLACEMENT =
  'no trigger decides this placement, and who asks for it gets nothing, for no offer has a ' +
  `treatment for it: give one a treatment, ${REMOVE}`;

/** Placements that a trigger decides, an offer is made for, that have a list, or an expression asks about. */
function placementsInUse({ catalog }: Warned, mentioned: readonly Mentioned[]): Set<string> {
  const used = new Set<string>();
  for (const { decide } of catalog.triggers) for (const name of decide) used.add(name);
  for (const { treatments } of catalog.offers) for (const name of treatments.keys()) used.add(name);
  for (const { name, recommend } of catalog.placements.values())
    if (recommend !== null) used.add(name);
  for (const { mention } of mentioned) if (mention.kind === 'placement') used.add(mention.name);
  return used;
}

/** Offers and placements that tests expect. */
function namesInTests({ sections }: Warned): Set<string> {
  const names = new Set<string>();
  for (const test of sections.maps.tests.values()) {
    for (const step of test.entries!.get('events')!.items!) {
      for (const [placement, expected] of step.entries!.get('expect')?.entries ?? []) {
        names.add(placement);
        for (const { value } of expected.items ?? [expected]) names.add(String(value));
      }
    }
  }
  return names;
}
