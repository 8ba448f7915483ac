// The sections of a catalog, and the shape of each one's entries.

import { z } from 'zod';
import { channelEntry, smtpShape, webhookShape } from './channel-shapes.ts';
import { FEATURE_SHAPES } from './feature-shapes.ts';
import { identifierEntry, identifierShape } from './identifier-shapes.ts';
import {
  budgetShape,
  capShape,
  contactRuleShape,
  offerShape,
  placementShape,
} from './offer-shapes.ts';
import { itemsShape, recommenderShape } from './recommender-shapes.ts';
import {
  date,
  duration,
  expression,
  listOf,
  mapOf,
  may,
  must,
  record,
  span,
  words,
} from './scalars.ts';
import { TRIGGER_SHAPES } from './trigger-shapes.ts';

function header(expected: string, pattern: RegExp) {
  return z.string({ error: expected }).regex(pattern, { error: expected }).describe(expected);
}

/** Sections that are one text each. */
export const HEADER_SHAPES = {
  catalog: header('the name of the catalog', /^\S(.{0,98}\S)?$/),
  timezone: header('a time zone such as Asia/Shanghai', /^[A-Za-z0-9_+/-]{1,64}$/),
  customer_timezone: header('a trait such as traits.tz', /./),
  country: header('a country code such as CN', /^[A-Z]{2}$/),
  currency: header('a currency code such as CNY', /^[A-Z]{3}$/),
} as const;

export const consentShape = record({
  default: may(
    words(['granted', 'denied']),
    'what holds for a customer who never said',
    'denied: who never said anything has not agreed',
  ),
});

/** Types that `events:` may ask of a property; `!` = required. */
export const PROPERTY_TYPES = ['string', 'number', 'boolean', 'time', 'list', 'map'] as const;

const PROPERTY_TYPE = `one of ${PROPERTY_TYPES.join(', ')}, with ! where required`;
const propertyType = z
  .string({ error: PROPERTY_TYPE })
  .regex(new RegExp(`^(${PROPERTY_TYPES.join('|')})!?$`), { error: PROPERTY_TYPE })
  .describe(PROPERTY_TYPE);

export const eventShape = record({
  properties: may(
    mapOf(propertyType, 'a map from properties to types such as string!')
      .nullable()
      .describe('a map from properties to types such as string!'),
    `what the event carries; a type is ${PROPERTY_TYPE}`,
    'anything',
  ),
}).nullable();

/** One member of a group: a map with the one name of the member. */
const member = mapOf(expression, 'a map with one member such as { new: orders == 1 }');

export const segmentShape = z
  .union([expression, listOf(member, 'a list of members such as `- new: orders == 1`')], {
    error: 'an expression, or a list of members',
  })
  .describe('a condition, or a group: a list of members, the first that matches');

const expectation = z
  .union([z.string(), z.null(), z.array(z.string({ error: 'an offer' }))], {
    error: 'an offer, a list of offers, or none',
  })
  .describe('an offer, a list of offers, or none');

/** Keys of a test's step beside the event itself. */
export const stepShape = record({
  wait: may(span, 'nothing but time passes; in the place of an event', 'an event is sent'),
  after: may(duration, 'since the step before', '0s'),
  context: may(mapOf(z.unknown(), 'a map'), 'the context of the event', 'that of `given` alone'),
  expect: may(
    mapOf(expectation, 'a map from placements to offers'),
    'what is to be chosen there: all of it, in its order',
    'nothing is asked',
  ),
});

export const givenShape = record({
  userId: may(z.string({ error: 'a customer id' }).describe('a text'), 'who it is', 'none'),
  anonymousId: may(z.string({ error: 'a customer id' }).describe('a text'), 'who it is', 'none'),
  now: may(date, 'when it begins', 'noon of today'),
  traits: may(mapOf(z.unknown(), 'a map of traits'), 'what is known of them', 'nothing'),
  consent: may(
    mapOf(z.unknown(), 'a map from purposes to granted or denied'),
    'what they said',
    'the defaults',
  ),
  context: may(mapOf(z.unknown(), 'a map'), 'what lies under the context of each event', 'empty'),
});

export const testShape = record({
  given: may(givenShape.describe('a map'), 'the customer before the first event', 'somebody new'),
  events: must(
    listOf(
      mapOf(z.unknown(), 'an event such as { Product Viewed: { … } }'),
      'a list of events such as { Product Viewed: { … } }',
    ),
    'what happens, in this order',
  ),
});

const union = <T extends z.ZodType>(shapes: Readonly<Record<string, T>>) =>
  z.union(Object.values(shapes) as [T, ...T[]]);

/** Sections that are maps from names, with the shape of an entry where there is a single one. */
export const MAP_SECTIONS = {
  consent: consentShape,
  identifiers: identifierEntry,
  events: eventShape,
  features: union(FEATURE_SHAPES),
  segments: segmentShape,
  triggers: union(TRIGGER_SHAPES),
  offers: offerShape,
  placements: placementShape,
  channels: channelEntry,
  items: union(itemsShape.shape),
  recommenders: recommenderShape,
  tests: testShape,
} as const;

export type MapSection = keyof typeof MAP_SECTIONS;
export type HeaderSection = keyof typeof HEADER_SHAPES;

const keysOf = (...shapes: readonly z.ZodObject[]): ReadonlySet<string> =>
  new Set(shapes.flatMap(({ shape }) => Object.keys(shape)));

/** The keys that an entry of a section may have. */
export const ENTRY_KEYS: Readonly<Record<MapSection, ReadonlySet<string>>> = {
  consent: keysOf(consentShape),
  identifiers: keysOf(identifierShape),
  events: keysOf(eventShape.unwrap()),
  features: keysOf(...Object.values(FEATURE_SHAPES)),
  segments: keysOf(),
  triggers: keysOf(...Object.values(TRIGGER_SHAPES)),
  offers: keysOf(offerShape),
  placements: keysOf(placementShape),
  // `stream` is a word, too: a channel may be called that.
  channels: new Set(['webhook', 'smtp']),
  // Its names are the keys.
  items: keysOf(),
  recommenders: keysOf(recommenderShape),
  tests: keysOf(testShape),
};

export const MAP_SECTION_NAMES = Object.keys(MAP_SECTIONS) as MapSection[];
export const HEADER_NAMES = Object.keys(HEADER_SHAPES) as HeaderSection[];

/** Every section a file may have. */
export const SECTION_NAMES: readonly string[] = [
  ...HEADER_NAMES,
  ...MAP_SECTION_NAMES,
  'contact_policy',
];

/** Entries of one section; more are a mistake, and cost memory in every gateway. */
export const ENTRIES_MAX = 5_000;

export {
  budgetShape,
  capShape,
  contactRuleShape,
  identifierShape,
  itemsShape,
  offerShape,
  placementShape,
  recommenderShape,
  smtpShape,
  webhookShape,
};
