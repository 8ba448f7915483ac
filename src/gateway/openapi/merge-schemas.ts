// The bodies and answers of merging customers.

import { z } from 'zod';
import { CUSTOMER_ID_CHARS_MAX } from '../customer-in-path.ts';
import { ID_CHARS_MAX } from '../event-shapes.ts';

const writeKey = { writeKey: z.string().nullish() };

export const mergeBodySchema = z
  .looseObject({
    ...writeKey,
    from: z
      .string()
      .min(1)
      .max(CUSTOMER_ID_CHARS_MAX)
      .meta({ description: 'Any name of the customer that is folded into that of the path.' }),
  })
  .meta({ id: 'MergeBody' });

export const mergeAnswerSchema = z
  .strictObject({ mergeId: z.string() })
  .meta({ id: 'MergeAnswer' });

export const unlinkBodySchema = z
  .looseObject({
    ...writeKey,
    name: z
      .string()
      .min(1)
      .max(ID_CHARS_MAX)
      .meta({ description: 'A name of the customer, like phone:+8613800138000.' }),
  })
  .meta({ id: 'UnlinkBody' });

export const unlinkAnswerSchema = z
  .strictObject({ customerId: z.string().meta({ description: 'Whose name it was.' }) })
  .meta({ id: 'UnlinkAnswer' });

export const unmergeBodySchema = z
  .looseObject({
    ...writeKey,
    mergeId: z.string().min(1).max(ID_CHARS_MAX).meta({ description: 'As merging answered it.' }),
  })
  .meta({ id: 'UnmergeBody' });

export const unmergeAnswerSchema = z
  .strictObject({
    customerIds: z.array(z.string()).meta({ description: 'The two that they are again.' }),
  })
  .meta({ id: 'UnmergeAnswer' });
