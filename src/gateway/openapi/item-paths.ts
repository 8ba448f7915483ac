// Items and lists of them, for the OpenAPI document.

import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  itemAnswerSchema,
  itemDeletedSchema,
  putItemsAnswerSchema,
  putItemsBodySchema,
  recommendBodySchema,
} from './item-schemas.ts';
import { recommendAnswerSchema } from './list-schemas.ts';
import { ANY_KEY, forPages, get, KEYS, NOT_NOW, post } from './operations.ts';

const itemPath = z.object({ id: z.string().meta({ description: 'Percent-encoded item id.' }) });

export function itemPaths(): ZodOpenApiPathsObject {
  return {
    '/v1/recommend': {
      post: forPages(
        '/v1/recommend',
        'A list of items for a customer as they are now.',
        recommendBodySchema,
        recommendAnswerSchema,
        ['body_too_large', 'unknown_recommender'],
      ),
    },
    '/v1/items': {
      put: {
        ...post(
          '/v1/items',
          'Declares items; all of them, or none. Key of kind catalog or admin.',
          putItemsBodySchema,
          putItemsAnswerSchema,
          ['body_too_large', 'items_full'],
        ),
        operationId: 'putV1Items',
      },
    },
    '/v1/items/{id}': {
      get: {
        ...get(
          'What is known of an item. Key of kind catalog or admin.',
          { 'application/json': { schema: itemAnswerSchema } },
          [...KEYS, 'invalid_request', 'unknown_item', ...NOT_NOW],
        ),
        security: ANY_KEY,
        requestParams: { path: itemPath },
      },
      delete: {
        ...get(
          'An item is sold no more: it is recommended no more. Key of kind catalog or admin.',
          { 'application/json': { schema: itemDeletedSchema } },
          [...KEYS, 'invalid_request', 'unknown_item', ...NOT_NOW],
        ),
        security: ANY_KEY,
        requestParams: { path: itemPath },
      },
    },
  };
}
