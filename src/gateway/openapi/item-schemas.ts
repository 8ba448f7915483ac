// Bodies and answers about items, as zod schemas: they validate, and describe in /openapi.json.

import { z } from 'zod';
import { ITEM_ID_BYTES_MAX } from '../../model/item.ts';
import { RECOMMEND_LIMIT_MAX, SEEDS_MAX } from '../../model/recommending.ts';
import { PUT_ITEMS_MAX } from '../../redis/item-scripts.ts';
import { ITEM_BYTES_MAX } from '../../redis/item-text.ts';
import { ID_CHARS_MAX } from '../event-shapes.ts';
import { customerToken, named, object, who, writeKey } from './request-schemas.ts';

/** Texts in the lists of an item. */
const LISTED_MAX = 100;

const NAME_CHARS_MAX = 1_024;

/** Its bytes are counted by item-reader.ts. */
const itemId = () =>
  z.union([z.string().min(1), z.number()]).meta({
    description: `Numbers are taken as text; ${ITEM_ID_BYTES_MAX} bytes at most.`,
  });
const text = () => z.string().max(ID_CHARS_MAX);
const time = () =>
  z
    .string()
    .max(64)
    .meta({ description: 'ISO 8601.', examples: ['2026-11-22T08:00:00.000Z'] });

const itemShape = {
  itemId: itemId(),
  name: z.string().max(NAME_CHARS_MAX).nullish(),
  category: text().nullish(),
  brand: text().nullish(),
  price: z.number().min(0).nullish(),
  inStock: z.boolean().nullish().meta({ description: 'false: it is not recommended.' }),
  tags: z.array(text()).max(LISTED_MAX).nullish(),
  accessories: z
    .array(itemId())
    .max(LISTED_MAX)
    .nullish()
    .meta({ description: 'Item ids, the best first.' }),
  starts: time().nullish(),
  ends: time().nullish(),
  properties: object().nullish(),
};

/** What may be said of an item. */
export const ITEM_FIELDS: ReadonlySet<string> = new Set(Object.keys(itemShape));

export const putItemsBodySchema = z
  .looseObject({
    ...writeKey,
    items: z
      .array(z.looseObject(itemShape))
      .max(PUT_ITEMS_MAX)
      .meta({
        description: `Each in place of all that was declared of it; ${ITEM_BYTES_MAX} bytes at most each.`,
      }),
  })
  .meta({ id: 'PutItemsBody' });

export const putItemsAnswerSchema = z
  .strictObject({ items: z.int().meta({ description: 'How many were declared.' }) })
  .meta({ id: 'PutItemsAnswer' });

export const itemAnswerSchema = z
  .strictObject({
    itemId: z.string(),
    name: z.string().optional(),
    category: z.string().optional(),
    brand: z.string().optional(),
    price: z.number().optional(),
    inStock: z.boolean(),
    tags: z.array(z.string()).optional(),
    accessories: z.array(z.string()).optional(),
    starts: z.iso.datetime().optional(),
    ends: z.iso.datetime().optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Item' });

export const itemDeletedSchema = z
  .strictObject({ itemId: z.string(), deleted: z.literal(true) })
  .meta({ id: 'ItemDeleted' });

export const recommendBodySchema = z
  .looseObject({
    ...writeKey,
    ...customerToken,
    ...who,
    recommender: z.string().min(1).max(ID_CHARS_MAX).meta({
      description: 'Name of a recommender of the catalog.',
    }),
    seed: z
      .union([itemId(), z.array(itemId())])
      .nullish()
      .meta({
        description:
          'The items that it is about, the newest last; what the recommender says if absent. ' +
          `The last ${SEEDS_MAX} count.`,
      }),
    limit: z.int().min(1).max(RECOMMEND_LIMIT_MAX).nullish().meta({
      description: 'What the recommender says if absent.',
    }),
    context: object().nullish(),
    explain: z.boolean().nullish().meta({
      description: 'Scores, sources and what was removed too; key of kind staff or admin.',
    }),
    record: z.boolean().nullish().meta({
      description: 'false: history is not told; key of kind staff (always) or admin.',
    }),
  })
  .meta({ id: 'RecommendBody', ...named });
