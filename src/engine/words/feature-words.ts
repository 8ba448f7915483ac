// A feature in one sentence of plain English, for somebody who talks with the customer and has never
// seen the catalog: `How often Product Viewed in the last 30 minutes, by product_id: p9 3 times`.

import type { EventSelector, FeatureDefinition, FeatureKind, Path } from '../../model/catalog.ts';
import type { MaybeValue, Value } from '../../model/value.ts';
import { ranksHigher } from '../features/rank.ts';
import { countText, numberText, spanText } from './amounts.ts';
import {
  asStated,
  ITEMS_MAX,
  listed,
  plainWords,
  type Saying,
  shortText,
  type Words,
} from './value-words.ts';

/** The parts of a definition, in words. */
interface Parts {
  /** `Product Viewed or Product Added`. */
  readonly events: string;
  /** `price of products`; '' where it takes none. */
  readonly value: string;
  readonly windowMs: number | null;
  /** ` in the last 30 minutes`, or what the kind says where it has no window. */
  readonly window: string;
  readonly definition: FeatureDefinition;
}

/** How one kind is said. */
interface KindWords {
  /** What it is, up to `by` and `where`. */
  what(parts: Parts): string;
  readonly say: Words;
  /** Where there is nothing. */
  readonly nothing: string;
  /** Between a key and what is said of it. */
  readonly joint: ' ' | ' = ';
}

const WHERE_CHARS_MAX = 200;
const KEY_CHARS_MAX = 60;

const times: Words = (value) => {
  if (value === 0) return null;
  return value === 1 ? 'once' : countText(value as number, 'time');
};

const amount = { say: plainWords, nothing: 'none', joint: ' = ' } as const;
const time = { say: plainWords, nothing: 'never', joint: ' = ' } as const;
const stated = { say: asStated, nothing: 'none', joint: ' = ' } as const;

const KINDS: Readonly<Record<FeatureKind, KindWords>> = {
  count: {
    what: ({ events, window }) => `How often ${events}${window || ' so far'}`,
    ...{ say: times, nothing: 'never', joint: ' ' },
  },
  sum: {
    what: (parts) => `Sum of ${valueIn(parts)}${parts.window ? '' : ' so far'}`,
    ...amount,
  },
  min: { what: (parts) => `Smallest ${valueIn(parts)}`, ...amount },
  max: { what: (parts) => `Largest ${valueIn(parts)}`, ...amount },
  mean: { what: (parts) => `Average ${valueIn(parts)}`, ...amount },
  first: { what: (parts) => `First ${eventIn(parts)}`, ...time },
  last: { what: (parts) => `Last ${eventIn(parts)}`, ...time },
  latest: { what: (parts) => `Latest ${valueIn(parts)}`, ...stated },
  distinct: {
    what: (parts) => `How many different values of ${valueIn(parts)}`,
    ...{ ...amount, say: (value) => (value === 0 ? null : numberText(value as number)) },
  },
  recent: { what: (parts) => `Last values of ${valueIn(parts)}, newest first`, ...stated },
  affinity: {
    what: ({ value, events, window, definition: { halfLifeMs } }) =>
      `Leaning to each ${value}, judged by ${events}${window} ` +
      `(counts half after ${spanText(halfLifeMs)})`,
    ...amount,
  },
  interval: {
    what: ({ events, window }) => `Average time from one ${events} to the next${window}`,
    // Seconds, or a length of time.
    say: (value, saying) =>
      typeof value === 'number' ? spanText(value * 1_000) : plainWords(value, saying),
    ...{ nothing: 'not known yet', joint: ' ' },
  },
  days: {
    what: ({ events, window }) => `Days with ${events}${window || ' so far'}`,
    say: (value) => (value === 0 ? null : countText(value as number, 'day')),
    ...{ nothing: 'none', joint: ' ' },
  },
  trend: {
    what: ({ events, window, windowMs }) =>
      `How often ${events}${window}, compared with the ${spanText(windowMs ?? 0)} before`,
    say: (value) => (value === 0 ? 'not at all any more' : `${numberText(value as number)} times`),
    ...{ nothing: 'nothing to compare with', joint: ' ' },
  },
  formula: {
    what: ({ definition: { formula } }) => {
      const source = formula?.origin?.source;
      return source === undefined ? 'Worked out' : `Worked out as ${oneLine(source)}`;
    },
    ...{ ...amount, nothing: 'not known' },
  },
};

