// The catalog routes in the OpenAPI document.

import type { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import type { ErrorCode } from '../../errors.ts';
import { diffQuery, versionPath, versionsQuery } from './catalog-parameters.ts';
import {
  diffAnswerSchema,
  publishAnswerSchema,
  publishBodySchema,
  rollbackBodySchema,
  versionAnswerSchema,
  versionSchema,
  versionsAnswerSchema,
} from './catalog-schemas.ts';
import { ANY_KEY, get, KEYS, NOT_NOW, post } from './operations.ts';

const REFUSED: ErrorCode[] = ['body_too_large', 'invalid_catalog', 'publication_conflict'];

/** All of them; keys of kind catalog or admin. */
export function catalogPaths(): ZodOpenApiPathsObject {
  return {
    '/v1/catalog': {
      get: page('What is published.', versionSchema, ['unknown_publication']),
      post: post(
        '/v1/catalog',
        'Publishes a catalog of at most 8 MB, whole or not at all: in force on every gateway ' +
          'within a second, between two requests of each.',
        publishBodySchema,
        publishAnswerSchema,
        [...REFUSED, 'catalog_tests_failed'],
      ),
    },
    '/v1/catalog/rollback': {
      post: {
        ...post(
          '/v1/catalog/rollback',
          'The content of an earlier version, as a new one.',
          rollbackBodySchema,
          publishAnswerSchema,
          [...REFUSED, 'unknown_publication', 'no_earlier_publication'],
        ),
        requestBody: { content: { 'application/json': { schema: rollbackBodySchema } } },
      },
    },
    '/v1/catalog/versions': {
      get: {
        ...page('Every published version.', versionsAnswerSchema, ['invalid_request']),
        requestParams: { query: versionsQuery },
      },
    },
    '/v1/catalog/versions/{n}': {
      get: {
        ...page('One version with its files.', versionAnswerSchema, ['unknown_publication']),
        requestParams: { path: versionPath },
      },
    },
    '/v1/catalog/diff': {
      get: {
        ...page('What two versions have not in common.', diffAnswerSchema, [
          'invalid_request',
          'unknown_publication',
        ]),
        requestParams: { query: diffQuery },
      },
    },
  };
}

function page(summary: string, schema: z.ZodType, codes: ErrorCode[]): ZodOpenApiOperationObject {
  const content = { 'application/json': { schema } };
  return { ...get(summary, content, [...codes, ...KEYS, ...NOT_NOW]), security: ANY_KEY };
}
