// Hot path. Which segments a customer is in, as far as an event can have changed it: only segments
// that read what changed are evaluated again. The text of all memberships is what the `customers`
// table gets; segments that change by time alone are noticed at the customer's next such event.

import type { Catalog, SegmentDefinition } from '../model/catalog.ts';
import { MEMBERSHIP_MEMO_MAX } from './limits.ts';
import type { StateScope } from './scope.ts';

/** The segments, by what they read. */
export interface SegmentProgram {
  readonly definitions: readonly SegmentDefinition[];
  /** By feature slot: the segments that read it. */
  readonly ofFeature: readonly (readonly SegmentDefinition[])[];
  readonly ofTraits: readonly SegmentDefinition[];
  /** Membership text → value per segment, '' = out. A memo: nothing depends on its content. */
  readonly parsed: Map<string, readonly string[]>;
}

const NONE: readonly SegmentDefinition[] = [];

/** Indexes the segments of a catalog. */
export function prepareSegments(catalog: Catalog): SegmentProgram {
  const definitions = catalog.segments;
  return {
    definitions,
    ofFeature: catalog.features.map(({ slot }) => {
      const readers = definitions.filter((segment) => segment.featureSlots.includes(slot));
      return readers.length === 0 ? NONE : readers;
    }),
    ofTraits: definitions.filter((segment) => segment.readsTraits),
    parsed: new Map(),
  };
}

/**
 * The membership text after an event: `name=true` or `group=member` for what the customer is in,
 * joined by newlines in definition order. The same string when nothing changed.
 * @param all evaluate every segment: the catalog is another than at the last step.
 */
export function membershipsAfter(
  program: SegmentProgram,
  memberships: string,
  changedSlots: readonly number[],
  traitsChanged: boolean,
  all: boolean,
  scope: StateScope,
): string {
  if (all) {
    const text = textOf(
      program.definitions,
      program.definitions.map((segment) => textValue(segment, scope)),
    );
    return text === memberships ? memberships : text;
  }
  if (!traitsChanged && changedSlots.length === 0) return memberships;
  let values: readonly string[] | null = null;
  for (const slot of changedSlots) {
    const readers = program.ofFeature[slot] ?? NONE;
    if (readers.length > 0) values = again(readers, values ?? parse(program, memberships), scope);
  }
  if (traitsChanged && program.ofTraits.length > 0) {
    values = again(program.ofTraits, values ?? parse(program, memberships), scope);
  }
  if (values === null || values === program.parsed.get(memberships)) return memberships;
  return textOf(program.definitions, values);
}

/** The values with some segments evaluated again; the same list when they are as before. */
function again(
  segments: readonly SegmentDefinition[],
  values: readonly string[],
  scope: StateScope,
): readonly string[] {
  let next = values;
  for (const segment of segments) {
    const value = textValue(segment, scope);
    if (value !== next[segment.index]) next = next.with(segment.index, value);
  }
  return next;
}

function textValue(segment: SegmentDefinition, scope: StateScope): string {
  const value = scope.segment(segment.index);
  return value === true ? 'true' : value === false ? '' : value;
}

function textOf(segments: readonly SegmentDefinition[], values: readonly string[]): string {
  let text = '';
  for (const segment of segments) {
    const value = values[segment.index]!;
    if (value !== '') text += `${text === '' ? '' : '\n'}${segment.name}=${value}`;
  }
  return text;
}

function parse(program: SegmentProgram, memberships: string): readonly string[] {
  const known = program.parsed.get(memberships);
  if (known !== undefined) return known;
  const byName = new Map(
    memberships.split('\n').map((line): [string, string] => {
      const end = line.indexOf('=');
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
  const values = program.definitions.map((segment) => byName.get(segment.name) ?? '');
  if (program.parsed.size >= MEMBERSHIP_MEMO_MAX) program.parsed.clear();
  program.parsed.set(memberships, values);
  return values;
}
