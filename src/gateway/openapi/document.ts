// The OpenAPI 3.1 document of every route, method and error. `npm run docs` writes it to
// schemas/openapi.json, which the gateway serves; a test fails when that file is stale.

import type { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../../errors.ts';
import { EVENT_TYPES } from '../event-shapes.ts';
import { explainAnswerSchema } from './explain-schemas.ts';
import { importQuery, pathParameters } from './parameter-schemas.ts';
import {
  batchBodySchema,
  decideBodySchema,
  eventBodySchema,
  explainBodySchema,
  outcomeBodySchema,
} from './request-schemas.ts';
import {
  batchAnswerSchema,
  customerAnswerSchema,
  decideAnswerSchema,
  errorAnswerSchema,
  eventAnswerSchema,
  outcomeAnswerSchema,
  settingsAnswerSchema,
  statusAnswerSchema,
} from './response-schemas.ts';

type Responses = ZodOpenApiOperationObject['responses'];

const KEYS: ErrorCode[] = ['missing_key', 'unknown_key'];
const NOT_NOW: ErrorCode[] = [
  'rate_limited',
  'internal',
  'not_ready',
  'store_unavailable',
  'ledger_full',
  'overloaded',
];
const BODY: ErrorCode[] = [
  'invalid_json',
  'invalid_request',
  'request_timeout',
  'unsupported_encoding',
];
const ANY_METHOD: ErrorCode[] = ['method_not_allowed'];

const ANY_KEY = [{ basic: [] }, { bearer: [] }];

/** Makes the document, as data. */
export function openapiDocument(): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const type of EVENT_TYPES) {
    // One schema object for both paths: its id may be there once.
    const body = eventBodySchema(type);
    for (const path of [`/v1/${type}`, `/v1/${type.charAt(0)}`]) {
      paths[path] = {
        post: post(
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
      post: post(path, about, batchBodySchema, batchAnswerSchema, ['batch_too_large']),
    };
  }
  paths['/v1/import'] = {
    post: {
      ...post(
        '/v1/import',
        'With the admin key: events of the past, each processed at its own timestamp. With a ' +
          'write key: /v1/batch, where some SDKs of Segment send live events.',
        batchBodySchema,
        batchAnswerSchema,
        ['batch_too_large', 'body_too_large'],
      ),
      requestParams: { query: importQuery },
    },
  };
  paths['/v1/events/explain'] = {
    post: post(
      '/v1/events/explain',
      'What an event would do and why not more. It is not sent: nothing changes. Admin key.',
      explainBodySchema,
      explainAnswerSchema,
      ['invalid_event', 'event_too_large', 'unknown_decision', 'key_not_allowed'],
    ),
  };
  paths['/v1/decide'] = {
    post: post('/v1/decide', 'The next best offers now.', decideBodySchema, decideAnswerSchema, [
      'key_not_allowed',
      'body_too_large',
      'unknown_placement',
    ]),
  };
  paths['/v1/outcomes'] = {
    post: post(
      '/v1/outcomes',
      'What became of an offer that was given. The same twice counts once.',
      outcomeBodySchema,
      outcomeAnswerSchema,
      ['invalid_event', 'body_too_large', 'unknown_decision'],
    ),
  };
  Object.assign(paths, pages());
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
        ...json('What is known of a customer. Admin key.', customerAnswerSchema, [
          ...KEYS,
          'key_not_allowed',
          'invalid_request',
          'unknown_customer',
          ...NOT_NOW,
        ]),
        security: ANY_KEY,
        requestParams: { path: pathParameters.customer },
      },
    },
    '/v1/projects/{key}/settings': {
      get: {
        ...json('Settings of Segment’s browser SDK.', settingsAnswerSchema, ['unknown_key']),
        requestParams: { path: pathParameters.project },
      },
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

function get(
  summary: string,
  content: ZodOpenApiResponseObject['content'] & {},
  codes: ErrorCode[],
): ZodOpenApiOperationObject {
  return {
    summary,
    responses: {
      200: { description: 'OK', content },
      ...errors([...codes, ...ANY_METHOD]),
    } as Responses,
  };
}

function post(
  path: string,
  summary: string,
  body: z.ZodType,
  answer: z.ZodType,
  codes: ErrorCode[],
): ZodOpenApiOperationObject {
  return {
    operationId: `post${path.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    // {}: the key may also be `writeKey` in the body.
    security: [...ANY_KEY, {}],
    requestBody: { required: true, content: { 'application/json': { schema: body } } },
    responses: {
      200: {
        description: 'OK',
        headers: RATE_HEADERS,
        content: { 'application/json': { schema: answer } },
      },
      ...errors([...codes, ...BODY, ...KEYS, ...NOT_NOW, ...ANY_METHOD]),
    } as Responses,
  };
}

/** One response per status, naming its codes. */
function errors(codes: readonly ErrorCode[]): object {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const entries = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    entries.map(([status, sameStatus]) => [
      status,
      {
        description: sameStatus.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join('\n\n'),
        content: { 'application/json': { schema: errorAnswerSchema } },
        ...(sameStatus.some((code) => ERRORS[code].retryable) && status !== 408
          ? { headers: { 'Retry-After': RETRY_AFTER, ...(status === 429 ? RATE_HEADERS : {}) } }
          : {}),
        ...(status === 405 ? { headers: { Allow: ALLOW } } : {}),
      },
    ]),
  );
}

const RETRY_AFTER = { description: 'Seconds.', schema: { type: 'integer' } } as const;
const integer = (description: string) => ({ description, schema: { type: 'integer' } }) as const;

/** Where write keys have a rate (PROFFER_KEY_RATE). */
const RATE_HEADERS = {
  'X-RateLimit-Limit': integer('Events that the key may send at once. Absent without a rate.'),
  'X-RateLimit-Remaining': integer('Events that it may send now.'),
  'X-RateLimit-Reset': integer('When it may send the limit at once again: Unix time, seconds.'),
} as const;
const ALLOW = { description: 'The methods of the path.', schema: { type: 'string' } } as const;
