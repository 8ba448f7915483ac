// Merging customers, for the OpenAPI document.

import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  mergeAnswerSchema,
  mergeBodySchema,
  unlinkAnswerSchema,
  unlinkBodySchema,
  unmergeAnswerSchema,
  unmergeBodySchema,
} from './merge-schemas.ts';
import { post } from './operations.ts';
import { pathParameters } from './parameter-schemas.ts';

export function mergePaths(): ZodOpenApiPathsObject {
  const requestParams = { path: pathParameters.customer };
  return {
    '/v1/customers/{id}/merge': {
      post: {
        ...post(
          '/v1/customers/{id}/merge',
          'Folds another customer into this one. Key of kind staff or admin.',
          mergeBodySchema,
          mergeAnswerSchema,
          ['body_too_large', 'unknown_customer', 'merge_conflict'],
        ),
        requestParams,
      },
    },
    '/v1/customers/{id}/unlink': {
      post: {
        ...post(
          '/v1/customers/{id}/unlink',
          'Takes a name from this customer, for good. Key of kind staff or admin.',
          unlinkBodySchema,
          unlinkAnswerSchema,
          ['body_too_large', 'unknown_customer', 'unknown_name', 'merge_conflict'],
        ),
        requestParams,
      },
    },
    '/v1/customers/{id}/unmerge': {
      post: {
        ...post(
          '/v1/customers/{id}/unmerge',
          'Takes a merge of the last 30 days back. Key of kind staff or admin.',
          unmergeBodySchema,
          unmergeAnswerSchema,
          [
            'body_too_large',
            'unknown_customer',
            'unknown_merge',
            'merge_conflict',
            'history_unavailable',
          ],
        ),
        requestParams,
      },
    },
  };
}
