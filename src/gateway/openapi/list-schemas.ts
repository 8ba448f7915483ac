// Lists of items in answers, as zod schemas.

import { z } from 'zod';
import { WITHHELD, type Withheld } from '../../model/decision.ts';
import { MODELS, REMOVED, type RemovedReason } from '../../model/recommending.ts';

const source = z.enum(MODELS);

const listedItem = z.strictObject({
  itemId: z.string(),
  source: source.meta({ description: 'The model that it comes from.' }),
  item: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'What is known of it; absent where nothing is.' }),
});

const explainedItem = listedItem.extend({
  score: z.number().optional().meta({ description: 'With explain.' }),
  sources: z
    .array(z.strictObject({ source, score: z.number() }))
    .optional()
    .meta({ description: 'With explain: all that had it.' }),
});

const removed = z
  .array(
    z.strictObject({
      itemId: z.string(),
      source,
      score: z.number(),
      reason: z.enum(Object.keys(REMOVED) as [RemovedReason, ...RemovedReason[]]),
      why: z.string(),
    }),
  )
  .optional()
  .meta({ description: 'With explain.' });

const seeds = z.array(z.string()).optional().meta({
  description: 'With explain: what the list is for; [] = nothing is known to begin with.',
});

export const recommendAnswerSchema = z
  .strictObject({
    recommendationId: z.string().meta({ description: 'For `recommendationId` of outcomes.' }),
    items: z.array(explainedItem),
    removed,
    seeds,
  })
  .meta({ id: 'RecommendAnswer' });

const recommendationId = z.string().optional().meta({
  description: 'The decision’s id, for `recommendationId` of outcomes; absent of an empty list.',
});

/** What a decision has of its list. */
export const listOfDecision = {
  recommendationId,
  items: z.array(listedItem).optional().meta({
    description: 'The list of a placement with `recommend`; absent of all others.',
  }),
};

/** The same, explained. */
export const explainedListOfDecision = {
  recommendationId,
  items: z.array(explainedItem).optional().meta({
    description: 'The list of a placement with `recommend`; absent of all others.',
  }),
  withheld: z
    .strictObject({
      reason: z.enum(Object.keys(WITHHELD) as [Withheld, ...Withheld[]]),
      why: z.string(),
    })
    .optional()
    .meta({ description: 'With explain: why there is no list.' }),
  removed,
  seeds,
};
