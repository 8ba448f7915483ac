// Ids of what triggers of time wait for: a hash of all that gives it a meaning. What a state notes, and
// when its timers are due, goes by them: a definition that means something else begins anew, one that is
// only written otherwise does not.
//
// Not part of them is how a moment is spread (`over`): another spread would fire again for whom the
// first one had reached. Nor is what decides after the firing (`when`, `decide`, `offers`).

import type { FeatureDefinition, Path, TimeDefinition } from '../model/catalog.ts';
import { contentHash } from './canonical-json.ts';
import type { Derived } from './compile-derived.ts';

/** Hex digits, as of features. */
const ID_LENGTH = 10;

/** A definition without its id. */
export type TimeSettings = TimeDefinition extends infer T
  ? T extends TimeDefinition
    ? Omit<T, 'id'>
    : never
  : never;

/** What ids are made of beside a trigger's own settings. */
export interface TimeMeanings {
  readonly timezone: string;
  readonly customerTimezone: Path | null;
  /** By label (`segment vip`, `feature points`): what formulas and segments say and read. */
  readonly derived: ReadonlyMap<string, Derived>;
  /** By index, names of segments. */
  readonly segments: readonly string[];
  /** By slot. */
  readonly features: ReadonlyMap<number, FeatureDefinition>;
  /** What was found out of segments, by index: thousands of triggers may enter the one. */
  readonly known: Map<number, string>;
}

/** The id of what a trigger waits for; '' where an event arms it. */
export function timeId(trigger: string, time: TimeSettings, meanings: TimeMeanings): string {
  const { timezone, features, customerTimezone } = meanings;
  const zones = [timezone, customerTimezone?.text ?? null];
  const hash = (of: unknown) => contentHash([trigger, time.kind, of], ID_LENGTH);
  switch (time.kind) {
    case 'absence':
      return '';
    case 'enter': {
      return hash([time.member, time.existing, timezone, segmentId(time.segment, meanings)]);
    }
    case 'yearly':
      return hash([time.trait.text, time.timeMs, time.leadMs, time.once, zones]);
    case 'dates':
      return hash([time.dates.map((date) => JSON.stringify(date)).sort(), time.leadMs, zones]);
    case 'predict':
      return hash([features.get(time.slot)?.id ?? null, time.leadMs]);
  }
}

function segmentId(index: number, meanings: TimeMeanings): string {
  const known = meanings.known.get(index);
  if (known !== undefined) return known;
  const id = contentHash(
    segmentMeaning(`segment ${meanings.segments[index]}`, meanings),
    ID_LENGTH,
  );
  meanings.known.set(index, id);
  return id;
}

/** What a segment says, with all that it reads: sources by label, ids of stored features by name. */
function segmentMeaning(segment: string, { derived, features }: TimeMeanings): unknown {
  const sources: [label: string, sources: readonly string[]][] = [];
  const stored: string[] = [];
  const labels = new Set([segment]);
  for (const label of labels) {
    const found = derived.get(label);
    if (found === undefined) continue;
    // Its own name says nothing.
    sources.push([label === segment ? '' : label, found.sources]);
    for (const slot of found.storedSlots) {
      const feature = features.get(slot);
      stored.push(`${feature?.name}=${feature?.id}`);
    }
    // A set goes on with what is added to it on the way.
    for (const read of found.reads) labels.add(read);
  }
  return [sources.sort(([a], [b]) => (a < b ? -1 : 1)), [...new Set(stored)].sort()];
}
