// What changed in one definition, by what it is a definition of.

import { type Details, type Entries, isMap, keysOf, own } from './details.ts';
import { diffChannel } from './diff-channel.ts';
import { diffOffer } from './diff-offer.ts';
import { diffParts } from './diff-parts.ts';
import { diffSegment } from './diff-segment.ts';
import { diffTest } from './diff-test.ts';
import { diffTrigger } from './diff-trigger.ts';

/** Definitions that are maps, with parts that have their own words. */
const DIFFS: ReadonlyMap<string, (from: Entries, to: Entries, details: Details) => void> = new Map([
  ['trigger', diffTrigger],
  ['offer', diffOffer],
  ['test', diffTest],
  ['event', diffEvent],
]);

/** @param from and `to`: plain JSON; whatever they are, something is said of each difference */
export function diffDefinition(kind: string, from: unknown, to: unknown, details: Details): void {
  if (kind === 'segment' || kind === 'channel') {
    (kind === 'segment' ? diffSegment : diffChannel)(from, to, details);
    return;
  }
  // `Signed In:` with nothing below it is an event that may carry anything, as `{}` is.
  const [a, b] = [from ?? {}, to ?? {}];
  if (isMap(a) && isMap(b)) (DIFFS.get(kind) ?? diffParts)(a, b, details);
  else details.compare('', a, b, 'plain');
}

function diffEvent(from: Entries, to: Entries, details: Details): void {
  diffParts(from, to, details, {
    properties(a, b) {
      const [old, now] = [a ?? {}, b ?? {}];
      if (!isMap(old) || !isMap(now)) {
        details.compare('properties', old, now, 'plain');
        return;
      }
      for (const name of keysOf(old, now)) {
        details.compare(`property ${name}`, own(old, name), own(now, name), 'plain');
      }
    },
  });
}
