// What a value is to somebody who has to say it aloud. Texts come from events, and may hold anything:
// they are cut, and stay on their line.

import { jsonText } from '../../model/json-text.ts';
import { Instant, type MaybeValue, Span, type Value } from '../../model/value.ts';
import { plain } from '../view.ts';
import { numberText, spanText, timeText } from './amounts.ts';

/** When it is said, and by the clocks of which zone. */
export interface Saying {
  readonly nowMs: number;
  readonly timezone: string;
}

/** Characters of one text that came with events. */
const TEXT_CHARS_MAX = 80;
/** Items of a list, keys of a feature. */
export const ITEMS_MAX = 5;

/** null = there is nothing to say. */
export type Words = (value: Value, saying: Saying) => string | null;

/** By its type: numbers that something was computed to. */
export const plainWords: Words = (value, saying) => {
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : null;
  return asStated(value, saying);
};

/** As an event stated it: a number may be the id of something, and is left as it is. */
export const asStated: Words = (value, saying) => {
  if (value === null) return null;
  if (value instanceof Instant) return timeText(value.ms, saying.nowMs, saying.timezone);
  if (value instanceof Span) return Number.isFinite(value.ms) ? spanText(value.ms) : null;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return shortText(value, TEXT_CHARS_MAX);
  if (Array.isArray(value)) return listWords(value, saying);
  if (typeof value === 'object') return shortText(jsonText(plain(value)), TEXT_CHARS_MAX);
  return String(value);
};

/** `a, b and 3 more`; what has no words is left out. */
export function listed(items: readonly string[], total = items.length): string | null {
  if (items.length === 0) return null;
  const shown = items.slice(0, ITEMS_MAX);
  const more = total - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}

/** One line of at most so many characters. */
export function shortText(text: string, charsMax: number): string {
  // Looked at no further than it may be shown, for a text of an event may be long.
  const line = text
    .slice(0, 2 * charsMax)
    .replace(UNSEEN, ' ')
    .trim();
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1).trimEnd()}…`;
}

/** What ends a line, moves a terminal's cursor or turns the direction of writing. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\s]+/gu;

function listWords(items: readonly MaybeValue[], saying: Saying): string | null {
  const shown = items
    .slice(0, ITEMS_MAX)
    .flatMap((item) => (item === undefined ? [] : (asStated(item, saying) ?? [])));
  return listed(shown, shown.length + Math.max(0, items.length - ITEMS_MAX));
}
