// Deliveries that were not sent, for the OpenAPI document.

import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { DELIVERIES_DEFAULT, DELIVERIES_MAX, UNSENT_STATUSES } from '../delivery-routes.ts';
import { ANY_KEY, get, KEYS, NOT_NOW, post } from './operations.ts';

const time = z.iso.datetime();

const deliveriesAnswerSchema = z
  .strictObject({
    deliveries: z.array(
      z.strictObject({
        deliveryId: z.string(),
        decisionId: z.string(),
        customerId: z.string(),
        placement: z.string(),
        channel: z.string(),
        trigger: z.string().nullable(),
        attempts: z.int().meta({ description: 'That have failed.' }),
        reason: z.string().nullable().meta({ description: 'Of the last failure, in a word.' }),
        decidedAt: time,
        failedAt: time.nullable(),
        nextAttemptAt: time.nullable().meta({
          description: 'null: it was given up, or is of a stream, which waits for who connects.',
        }),
        expiresAt: time.nullable().meta({
          description:
            'Of a stream: when it expires where nobody connects. null: by another channel.',
        }),
      }),
    ),
  })
  .meta({ id: 'DeliveriesAnswer' });

const retryAnswerSchema = z
  .strictObject({ deliveryId: z.string(), status: z.literal('due') })
  .meta({ id: 'RetryAnswer' });

const retryBodySchema = z.looseObject({ writeKey: z.string().nullish() }).meta({ id: 'RetryBody' });

const deliveriesQuery = z.object({
  status: z.enum(UNSENT_STATUSES).meta({
    description:
      'failed: has failed and is not sent yet, or was given up. pending: has not failed, and waits.',
  }),
  limit: z
    .int()
    .min(1)
    .max(DELIVERIES_MAX)
    .optional()
    .meta({ description: `At most so many, the newest; ${DELIVERIES_DEFAULT} by default.` }),
});

const RETRY = '/v1/deliveries/{id}/retry';

export function deliveryPaths(): ZodOpenApiPathsObject {
  return {
    '/v1/deliveries': {
      get: {
        ...get(
          'Deliveries that are not sent, the newest first. Key of kind admin.',
          { 'application/json': { schema: deliveriesAnswerSchema } },
          [...KEYS, 'invalid_request', ...NOT_NOW],
        ),
        security: ANY_KEY,
        requestParams: { query: deliveriesQuery },
      },
    },
    [RETRY]: {
      post: {
        ...post(
          RETRY,
          'Has a delivery that failed tried again now. Key of kind admin.',
          retryBodySchema,
          retryAnswerSchema,
          ['body_too_large', 'unknown_delivery'],
        ),
        requestBody: {
          required: false,
          content: { 'application/json': { schema: retryBodySchema } },
        },
        requestParams: {
          path: z.object({ id: z.string().meta({ description: 'A delivery id.' }) }),
        },
      },
    },
  };
}
