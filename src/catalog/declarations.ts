// What a catalog declares, before anything of it is compiled: the names that everything else may
// refer to. Entries whose shape is wrong stay declared, so that one mistake is one fault.

import type { z } from 'zod';
import type { EventSelector, FeatureKind, FeatureType, Path } from '../model/catalog.ts';
import { atOnce, type Sliced } from '../model/sliced.ts';
import { checkShape } from './check-shape.ts';
import type { FaultList } from './fault.ts';
import type { Located } from './located.ts';
import type { Sections } from './merge-files.ts';
import { checkName } from './names.ts';
import {
  type consentShape,
  MAP_SECTIONS,
  offerShape,
  placementShape,
} from './shapes/section-shapes.ts';

/** A named entry with its checked content; null when its shape is wrong. */
export interface Declared<T> {
  readonly name: string;
  readonly node: Located;
  readonly data: T | null;
}

export type OfferData = z.output<typeof offerShape>;
export type PlacementData = z.output<typeof placementShape>;

/** A feature as far as names need it; `type` of a formula is set once it is compiled. */
export interface DeclaredFeature {
  readonly slot: number;
  readonly name: string;
  readonly node: Located;
  /** null when it names no kind. */
  readonly kind: FeatureKind | null;
  type: FeatureType;
  readonly keyed: boolean;
}

/** Everything of a feature that is not an expression. */
export interface FeatureParts {
  readonly on: EventSelector;
  readonly value: readonly Path[];
  readonly by: readonly Path[] | null;
}

export interface DeclaredSegment {
  readonly index: number;
  readonly name: string;
  readonly node: Located;
  /** Member name → its condition; null for a plain segment. */
  readonly members: ReadonlyMap<string, Located> | null;
}

/** Consent purposes → granted by default. */
export function declareConsent(sections: Sections, faults: FaultList): Map<string, boolean> {
  const consent = new Map<string, boolean>();
  for (const [name, node] of sections.maps.consent) {
    checkName(name, node, faults);
    const data: z.output<typeof consentShape> | null = checkShape(
      MAP_SECTIONS.consent,
      node,
      faults,
    );
    // Who never said anything has not agreed to anything, unless the catalog says so.
    consent.set(name, data?.default === 'granted');
  }
  return consent;
}

export function declareSegments(
  sections: Sections,
  faults: FaultList,
): Map<string, DeclaredSegment> {
  const segments = new Map<string, DeclaredSegment>();
  for (const [name, node] of sections.maps.segments) {
    checkName(name, node, faults);
    const index = segments.size;
    if (checkShape(MAP_SECTIONS.segments, node, faults) === null) {
      segments.set(name, { index, name, node, members: node.items === null ? null : new Map() });
      continue;
    }
    segments.set(name, { index, name, node, members: membersOf(node, faults) });
  }
  return segments;
}

function membersOf(node: Located, faults: FaultList): Map<string, Located> | null {
  if (node.items === null) return null;
  const members = new Map<string, Located>();
  for (const item of node.items) {
    const entries = [...(item.entries ?? [])];
    if (entries.length !== 1) {
      const expected = 'one member in each list item, such as `- new: orders == 1`';
      faults.at(item, `found ${entries.length} members in one item, expected ${expected}`, {
        found: String(entries.length),
        expected,
      });
    }
    for (const [name, condition] of entries) {
      checkName(name, condition, faults);
      if (members.has(name)) {
        const detail = { found: name, offset: condition.keyOffset };
        faults.at(condition, `the member "${name}" is defined twice in this group`, detail);
      } else members.set(name, condition);
    }
  }
  return members;
}

/** A pause after each: there may be thousands. */
export function declaringOffers(
  sections: Sections,
  faults: FaultList,
): Sliced<Map<string, Declared<OfferData>>> {
  return declaring(sections.maps.offers, (node) => checkShape(offerShape, node, faults), faults);
}

export function declarePlacements(
  sections: Sections,
  faults: FaultList,
): Map<string, Declared<PlacementData>> {
  const check = (node: Located) => checkShape(placementShape, node, faults);
  return atOnce(declaring(sections.maps.placements, check, faults));
}

function* declaring<T>(
  entries: ReadonlyMap<string, Located>,
  check: (node: Located) => T | null,
  faults: FaultList,
): Sliced<Map<string, Declared<T>>> {
  const declared = new Map<string, Declared<T>>();
  for (const [name, node] of entries) {
    checkName(name, node, faults);
    declared.set(name, { name, node, data: check(node) });
    yield;
  }
  return declared;
}
