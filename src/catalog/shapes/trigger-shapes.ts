// One shape per way a trigger comes about.

import { z } from 'zod';
import { DAY_MS } from '../../model/calendar.ts';
import {
  duration,
  durationWithin,
  expression,
  flag,
  listOf,
  may,
  must,
  oneOrMore,
  path,
  record,
  reference,
  references,
  selector,
  span,
  timeOfDay,
} from './scalars.ts';

const DECIDE = 'a placement, a list of them, or { one_of: [ … ] }';
const decide = must(
  z
    .union(
      [
        reference('a placement'),
        listOf(reference('a placement'), 'a list of placements'),
        record({ one_of: listOf(reference('a placement'), 'a list of placements') }),
      ],
      { error: DECIDE },
    )
    .describe(DECIDE),
  'where something is chosen: in a list at each, of `one_of` at one, the customer’s preferred one ' +
    'that is allowed',
);

const common = {
  when: may(expression, 'fires only when it is true', 'always'),
  decide,
  offers: may(references('an offer, or a tag as "#tag"'), 'only these may win', 'any'),
  cooldown: may(
    duration,
    'after a firing, none for so long; with `per`, for each of its values',
    '0s',
  ),
  wait: may(span, 'so long what time fired waits to be asked for', '7d'),
};

const LATE = 'a firing that comes later than that after it was due is missed';
const maxAge = may(duration, LATE, '1d');
/** Dates come again after a year: what begins earlier would be that of the date before. */
const lead = may(
  durationWithin('a duration below 365d such as 3d or 12h', 0, 365 * DAY_MS - 1),
  'so long before',
  '0s',
);
/** Who does not come for 400 days is forgotten, and what waits for them with it. */
const absence = durationWithin(
  'a duration above 0 and up to 366d, such as 1h or 30d',
  1,
  366 * DAY_MS,
);

/** By the key that tells what the trigger waits for. */
export const TRIGGER_SHAPES = {
  on: record({
    on: must(selector, 'the events it fires on'),
    unless: may(selector, 'fires only if none of these comes within `after`', 'none'),
    after: may(
      absence,
      'so long after the event, by its own time; each new one begins anew',
      'at once',
    ),
    per: may(path, 'the firing’s `key`; without a value no firing', 'no key'),
    ...common,
    max_age: may(duration, `a live event that is older does not fire; ${LATE}`, '1h'),
  }),
  enter: record({
    enter: must(reference('a segment, or group.member'), 'fires when a customer comes into it'),
    existing: may(flag, 'also who was in it before', 'false'),
    over: may(span, 'how long that is spread', 'no time'),
    ...common,
    max_age: maxAge,
  }),
  at: record({
    at: must(
      oneOrMore(
        z.string({ error: 'a trait such as traits.birthday, or a date in quotes' }),
        'a trait such as traits.birthday, a date, or a list of dates and ISO times',
      ),
      'the day it fires on: every year on that of a trait',
    ),
    time: may(timeOfDay, 'the time of day', '09:00'),
    once: may(flag, 'only the first time, not every year', 'false'),
    lead,
    over: may(span, 'how long a date is spread over all customers', '10m'),
    ...common,
    max_age: maxAge,
  }),
  predict: record({
    predict: must(reference('an interval feature'), 'fires when the next such event is due'),
    lead,
    ...common,
    max_age: maxAge,
  }),
} as const;

/** What a trigger may wait for. */
export const TRIGGER_KINDS = Object.keys(TRIGGER_SHAPES) as (keyof typeof TRIGGER_SHAPES)[];
