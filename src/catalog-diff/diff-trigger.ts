// What changed in a trigger: where it decides in words, all else by its key.

import { type Details, type Entries, isMap } from './details.ts';
import { diffParts } from './diff-parts.ts';
import { sayValue } from './say-value.ts';

export function diffTrigger(from: Entries, to: Entries, details: Details): void {
  diffParts(from, to, details, {
    decide(a, b) {
      details.compare('decide', sayPlaces(a), sayPlaces(b), 'plain');
    },
  });
}

/** `one of app_push, sms`; a list as it is. */
function sayPlaces(decide: unknown): unknown {
  const known = isMap(decide) && Object.keys(decide).length === 1 && Array.isArray(decide.one_of);
  return known ? `one of ${sayValue(decide.one_of, 'plain')}` : decide;
}
