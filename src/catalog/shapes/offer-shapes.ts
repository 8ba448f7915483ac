// Shapes of offers, placements and the contact policy.

import { z } from 'zod';
import { CHANNEL_NAME_MAX } from './channel-shapes.ts';
import {
  amount,
  count,
  date,
  durationOf,
  expression,
  freeText,
  hours,
  listOf,
  mapOf,
  may,
  must,
  percent,
  record,
  reference,
  span,
  wholeNumber,
  words,
} from './scalars.ts';

const EXPIRY = 'a duration such as 15m, or end_of_day';
const factor = (meaning: string) => may(expression, meaning, '1');

export const capShape = record({
  max: must(wholeNumber(0, 10_000), 'so often at most'),
  window: may(span, 'within so long', 'for ever'),
  of: may(
    words(['decision', 'impression', 'click', 'accept', 'redeem', 'dismiss']),
    'what is counted: the decision itself, or an outcome that was reported',
    'decision',
  ),
});

export const budgetShape = record({
  grants: may(count, 'so often in all', 'as often as the rest allows'),
  per_day: may(
    count,
    'so often in a day of the catalog’s `timezone`',
    'as often as the rest allows',
  ),
  money: may(amount, 'so much in all, with `each`', 'as much as it takes'),
  each: may(
    expression,
    'what giving it once spends of `money`, at most 2 decimals',
    'without `money`',
  ),
});

/** Free text: triggers name it as a whole, with `#` in front. */
const TAG = 'a text in one line of at most 64 characters, without # in front';
const tag = z.string({ error: TAG }).regex(/^[^#\s](?:.{0,62}\S)?$/, { error: TAG });

export const offerShape = record({
  tags: may(
    z.array(tag, { error: 'a list of tags' }).describe('a list of texts'),
    'what a trigger may name it by, with `#`',
    'none',
  ),
  propensity: factor('how likely it is taken'),
  value: factor('what it is worth then'),
  context: factor('how well it fits the moment'),
  lever: factor('what the business wants'),
  starts: may(date, 'not before', 'always'),
  ends: may(date, 'not from here on', 'for ever'),
  eligibility: may(expression, 'who may have it at all', 'everybody'),
  applicability: may(expression, 'whether it makes sense now', 'always'),
  suitability: may(expression, 'whether it suits this customer', 'always'),
  caps: may(
    z
      .array(capShape, { error: 'a list of caps such as { max: 2, window: 7d }' })
      .describe('a list of caps such as { max: 2, window: 7d }'),
    'how often one customer may have it, over all placements',
    'no cap',
  ),
  budget: may(
    budgetShape.describe(
      'a map such as { grants: 10000, per_day: 500 } or { money: 50000, each: 5 }',
    ),
    'how much of it there is for all customers; all that it has must allow',
    'no end',
  ),
  expires: may(
    z.union([z.literal('end_of_day'), durationOf(EXPIRY, 1)], { error: EXPIRY }).describe(EXPIRY),
    'how long an answer may be redeemed (`expiresAt`)',
    'until `ends`',
  ),
  treatments: may(
    mapOf(
      mapOf(z.unknown(), 'a map: the content for this placement'),
      'a map from placements to their content',
    ),
    'what is shown, for each placement that can show it; texts may have templates',
    'shown nowhere',
  ),
});

export const placementShape = record({
  channel: may(
    freeText('the name of a channel', CHANNEL_NAME_MAX),
    'its decisions are contacts of it',
    'none',
  ),
  limit: may(wholeNumber(1, 100), 'offers in one answer', '1'),
  fallback: may(reference('an offer'), 'what is shown when nothing was chosen', 'nothing'),
  holdout: may(percent, 'share of the customers who only ever get the fallback here', '0%'),
  consent: may(reference('a purpose of `consent`'), 'what the customer must have granted', 'none'),
  when: may(expression, 'whether it is open now', 'always'),
  quiet: may(hours, 'hours in which nothing is sent', 'none'),
  recommend: may(
    reference('a recommender'),
    'whose list its decisions have, beside the offers',
    'no list',
  ),
});

export const contactRuleShape = record({
  max: must(wholeNumber(0, 10_000), 'so many contacts at most'),
  window: may(span, 'within so long', 'for ever'),
  channels: must(
    listOf(reference('a channel'), 'a list of channels'),
    'contacts of which channels',
  ),
  when: may(expression, 'for whom the rule holds', 'everybody'),
});
