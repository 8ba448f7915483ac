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
