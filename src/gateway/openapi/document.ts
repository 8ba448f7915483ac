// The OpenAPI 3.1 document of every route, method and error. `npm run docs` writes it to
// schemas/openapi.json, which the gateway serves; a test fails when that file is stale.

import type { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import type { ErrorCode } from '../../errors.ts';
import { EVENT_TYPES } from '../event-shapes.ts';
import { catalogPaths } from './catalog-paths.ts';
import { customerAnswerSchema } from './customer-schemas.ts';
import { deliveryPaths } from './delivery-paths.ts';
import { explainAnswerSchema } from './explain-schemas.ts';
import { itemPaths } from './item-paths.ts';
import { mergePaths } from './merge-paths.ts';
import { ANY_KEY, forPages, get, KEYS, NOT_NOW, post } from './operations.ts';
import {
  customerQuery,
  importQuery,
  pathParameters,
  streamParameters,
  tokenParameters,
} from './parameter-schemas.ts';
import {
  batchBodySchema,
  decideBodySchema,
  eventBodySchema,
  explainBodySchema,
  outcomeBodySchema,
  tokenBodySchema,
} from './request-schemas.ts';
import {
  batchAnswerSchema,
  budgetsAnswerSchema,
  decideAnswerSchema,
  eventAnswerSchema,
  outcomeAnswerSchema,
  settingsAnswerSchema,
  statusAnswerSchema,
  tokenAnswerSchema,
} from './response-schemas.ts';

/** Makes the document, as data. */
export function openapiDocument(): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const type of EVENT_TYPES) {
    // One schema object for both paths: its id may be there once.
    const body = eventBodySchema(type);
    for (const path of [`/v1/${type}`, `/v1/${type.charAt(0)}`]) {
      paths[path] = {
        post: forPages(
          path,
          `Segment's ${type} call: one event in, the decisions it caused out.`,
          body,
          eventAnswerSchema,
          ['invalid_event', 'event_too_large', 'unknown_decision'],
        ),
      };
    }
  }
  for (const path of ['/v1/batch', '/v1/b']) {
    const about =
      'Many events. 200 when each was committed or can never be; else 503 or 429 as a whole.';
    paths[path] = {
      post: forPages(path, about, batchBodySchema, batchAnswerSchema, ['batch_too_large']),
    };
  }
  paths['/v1/import'] = {
    post: {
      ...forPages(
        '/v1/import',
        'With the admin key: events of the past, each processed at its own timestamp. With any ' +
          'other key: /v1/batch, where some SDKs of Segment send live events.',
        batchBodySchema,
        batchAnswerSchema,
        ['batch_too_large', 'body_too_large'],
      ),
      requestParams: { header: tokenParameters.header, query: importQuery },
    },
  };
  paths['/v1/events/explain'] = {
    post: post(
      '/v1/events/explain',
      'What an event would do, and why not more; it is not sent. Key of kind catalog, staff or admin.',
      explainBodySchema,
      explainAnswerSchema,
      ['invalid_event', 'event_too_large', 'unknown_decision', 'key_not_allowed'],
    ),
  };
  paths['/v1/decide'] = {
    post: forPages(
      '/v1/decide',
      'The next best offers now.',
      decideBodySchema,
      decideAnswerSchema,
      ['body_too_large', 'unknown_placement'],
    ),
  };
  paths['/v1/outcomes'] = {
    post: forPages(
      '/v1/outcomes',
      'What became of an offer that was given. The same twice counts once.',
      outcomeBodySchema,
      outcomeAnswerSchema,
      ['invalid_event', 'body_too_large', 'unknown_decision'],
    ),
  };
  paths['/v1/tokens'] = {
    post: post(
      '/v1/tokens',
      'A customerToken: what lets a page with a browser key act for a customer. Key of kind write ' +
        'or admin.',
      tokenBodySchema,
      tokenAnswerSchema,
      ['body_too_large'],
    ),
  };
  Object.assign(paths, catalogPaths(), mergePaths(), deliveryPaths(), itemPaths(), pages());
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Proffer',
      version: '1',
      description:
        'Events in, the next best offer in the same response. Bodies are read as JSON whatever ' +
        'their Content-Type; Content-Encoding may be gzip; Transfer-Encoding may be chunked. ' +
        'Requests must not be pipelined on a connection. A slash at the end of a path is ' +
        'ignored. A path that does not exist is 404 ' +
        '`not_found`, every other method of a path 405 `method_not_allowed` with Allow.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'The key as user, no password.' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  });
}

function pages(): ZodOpenApiPathsObject {
  const json = (summary: string, schema: z.ZodType, codes: ErrorCode[] = []) =>
    get(summary, { 'application/json': { schema } }, codes);
  const text = (summary: string, type: string, codes: ErrorCode[] = []) =>
    get(summary, { [type]: { schema: { type: 'string' as const } } }, codes);
  return {
    '/v1/customers/{id}': {
      get: {
        ...json('What is known of a customer. Key of kind staff or admin.', customerAnswerSchema, [
          ...KEYS,
          'invalid_request',
          'unknown_customer',
          ...NOT_NOW,
        ]),
        security: ANY_KEY,
        requestParams: { path: pathParameters.customer, query: customerQuery },
      },
    },
    '/v1/budgets': {
      get: {
        ...json('What is used of each budget. Key of kind catalog or admin.', budgetsAnswerSchema, [
          ...KEYS,
          'key_not_allowed',
          ...NOT_NOW,
        ]),
        security: ANY_KEY,
      },
    },
    '/v1/stream': {
      get: {
        ...text(
          'What is decided for a customer, as it is decided, for placements whose channel is a stream: ' +
            'Server-Sent Events `event: decision`, `id:` the delivery, `data:` the decision as in ' +
            'answers; `event: gap` where some were left out since nobody read. With `Upgrade: ' +
            'websocket` JSON messages {"type":"decision","id","decision"} and {"type":"gap"}. Key of ' +
            'kind write, browser, device or admin.',
          'text/event-stream',
          [...KEYS, 'invalid_request', 'invalid_token', ...NOT_NOW],
        ),
        security: [...ANY_KEY, {}],
        requestParams: streamParameters,
      },
    },
    '/v1/projects/{key}/settings': {
      get: {
        ...json('Settings of Segment’s browser SDK.', settingsAnswerSchema, [
          'unknown_key',
          'key_expired',
          'key_not_allowed',
        ]),
        requestParams: { path: pathParameters.project },
      },
    },
    '/v1/proffer.js': {
      get: withEtag(text('The script for pages (docs/web.md). Without a key.', 'text/javascript')),
    },
    '/healthz': { get: json('The process lives.', statusAnswerSchema) },
    '/readyz': { get: json('Requests are served.', statusAnswerSchema, ['not_ready']) },
    '/metrics': { get: text('Prometheus text.', 'text/plain', ['internal']) },
    '/openapi.json': {
      get: get('This document.', { 'application/json': { schema: { type: 'object' } } }, []),
    },
    '/docs': { get: text('This document for people.', 'text/html') },
    '/docs/rapidoc-min.js': { get: text('The script of /docs.', 'text/javascript') },
  };
}

/** May be asked for with If-None-Match. */
function withEtag(operation: ZodOpenApiOperationObject): ZodOpenApiOperationObject {
  const unchanged = { description: 'It is still the one of If-None-Match.' };
  return { ...operation, responses: { ...operation.responses, 304: unchanged } };
}
