// Shapes of offers, placements and the contact policy.

import { z } from 'zod';
import {
  date,
  durationOf,
  expression,
  hours,
  listOf,
  mapOf,
  percent,
  positive,
  record,
  reference,
  span,
  wholeNumber,
} from './scalars.ts';

const EXPIRY = 'a duration such as 15m, or end_of_day';
const factor = expression.optional();

const cap = record({
  max: wholeNumber(0, 10_000),
  window: span.optional(),
  of: z
    .enum(['decision', 'impression', 'click', 'accept', 'redeem', 'dismiss'], {
      error: 'decision, impression, click, accept, redeem or dismiss',
    })
    .optional(),
});

const perDay = positive.optional();
const grants = record({ grants: wholeNumber(1, 1_000_000_000_000), per_day: perDay });
const money = record({ money: positive, each: positive, per_day: perDay });

/** Free text: triggers name it as a whole, with `#` in front. */
const TAG = 'a text in one line of at most 64 characters, without # in front';
const tag = z.string({ error: TAG }).regex(/^[^#\s](?:.{0,62}\S)?$/, { error: TAG });

export const offerShape = record({
  tags: z.array(tag, { error: 'a list of tags' }).optional(),
  propensity: factor,
  value: factor,
  context: factor,
  lever: factor,
  starts: date.optional(),
  ends: date.optional(),
  eligibility: expression.optional(),
  applicability: expression.optional(),
  suitability: expression.optional(),
  caps: z.array(cap, { error: 'a list of caps such as { max: 2, window: 7d }' }).optional(),
  budget: z
    .union([grants, money], { error: '{ grants: 10000 } or { money: 50000, each: 5 }' })
    .optional(),
  expires: z.union([z.literal('end_of_day'), durationOf(EXPIRY, 1)], { error: EXPIRY }).optional(),
  treatments: mapOf(
    mapOf(z.unknown(), 'a map: the content for this placement'),
    'a map from placements to their content',
  ).optional(),
});

export const placementShape = record({
  channel: z.string({ error: 'the name of a channel' }).min(1).max(64).optional(),
  limit: wholeNumber(1, 100).optional(),
  fallback: reference('an offer').optional(),
  holdout: percent.optional(),
  consent: reference('a purpose of `consent`').optional(),
  when: expression.optional(),
  quiet: hours.optional(),
});

export const contactRuleShape = record({
  max: wholeNumber(0, 10_000),
  window: span.optional(),
  channels: listOf(reference('a channel'), 'a list of channels'),
  when: expression.optional(),
});
