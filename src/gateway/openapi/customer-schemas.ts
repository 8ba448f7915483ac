// The answer of `GET /v1/customers/{id}`.

import { z } from 'zod';
import { explainedDecisionSchema } from './response-schemas.ts';

const object = () => z.record(z.string(), z.unknown());
const time = () => z.iso.datetime().nullable();

const fired = {
  trigger: z.string(),
  key: z
    .string()
    .nullable()
    .meta({ description: 'The value of its `per`, or the key that is predicted.' }),
};

const recentDecisionSchema = z
  .strictObject({
    decisionId: z.string(),
    placement: z.string(),
    trigger: z.string().nullable(),
    decidedAt: time(),
    fallback: z.boolean(),
    holdout: z.boolean(),
    offers: z.array(
      z.strictObject({
        offerId: z.string(),
        outcomes: z.array(z.string()).meta({ description: 'What was reported of it.' }),
      }),
    ),
  })
  .meta({ id: 'RecentDecision' });

const lastEventSchema = z.strictObject({
  at: time(),
  type: z.string(),
  event: z.string().meta({ description: 'Of a call that is no track `$page`, `$identify` ….' }),
  label: z.string().nullable().meta({ description: 'The name of a page or a screen.' }),
  properties: object().nullable().meta({ description: 'null = more than 4 KB.' }),
});

const offerNowSchema = z.strictObject({
  placement: z.string(),
  decision: explainedDecisionSchema,
});

export const customerAnswerSchema = z
  .looseObject({
    customerId: z.string().meta({ description: 'The customer’s, by whatever name was asked.' }),
    aliases: z
      .array(z.string())
      .meta({ description: 'Every other name: a customer id, or `phone:+86…` and the like.' }),
    traits: object(),
    features: object().meta({ description: 'By name; with `by` an object; absent as null.' }),
    segments: object().meta({ description: 'true or false; a group: its member or null.' }),
    consent: object(),
    recentDecisions: z.array(recentDecisionSchema).meta({ description: 'Newest first.' }),
    merged: z
      .array(z.strictObject({ from: z.string(), mergeId: z.string(), at: time() }))
      .meta({ description: 'Customers who turned out to be this one, oldest first.' }),
    described: z
      .record(z.string(), z.string())
      .meta({ description: 'Each feature in one sentence, by name.' }),
    consentStated: z
      .record(z.string(), z.strictObject({ granted: z.boolean(), at: time() }))
      .meta({ description: 'What the customer stated; the rest of `consent` is the default.' }),
    timers: z
      .array(z.strictObject({ ...fired, dueAt: time() }))
      .meta({ description: 'What time will bring, the earliest first.' }),
    waiting: z
      .array(z.strictObject({ placement: z.string(), ...fired, firedAt: time(), until: time() }))
      .meta({
        description:
          'What time has fired and nobody has asked for yet, oldest first; of a `one_of` one entry ' +
          'for each placement.',
      }),
    lastEvents: z
      .array(lastEventSchema)
      .nullable()
      .meta({ description: 'Newest first, at most 20; null = history cannot be reached.' }),
    stateBytes: z.number(),
    offersNow: z
      .array(offerNowSchema)
      .optional()
      .meta({
        description:
          'With `offers=true`: each placement as /v1/decide would answer for it alone, without a ' +
          'context; nothing is counted.',
      }),
    placementsLeftOut: z
      .int()
      .optional()
      .meta({
        description:
          'Placements of the catalog that are not in `offersNow`: it has at most 100, and begins ' +
          'none after 10,000 candidates.',
      }),
  })
  .meta({ id: 'CustomerAnswer' });
