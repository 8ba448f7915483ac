// The answer of `POST /v1/events/explain`.

import { z } from 'zod';
import { SILENCES } from '../../model/explanation.ts';
import { clause, explainedDecisionSchema, unknown } from './response-schemas.ts';

const change = () => z.array(z.unknown()).length(2).meta({ description: '[before, after]' });

export const explainAnswerSchema = z
  .strictObject({
    features: z
      .record(z.string(), change())
      .meta({ description: 'What the event changes; values as of /v1/customers/{id}.' }),
    segments: z.record(z.string(), change()),
    triggers: z
      .array(
        z.strictObject({
          trigger: z.string(),
          fired: z.boolean(),
          key: z.string().optional().meta({ description: 'The value of its `per`.' }),
          reason: z
            .enum(Object.keys(SILENCES) as [string, ...string[]])
            .optional()
            .meta({ description: 'Why it does not fire.' }),
          clause: clause('The part of `when` that is false or unknown, as written.').optional(),
          unknown: unknown.optional(),
          until: z.iso
            .datetime()
            .optional()
            .meta({
              description:
                'When the cooldown is over that keeps it silent; of one that is armed or cancelled, ' +
                'when it is or was due.',
            }),
          putOff: z
            .array(z.strictObject({ placement: z.string(), until: z.iso.datetime() }))
            .optional()
            .meta({
              description: 'Where it fires in quiet hours, and decides when they end.',
            }),
        }),
      )
      .meta({
        description:
          'Those that name the event, or that it cancels or fires besides, in definition order.',
      }),
    decisions: z.array(explainedDecisionSchema),
    hint: z.string().optional().meta({
      description:
        'What is most likely wrong with the event: a name that the catalog does not know.',
    }),
  })
  .meta({ id: 'ExplainAnswer' });
