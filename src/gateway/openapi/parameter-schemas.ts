// Parameters in paths and queries, for the OpenAPI document.

import { z } from 'zod';

export const pathParameters = {
  customer: z.object({ id: z.string().meta({ description: 'Percent-encoded customer id.' }) }),
  project: z.object({ key: z.string().meta({ description: 'A key.' }) }),
};

export const importQuery = z.object({
  decide: z.enum(['true', 'false']).optional().meta({ description: 'false: only update state.' }),
});