/**
 * What a feature says of a customer.
 * @param value as it reads now; undefined = absent
 */
export function featureWords(
  definition: FeatureDefinition,
  value: MaybeValue,
  saying: Saying,
): string {
  const { by, where, windowMs, kind } = definition;
  const words = KINDS[kind];
  const what = words.what({
    events: eventsText(definition.on),
    value: pathsText(definition.value),
    windowMs,
    window:
      windowMs === null ? '' : ` in the last ${spanText(windowMs).replace(/^1 (?=\w+$)/, '')}`,
    definition,
  });
  const keys = by === null ? '' : `, by ${pathsText(by)}`;
  const source = where?.origin?.source;
  const only =
    where === null
      ? ''
      : source === undefined
        ? ', only of some'
        : `, only where ${oneLine(source.replaceAll('event.properties.', ''))}`;
  const isKeyed = by !== null || kind === 'affinity';
  const said = isKeyed ? keysText(words, value, saying) : sayOne(words, value, saying);
  return `${what}${keys}${only}: ${said ?? words.nothing}`;
}

function sayOne({ say }: KindWords, value: MaybeValue, saying: Saying): string | null {
  return value === undefined || value === null ? null : say(value, saying);
}

/** The largest few keys, ties alphabetical. */
function keysText(words: KindWords, value: MaybeValue, saying: Saying): string | null {
  const entries = Object.entries((value ?? {}) as { readonly [key: string]: Value });
  entries.sort(([a, left], [b, right]) => {
    if (ranksHigher(left, right)) return -1;
    if (ranksHigher(right, left)) return 1;
    return a < b ? -1 : 1;
  });
  const top = entries.slice(0, ITEMS_MAX).flatMap(([key, each]) => {
    const said = words.say(each, saying);
    return said === null ? [] : [`${shortText(key, KEY_CHARS_MAX)}${words.joint}${said}`];
  });
  return listed(top, top.length + Math.max(0, entries.length - ITEMS_MAX));
}

function valueIn({ value, events, window }: Parts): string {
  return `${value} in ${events}${window}`;
}

function eventIn({ events, window }: Parts): string {
  return `${events === ANY ? 'event' : events}${window}`;
}

const ANY = 'any event';
const CALLS: Readonly<Record<string, string>> = {
  $page: 'Page Viewed',
  $screen: 'Screen Viewed',
  $identify: 'Traits Stated',
  $group: 'Group Joined',
};

function eventsText({ any, names }: EventSelector): string {
  if (any) return ANY;
  const said = names.slice(0, ITEMS_MAX).map((name) => CALLS[name] ?? shortText(name, 60));
  const more = names.length - said.length;
  if (more > 0) return `${said.join(', ')} or ${more} others`;
  return said.length < 2
    ? (said[0] ?? 'nothing')
    : `${said.slice(0, -1).join(', ')} or ${said.at(-1)}`;
}

/** `properties.products[].price` → `price of products`; of several the first one present counts. */
function pathsText(paths: readonly Path[]): string {
  const said = paths.map(({ root, steps }) => {
    const keys = steps.map(({ key }) => key).reverse();
    if (root === 'traits') keys.push('the stated traits');
    return shortText(keys.join(' of '), KEY_CHARS_MAX);
  });
  return [...new Set(said)].join(' or ');
}

/** A condition as it is written, on one line. */
function oneLine(source: string): string {
  return shortText(source, WHERE_CHARS_MAX);
}
