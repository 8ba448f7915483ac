// What the gateway answers, as zod schemas: they describe the answers in /openapi.json, and tests
// check real answers with them.

import { z } from 'zod';
import { ERRORS } from '../../errors.ts';
import { REFUSED_MERGE_REASONS } from '../../model/identity.ts';
import { remarkSchema, testFailureSchema } from './catalog-schemas.ts';
import { explainedListOfDecision, listOfDecision } from './list-schemas.ts';

const object = () => z.record(z.string(), z.unknown());
const codes = Object.keys(ERRORS) as [string, ...string[]];

export const offerSchema = z
  .strictObject({
    offerId: z.string(),
    treatment: object().meta({ description: 'Its content for this placement.' }),
    expiresAt: z.iso.datetime().nullable().meta({ description: 'null = no limit.' }),
  })
  .meta({ id: 'Offer' });

/** Of a candidate, and of a trigger. */
export const clause = (description: string) => z.string().nullable().meta({ description });
export const unknown = z
  .array(z.string())
  .meta({ description: 'Names in the condition whose value is missing, as written.' });

const decisionShape = {
  decisionId: z.string(),
  placement: z.string(),
  trigger: z
    .string()
    .nullable()
    .meta({ description: 'null for /v1/decide, unless what a trigger fired waited for it.' }),
  catalog: z.string().meta({ description: 'Content hash of the catalog that made it.' }),
  fallback: z.boolean(),
  holdout: z.boolean(),
  offers: z.array(offerSchema),
  ...listOfDecision,
  waiting: z.literal(true).optional().meta({
    description: 'What time fired had waited for this question; absent of all others.',
  }),
  delivery: z
    .strictObject({ deliveryId: z.string(), channel: z.string() })
    .optional()
    .meta({ description: 'How it leaves beside the answer; absent of what does not.' }),
};

export const decisionSchema = z.strictObject(decisionShape).meta({ id: 'Decision' });

export const candidateSchema = z
  .strictObject({
    offerId: z.string(),
    stage: z.string(),
    reason: z.string(),
    score: z.number().nullable(),
    terms: z
      .strictObject({
        propensity: z.number().nullable(),
        value: z.number().nullable(),
        context: z.number().nullable(),
        lever: z.number().nullable(),
      })
      .nullable(),
    clause: clause(
      'The part of the condition that ended it, as written; or the cap or contact rule.',
    ),
    unknown,
  })
  .meta({ id: 'Candidate' });

export const explainedDecisionSchema = z
  .strictObject({
    ...decisionShape,
    ...explainedListOfDecision,
    candidates: z.array(candidateSchema).optional(),
  })
  .meta({ id: 'ExplainedDecision' });

const warnings = z
  .array(z.strictObject({ code: z.enum(REFUSED_MERGE_REASONS), message: z.string() }))
  .optional()
  .meta({ description: 'Names that the call gave and that were not linked, and why.' });

const eventAnswer = {
  messageId: z.string(),
  duplicate: z.literal(true).optional().meta({ description: 'It was counted before.' }),
  decisions: z.array(decisionSchema).meta({ description: '[] when nothing fired.' }),
  warnings,
};

const errorShape = z.strictObject({
  code: z.enum(codes),
  message: z.string(),
  path: z.string().optional().meta({ description: 'Where in the body.' }),
  faults: z.array(remarkSchema).optional().meta({ description: 'Of `invalid_catalog`.' }),
  failures: z.array(testFailureSchema).optional().meta({
    description: 'Of `catalog_tests_failed`.',
  }),
  current: z.int().optional().meta({
    description: 'Of `publication_conflict`: the version that is current; 0 = none.',
  }),
});

export const errorAnswerSchema = z.strictObject({ error: errorShape }).meta({ id: 'Error' });

export const eventAnswerSchema = z
  .strictObject({ success: z.literal(true), ...eventAnswer })
  .meta({ id: 'EventAnswer' });

export const batchAnswerSchema = z
  .strictObject({
    success: z.literal(true),
    results: z
      .array(z.union([z.strictObject(eventAnswer), errorAnswerSchema]))
      .meta({ description: 'One per event, in their order.' }),
  })
  .meta({ id: 'BatchAnswer' });

export const decideAnswerSchema = z
  .strictObject({
    duplicate: z.literal(true).optional(),
    decisions: z.array(explainedDecisionSchema),
    warnings,
  })
  .meta({ id: 'DecideAnswer' });

export const outcomeAnswerSchema = z
  .strictObject({
    success: z.literal(true),
    messageId: z.string(),
    duplicate: z.literal(true).optional(),
    warnings,
  })
  .meta({ id: 'OutcomeAnswer' });

export const tokenAnswerSchema = z
  .strictObject({ customerToken: z.string(), expiresAt: z.iso.datetime() })
  .meta({ id: 'TokenAnswer' });

const used = { limit: z.number(), used: z.number() };

export const budgetsAnswerSchema = z
  .strictObject({
    budgets: z.array(
      z.strictObject({
        offerId: z.string(),
        grants: z.strictObject(used).nullable(),
        perDay: z.strictObject({ ...used, day: z.string() }).nullable(),
        money: z.strictObject(used).nullable(),
      }),
    ),
  })
  .meta({ id: 'BudgetsAnswer' });

export const statusAnswerSchema = z
  .strictObject({ status: z.string(), partitionsUnwritable: z.int().optional() })
  .meta({ id: 'StatusAnswer' });

export const settingsAnswerSchema = z
  .looseObject({ integrations: object() })
  .meta({ id: 'SettingsAnswer' });
