// Parameters in paths and queries, for the OpenAPI document.

import { z } from 'zod';

export const pathParameters = {
  customer: z.object({ id: z.string().meta({ description: 'Percent-encoded customer id.' }) }),
  project: z.object({ key: z.string().meta({ description: 'A key.' }) }),
};

const customerToken = z.string().optional().meta({
  description: 'With a browser key, where the body has none: a token of /v1/tokens.',
});

/** Where a customer token may be beside the body. */
export const tokenParameters = {
  header: z.object({ 'X-Customer-Token': customerToken }),
  query: z.object({ customerToken }),
};

export const importQuery = tokenParameters.query.extend({
  decide: z.enum(['true', 'false']).optional().meta({ description: 'false: only update state.' }),
});

export const streamParameters = {
  header: z.object({
    'X-Customer-Token': customerToken,
    'Last-Event-ID': z.string().optional().meta({ description: 'As lastEventId.' }),
  }),
  query: z.object({
    userId: z.string().optional().meta({
      description:
        'The customer: an id of their own, or an identifier such as phone:+8613800138000.',
    }),
    anonymousId: z.string().optional().meta({ description: 'The visitor.' }),
    key: z.string().optional().meta({ description: 'The key, where no header has it.' }),
    customerToken,
    lastEventId: z
      .string()
      .optional()
      .meta({
        description:
          'Id of the last delivery that was received: what came after it within 10 minutes is sent ' +
          'first. Without it, or with an id that is not known, what nobody has received.',
      }),
  }),
};

export const customerQuery = z.object({
  events: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'false: history is not asked what they did last; faster.' }),
  offers: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: also what the customer would be offered now.' }),
});
