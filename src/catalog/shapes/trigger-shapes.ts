// One shape per way a trigger comes about. Only `on` without `unless` runs yet; the others are
// checked in full all the same, so that a catalog written for them is known to be right.

import { z } from 'zod';
import {
  duration,
  expression,
  listOf,
  oneOrMore,
  path,
  record,
  reference,
  references,
  selector,
  span,
  timeOfDay,
} from './scalars.ts';

const flag = z.boolean({ error: 'true or false' }).optional();

const decide = z
  .union(
    [
      reference('a placement'),
      listOf(reference('a placement'), 'a list of placements'),
      record({ one_of: listOf(reference('a placement'), 'a list of placements') }),
    ],
    { error: 'a placement, or a list of placements' },
  )
  .describe('a placement, or a list of placements: each is decided');

const common = {
  when: expression.optional(),
  decide,
  offers: references('an offer, or a tag as "#tag"').optional(),
  cooldown: duration.optional(),
  max_age: duration.optional(),
};

/** By the key that tells what the trigger waits for. */
export const TRIGGER_SHAPES = {
  on: record({
    on: selector,
    unless: selector.optional(),
    after: span.optional(),
    per: path.optional(),
    ...common,
  }),
  enter: record({
    enter: reference('a segment, or group.member'),
    existing: flag,
    over: span.optional(),
    ...common,
  }),
  at: record({
    at: oneOrMore(
      z.string({ error: 'traits.<name> or a date in quotes' }),
      'traits.<name>, or a list of dates',
    ),
    time: timeOfDay.optional(),
    once: flag,
    lead: duration.optional(),
    ...common,
  }),
  predict: record({
    predict: reference('an interval feature'),
    lead: duration.optional(),
    ...common,
  }),
} as const;

/** What a trigger may wait for. */
export const TRIGGER_KINDS = Object.keys(TRIGGER_SHAPES) as (keyof typeof TRIGGER_SHAPES)[];
