// Parameters of the catalog routes.

import { z } from 'zod';

const publication = (about: string) => z.int().min(1).meta({ description: about });

export const versionPath = z.object({ n: publication('Publication number.') });

export const versionsQuery = z.object({
  before: publication('Only versions below this number; at most 1,000 are listed.').optional(),
});

export const diffQuery = z.object({
  from: publication('Publication number.'),
  to: publication('Publication number.'),
});
