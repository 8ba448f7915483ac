// How the entries of `tests:` are written, for what checks them and what reads them.

import type { Located } from './located.ts';
import { stepShape } from './shapes/section-shapes.ts';

/** What stands for no offer, beside null and an empty list. */
export const NO_OFFER = 'none';

/** Keys of a step beside the event. */
export const STEP_KEYS: ReadonlySet<string> = new Set(Object.keys(stepShape.shape));

/** What a customer may have said to a purpose → granted. */
export const GRANTED: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ['granted', true],
  ['denied', false],
  // As `context.consent` of an event has it.
  [true, true],
  [false, false],
]);

/** Keys of a step that are no keys of steps: its event. */
export function eventNames(entries: ReadonlyMap<string, Located>): readonly string[] {
  return [...entries.keys()].filter((key) => !STEP_KEYS.has(key));
}

/** The offers that an expectation names. */
export function expectedOffers({ items, value }: Located): readonly string[] {
  const named = items === null ? [value] : items.map((item) => item.value);
  return named.filter((name): name is string => typeof name === 'string' && name !== NO_OFFER);
}
