// One shape per way a trigger comes about. Only `on` without `unless` runs yet; the others are
// checked in full all the same, so that a catalog written for them is known to be right.

import { z } from 'zod';
import {
  duration,
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

const decide = must(
  z
    .union(
      [
        reference('a placement'),
        listOf(reference('a placement'), 'a list of placements'),
        record({ one_of: listOf(reference('a placement'), 'a list of placements') }),
      ],
      { error: 'a placement, or a list of placements' },
    )
    .describe('a placement, or a list of placements'),
  'where something is chosen; in a list, at each',
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
  max_age: may(duration, 'a live event that is older does not fire', '1h'),
};

/** By the key that tells what the trigger waits for. */
export const TRIGGER_SHAPES = {
  on: record({
    on: must(selector, 'the events it fires on'),
    unless: may(selector, 'fires when none of these came', 'fires at once'),
    after: may(span, 'how long `unless` is waited for', 'fires at once'),
    per: may(path, 'the firing’s `key`; without a value no firing', 'no key'),
    ...common,
  }),
  enter: record({
    enter: must(reference('a segment, or group.member'), 'fires when a customer comes into it'),
    existing: may(flag, 'also who was in it before', 'false'),
    over: may(span, 'how long that is spread', 'no time'),
    ...common,
  }),
  at: record({
    at: must(
      oneOrMore(
        z.string({ error: 'traits.<name> or a date in quotes' }),
        'traits.<name>, or a list of dates',
      ),
      'the day it fires on',
    ),
    time: may(timeOfDay, 'the time of day', '09:00'),
    once: may(flag, 'only the first time, not every year', 'false'),
    lead: may(duration, 'so long before', '0s'),
    ...common,
  }),
  predict: record({
    predict: must(reference('an interval feature'), 'fires when the next such event is due'),
    lead: may(duration, 'so long before', '0s'),
    ...common,
  }),
} as const;

/** What a trigger may wait for. */
export const TRIGGER_KINDS = Object.keys(TRIGGER_SHAPES) as (keyof typeof TRIGGER_SHAPES)[];
