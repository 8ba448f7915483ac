// What each function, method and macro gives, with an example that a test runs; how it is called is
// said by its own declaration (calls.ts). The examples are about the one customer of
// `expression-texts.ts`.

import type { JsonValue } from '../../../model/json.ts';

export interface FunctionText {
  readonly gives: string;
  /** When the result is unknown. */
  readonly unknown: string;
  /** An expression, and its value; null is unknown. */
  readonly example: readonly [expression: string, value: JsonValue];
}

const ABSENT = 'where its argument is';

/** Functions by name. */
export const FUNCTION_TEXTS: Readonly<Record<string, FunctionText>> = {
  known: {
    gives: 'whether x has a value: any trait, feature, key or expression',
    unknown: 'never',
    example: ['known(traits.email)', false],
  },
  or: {
    gives: 'x where it is known, else the default',
    unknown: 'where both are',
    example: ["or(traits.email, 'none')", 'none'],
  },
  has: {
    gives: 'whether a has b; of a feature with keys, whether it has seen the key',
    unknown: 'where there is no a',
    example: ['has(bought.shoes)', false],
  },
  top: {
    gives: 'the key with the largest value; of equal ones the first of the alphabet',
    unknown: 'where there is no key yet',
    example: ['top(bought)', 'tea'],
  },
  bucket: {
    gives: 'a whole number from 0 to n − 1 that is this customer’s for ever, for this salt',
    unknown: 'where n is no whole number of 1 or more',
    example: ["bucket('winter-test', 2)", 0],
  },
  in_holdout: {
    gives: 'whether the customer is held out of the placement; the name may stand without quotes',
    unknown: 'never',
    example: ["in_holdout('web')", false],
  },
  since: {
    gives: 'how long ago it was, as a duration; below 0 for a time to come',
    unknown: ABSENT,
    example: ["since(last_order) < duration('1d')", true],
  },
  until: {
    gives: 'how long it is till then, as a duration; below 0 for a time that is past',
    unknown: ABSENT,
    example: ["until('2026-12-24') > duration('3w')", true],
  },
  duration: {
    gives: 'a duration: numbers each with one of ms s m h d w, and a sign; a day is 24 hours',
    unknown: 'where a text that is only known later is none; one that is written out is a fault',
    example: ["duration('1h30m') == duration('90m')", true],
  },
  timestamp: {
    gives: 'a time: of an ISO time, a `YYYY-MM-DD`, or a number of seconds since 1970',
    unknown: 'where it is none',
    example: ["timestamp('2026-12-02T04:00:00Z') == now", true],
  },
  date: {
    gives: 'the local midnight at which the day of a time began',
    unknown: ABSENT,
    example: ["date(now) == timestamp('2026-12-02')", true],
  },
  hour: {
    gives: 'the hour of the day, 0 to 23, in the catalog’s timezone',
    unknown: ABSENT,
    example: ['hour(now)', 12],
  },
  weekday: {
    gives: 'the day of the week in the catalog’s timezone: 1 is Monday, 7 is Sunday',
    unknown: ABSENT,
    example: ['weekday(event.timestamp)', 3],
  },
  age: {
    gives:
      'whole years from the local date of x to today; born on February 29th, one is a year older on ' +
      'March 1st',
    unknown: 'for a date to come',
    example: ['age(traits.birthday)', 36],
  },
  int: {
    gives: 'a number without its fraction, the number in a text, or a time’s seconds since 1970',
    unknown: 'where a text is no whole number',
    example: ["int('42') + int(2.9)", 44],
  },
  double: {
    gives: 'the number in a text',
    unknown: 'where a text is no number',
    example: ["double('2.5') * 2", 5],
  },
  string: {
    gives: 'the text of a number, a time, a duration, true or false',
    unknown: ABSENT,
    example: ["'order ' + string(orders)", 'order 2'],
  },
  bool: {
    gives: 'true or false, of itself or of the texts `true false t f 1 0`',
    unknown: 'for any other text',
    example: ["bool('true')", true],
  },
  dyn: {
    gives: 'the value, of which the type is no longer checked before it runs',
    unknown: ABSENT,
    example: ["dyn(orders) == 'two'", false],
  },
  size: {
    gives: 'signs of a text, elements of a list, entries of a map',
    unknown: 'for anything else',
    example: ['size(event.properties.tags)', 2],
  },
  matches: {
    gives: 'whether a pattern (RE2) is found anywhere in a text',
    unknown: ABSENT,
    example: ["matches(traits.city, '^Shang')", true],
  },
};

