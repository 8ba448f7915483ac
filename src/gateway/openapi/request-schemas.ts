// The bodies that callers send, as zod schemas: they validate the calls that are not events, and
// describe all of them in /openapi.json. Events themselves are validated by event-shapes.ts, for
// speed; a test holds the two together.

import { z } from 'zod';
import { OUTCOME_KINDS } from '../../model/event.ts';
import { ID_CHARS_MAX } from '../event-shapes.ts';
import { isExact } from '../numeric-id.ts';

/** Most placements in one decide. */
export const PLACEMENTS_MAX = 100;

const text = () => z.string().max(ID_CHARS_MAX);
/**
 * Numbers are taken as text, whole ones of any size with all their digits; by now those beyond 2^53
 * are bigints, which JSON does not know, and a number beyond it is one that lost its digits.
 */
const number = () =>
  z.number().refine(isExact, { error: 'is a number beyond 2^53: send it as text' });
const id = () => z.union([text(), number(), z.null()]).optional();
const requiredText = () => z.string().min(1).max(ID_CHARS_MAX);
const requiredId = () => z.union([requiredText(), number()]);
/** An empty list is taken as an empty object: PHP writes its empty maps so. */
export const object = () =>
  z.union([z.record(z.string(), z.unknown()), z.array(z.unknown()).max(0)]);
const time = (about: string) =>
  z
    .string()
    .max(64)
    .nullish()
    .meta({ description: about, examples: ['2026-11-22T08:00:00.000Z'] });

export const who = {
  userId: id().meta({
    description:
      'The customer: an id of their own, or an identifier such as phone:+86 138 0013 8000. ' +
      'Numbers are taken as text.',
  }),
  anonymousId: id().meta({
    description: 'The visitor: the customer, where no other name is given.',
  }),
};

/** Whom a stream names. */
export const streamWhoSchema = z.object(who);

/** One of these, which zod's shape of an object cannot say. */
const namedBy = (...keys: readonly string[]) => ({
  override: { anyOf: keys.map((key) => ({ required: [key] })) },
});
export const named = namedBy('userId', 'anonymousId', 'context');
const namedIn = (type: keyof typeof EVENT_SCHEMAS) =>
  type === 'identify' ? namedBy('userId', 'anonymousId', 'context', 'traits') : named;

const everyCall = {
  ...who,
  messageId: id().meta({ description: 'Unique per customer for 24 h; made if absent.' }),
  timestamp: time('When it happened; ISO 8601, UTC without a zone, from 1970 on. Later = now.'),
  sentAt: time('The sender’s clock when it sent: corrects timestamp.'),
  context: object()
    .nullish()
    .meta({
      description:
        'Circumstances. context.consent.categoryPreferences: {"marketing": true} states consent; ' +
        'context.externalIds: [{"type": "phone", "id": "+86 138 0013 8000"}] names the customer.',
    }),
};

export const writeKey = {
  writeKey: z.string().optional().meta({ description: 'The key, where no header carries it.' }),
};

export const customerToken = {
  customerToken: z.string().nullish().meta({
    description: 'With a browser key: a token of /v1/tokens. The call is of its customer.',
  }),
};

/** One Segment call each, without the key. */
export const EVENT_SCHEMAS = {
  track: z.looseObject({
    ...everyCall,
    event: requiredText().meta({ description: 'Its name; must not start with "$".' }),
    properties: object().nullish(),
  }),
  page: z.looseObject({ ...everyCall, name: text().nullish(), properties: object().nullish() }),
  screen: z.looseObject({ ...everyCall, name: text().nullish(), properties: object().nullish() }),
  identify: z.looseObject({
    ...everyCall,
    traits: object().nullish().meta({ description: 'Merged; the later event wins; null removes.' }),
  }),
  group: z.looseObject({ ...everyCall, groupId: requiredId(), traits: object().nullish() }),
  alias: z.looseObject({ ...everyCall, previousId: requiredId() }),
} as const;

/** The body of a Segment call. */
export function eventBodySchema(type: keyof typeof EVENT_SCHEMAS) {
  const meta = { id: `${capital(type)}Body`, ...namedIn(type) };
  return EVENT_SCHEMAS[type].extend({ ...writeKey, ...customerToken }).meta(meta);
}

const typed = Object.entries(EVENT_SCHEMAS).map(([type, schema]) =>
  (schema as z.ZodObject)
    .extend({ type: z.literal(type), ...customerToken })
    .meta({ id: `${capital(type)}Event`, ...namedIn(type as keyof typeof EVENT_SCHEMAS) }),
);

export const batchBodySchema = z
  .looseObject({
    ...writeKey,
    ...customerToken,
    batch: z.array(z.union(typed as unknown as [z.ZodObject, z.ZodObject])).meta({
      description:
        'At most 32 KB each, `context` of the batch included. One that is not valid does not ' +
        'stop the others.',
    }),
    context: object().nullish().meta({
      description: 'Lies under the context of each event. At most 4,000 KB in all of them.',
    }),
    sentAt: time('Corrects the timestamps of all events; not used by imports.'),
  })
  .meta({ id: 'BatchBody' });

export const explainBodySchema = EVENT_SCHEMAS.track
  .extend({
    ...writeKey,
    event: EVENT_SCHEMAS.track.shape.event.optional(),
    type: z
      .enum(Object.keys(EVENT_SCHEMAS) as [string, ...string[]])
      .nullish()
      .meta({
        description: 'Which call it is, with what that takes; a track if absent.',
      }),
  })
  .meta({ id: 'ExplainBody', ...named });

export const decideBodySchema = z
  .looseObject({
    ...writeKey,
    ...customerToken,
    ...who,
    placements: z
      .array(requiredText())
      .min(1)
      .max(PLACEMENTS_MAX)
      .meta({ description: 'In the order they are decided.' }),
    context: object().nullish(),
    limit: z.int().min(1).nullish().meta({
      description: 'Offers per placement; never more than the placement itself has.',
    }),
    messageId: id(),
    explain: z.boolean().nullish().meta({
      description: 'Candidates and scores too; key of kind staff or admin.',
    }),
    record: z.boolean().nullish().meta({
      description: 'false: count and store nothing; key of kind staff (always) or admin.',
    }),
  })
  .meta({ id: 'DecideBody', ...named });

export const outcomeBodySchema = z
  .looseObject({
    ...writeKey,
    ...customerToken,
    ...who,
    decisionId: requiredText(),
    offerId: requiredText(),
    outcome: z.enum(OUTCOME_KINDS as readonly [string, ...string[]]),
    timestamp: everyCall.timestamp,
    sentAt: everyCall.sentAt,
    messageId: everyCall.messageId,
    context: object().nullish().meta({
      description: 'Not kept: consent is stated by events and by /v1/decide, not by outcomes.',
    }),
  })
  .meta({ id: 'OutcomeBody', ...named });

export const tokenBodySchema = z
  .looseObject({
    ...writeKey,
    userId: requiredId().meta({ description: 'The customer that a page may act for.' }),
    ttl: z
      .string()
      .max(64)
      .nullish()
      .meta({
        description: 'From 1s to 24h; 1h if absent.',
        examples: ['1h'],
      }),
  })
  .meta({ id: 'TokenBody' });

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
