// The entries of `tests:` as what runs them takes them. Only of a catalog without faults: that they are
// well formed, check-tests.ts has seen.

import type {
  CatalogTest,
  Expectation,
  Given,
  Place,
  TestStep,
} from '../catalog-tests/catalog-test.ts';
import { calendarOf } from '../model/calendar.ts';
import { durationMs } from '../model/duration.ts';
import { isoToMs } from '../model/iso-time.ts';
import type { Located } from './located.ts';
import { jsonObjectOf } from './located-json.ts';
import { eventNames, expectedOffers, GRANTED } from './test-words.ts';

export function readTest(name: string, node: Located, timezone: string): CatalogTest {
  return {
    name,
    place: placeOf(node, node.keyOffset),
    given: readGiven(node.entries!.get('given'), timezone),
    steps: node.entries!.get('events')!.items!.map(readStep),
  };
}

function readGiven(node: Located | undefined, timezone: string): Given {
  const entries = node?.entries;
  const now = entries?.get('now')?.value as string | undefined;
  const consent = [...(entries?.get('consent')?.entries ?? [])];
  return {
    userId: textOf(entries?.get('userId')),
    anonymousId: textOf(entries?.get('anonymousId')),
    startMs: now === undefined ? null : isoToMs(now, calendarOf(timezone))!,
    traits: jsonObjectOf(entries?.get('traits')),
    consent: new Map(consent.map(([purpose, { value }]) => [purpose, GRANTED.get(value)!])),
    context: jsonObjectOf(entries?.get('context')),
  };
}

function readStep(node: Located): TestStep {
  const entries = node.entries!;
  const [name] = eventNames(entries);
  const event = name === undefined ? null : { name, carried: jsonObjectOf(entries.get(name)) };
  return {
    place: placeOf(node, node.offset),
    afterMs: stepMs(entries),
    event,
    context: jsonObjectOf(entries.get('context')),
    expected: [...(entries.get('expect')?.entries ?? [])].map(readExpectation),
  };
}

/** How long after the step before. */
export function stepMs(entries: ReadonlyMap<string, Located>): number {
  return msOf(entries.get('after')) + msOf(entries.get('wait'));
}

function readExpectation([placement, node]: readonly [string, Located]): Expectation {
  return { placement, offers: expectedOffers(node), place: placeOf(node, node.keyOffset) };
}

function msOf(node: Located | undefined): number {
  return node === undefined ? 0 : durationMs(node.value as string)!;
}

function textOf(node: Located | undefined): string | null {
  return (node?.value as string | undefined) ?? null;
}

function placeOf({ file }: Located, offset: number): Place {
  return { file: file.path, ...file.position(offset) };
}
