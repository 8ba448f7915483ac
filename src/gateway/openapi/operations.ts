// What the operations of the OpenAPI document have in common: keys, bodies, and one response for each
// status, which names its codes.

import type { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../../errors.ts';
import { tokenParameters } from './parameter-schemas.ts';
import { errorAnswerSchema } from './response-schemas.ts';

type Responses = ZodOpenApiOperationObject['responses'];

/** Of routes that need a key. */
export const KEYS: ErrorCode[] = ['missing_key', 'unknown_key', 'key_expired', 'key_not_allowed'];
/** What is no fault of the caller's; most of it passes by itself. */
export const NOT_NOW: ErrorCode[] = [
  'unreadable_customer',
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

/** Where a key may be. */
export const ANY_KEY = [{ basic: [] }, { bearer: [] }];

/** A GET route. @param codes what it may answer beside 200 and 405 */
export function get(
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

/** A POST route. @param codes its own, beside those of every body and key */
export function post(
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

/** As `post`, for what pages may send: with a customer token. */
export function forPages(...[path, summary, body, answer, codes]: Parameters<typeof post>) {
  return {
    ...post(path, summary, body, answer, [...codes, 'invalid_token']),
    requestParams: tokenParameters,
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

/** Where keys have a rate (PROFFER_KEY_RATE, or their own). */
const RATE_HEADERS = {
  'X-RateLimit-Limit': integer('Events that the key may send at once. Absent without a rate.'),
  'X-RateLimit-Remaining': integer('Events that it may send now.'),
  'X-RateLimit-Reset': integer('When it may send the limit at once again: Unix time, seconds.'),
} as const;
const ALLOW = { description: 'The methods of the path.', schema: { type: 'string' } } as const;