/** Methods by name: written after a value and a dot. */
export const METHOD_TEXTS: Readonly<Record<string, FunctionText>> = {
  contains: {
    gives: 'whether the text has the other in it',
    unknown: ABSENT,
    example: ["traits.city.contains('hai')", true],
  },
  startsWith: {
    gives: 'whether the text begins with the other',
    unknown: ABSENT,
    example: ["traits.city.startsWith('Shang')", true],
  },
  endsWith: {
    gives: 'whether the text ends with the other',
    unknown: ABSENT,
    example: ["event.properties.product_id.endsWith('9')", true],
  },
  matches: {
    gives: 'as the function',
    unknown: ABSENT,
    example: ["traits.city.matches('h.i$')", true],
  },
  size: { gives: 'as the function', unknown: 'as there', example: ['traits.name.size()', 2] },
  getFullYear: {
    gives: 'the year, in UTC or in a given zone',
    unknown: ABSENT,
    example: ['now.getFullYear()', 2026],
  },
  getMonth: {
    gives: 'the month: 0 is January',
    unknown: ABSENT,
    example: ["now.getMonth('Asia/Shanghai')", 11],
  },
  getDate: {
    gives: 'the day of the month from 1',
    unknown: ABSENT,
    example: ["now.getDate('Asia/Shanghai')", 2],
  },
  getDayOfMonth: {
    gives: 'the day of the month from 0',
    unknown: ABSENT,
    example: ["now.getDayOfMonth('Asia/Shanghai')", 1],
  },
  getDayOfWeek: {
    gives: 'the day of the week: 0 is Sunday',
    unknown: ABSENT,
    example: ["now.getDayOfWeek('Asia/Shanghai')", 3],
  },
  getDayOfYear: {
    gives: 'the day of the year from 0',
    unknown: ABSENT,
    example: ["timestamp(traits.birthday).getDayOfYear('Asia/Shanghai')", 139],
  },
  getHours: {
    ...{
      gives: 'the hour in UTC or in a zone; of a duration, all of it in hours',
      unknown: ABSENT,
    },
    example: ["duration('1d2h').getHours()", 26],
  },
  getMinutes: {
    gives: 'the minute; of a duration, all of it in minutes',
    unknown: ABSENT,
    example: ["duration('90s').getMinutes()", 1],
  },
  getSeconds: {
    gives: 'the second; of a duration, all of it in seconds',
    unknown: ABSENT,
    example: ["duration('2m').getSeconds()", 120],
  },
  getMilliseconds: {
    gives: 'the milliseconds of the second, also of a duration',
    unknown: ABSENT,
    example: ["duration('1500ms').getMilliseconds()", 500],
  },
};

/** Macros by name: they go over a list, or over the keys of a map. */
export const MACRO_TEXTS: Readonly<Record<string, FunctionText>> = {
  all: {
    gives: 'whether the condition holds for all',
    unknown: 'as with `&&`',
    example: ['event.properties.tags.all(t, size(t) == 3)', true],
  },
  exists: {
    gives: 'whether it holds for any',
    unknown: 'as with `\\|\\|`',
    example: ['bought.exists(c, bought[c] >= 2)', true],
  },
  exists_one: {
    gives: 'whether it holds for exactly one',
    unknown: 'where it is for any',
    example: ["event.properties.tags.exists_one(t, t == 'red')", true],
  },
  filter: {
    gives: 'a list of those for which it holds',
    unknown: 'where it is for any',
    example: ["event.properties.tags.filter(t, t != 'new')", ['red']],
  },
  map: {
    gives: 'a list of what is made of each',
    unknown: 'where any is',
    example: ["event.properties.tags.map(t, '#' + t)", ['#new', '#red']],
  },
};
