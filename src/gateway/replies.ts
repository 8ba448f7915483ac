// Hot path. How replies are written, and all of them that does not depend on the request, spelled once.

import type { HttpResponse } from 'uWebSockets.js';
import { ERRORS, type ErrorCode } from '../errors.ts';
import type { Fault } from './gateway-parts.ts';

/** Status lines as uWebSockets.js wants them. */
export const STATUS_LINES: Readonly<Record<number, string>> = {
  101: '101 Switching Protocols',
  200: '200 OK',
  204: '204 No Content',
  304: '304 Not Modified',
  400: '400 Bad Request',
  401: '401 Unauthorized',
  403: '403 Forbidden',
  404: '404 Not Found',
  405: '405 Method Not Allowed',
  408: '408 Request Timeout',
  409: '409 Conflict',
  413: '413 Content Too Large',
  415: '415 Unsupported Media Type',
  429: '429 Too Many Requests',
  500: '500 Internal Server Error',
  503: '503 Service Unavailable',
};

// One call with a line break in the value writes several headers (a native call costs 0.2 µs).
// Any page may send events with a browser-safe key, so any origin is let in; there are no cookies.
const EXPOSED =
  '\r\nAccess-Control-Expose-Headers: ' +
  'Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset';
const CORS = `*${EXPOSED}`;

const JSON_TYPE = 'application/json; charset=utf-8';

/** Name and value of the headers that every JSON answer carries. */
export const JSON_HEADERS = {
  name: 'Content-Type',
  value: `${JSON_TYPE}\r\nAccess-Control-Allow-Origin: ${CORS}`,
} as const;

/** The same with how long to wait, for what is sent away in numbers. */
export const SHED_HEADERS = `${JSON_HEADERS.value}\r\nRetry-After: 1`;

/** The same for another content type. @param origin of the page that asks; '' = any, unnamed */
export function headersOf(contentType: string, origin = ''): string {
  const allowed = isOrigin(origin) ? `${allowOrigin(origin)}${EXPOSED}` : CORS;
  return `${contentType}\r\nAccess-Control-Allow-Origin: ${allowed}`;
}

/** Status and headers of a stream. */
export function writeStreamHead(res: HttpResponse, origin: string): void {
  res.writeHeader('Content-Type', 'text/event-stream');
  res.writeHeader('Cache-Control', 'no-store');
  // Whoever connects again must not do so over the connection of a gateway that stops.
  res.writeHeader('Connection', 'close');
  // Proxies such as nginx would keep it until it ends.
  res.writeHeader('X-Accel-Buffering', 'no');
  res.writeHeader('Access-Control-Allow-Origin', isOrigin(origin) ? allowOrigin(origin) : '*');
}

/**
 * Ends an answer that has no body and says no length. uWebSockets.js takes an `undefined` length for
 * 2^63, which proxies answer with 502; where the connection has to end, it is told 0.
 */
export function endWithoutLength(res: HttpResponse, closing: boolean): void {
  if (closing) res.endWithoutBody(0, true);
  else res.endWithoutBody();
}

/** Headers of the answer to a preflight request, whoever asks. */
export const PREFLIGHT_HEADERS: readonly (readonly [string, string])[] = [
  ['Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, DELETE, OPTIONS'],
  ['Access-Control-Max-Age', '86400'],
];

/** What an origin is made of; anything else is not echoed. `null` is one, of pages from files. */
const ORIGIN = /^[\x21-\x7e]{1,512}$/;

/** Whether it is an origin that may be named in an answer. */
export function isOrigin(origin: string): boolean {
  return ORIGIN.test(origin);
}

/** The value of Access-Control-Allow-Origin, and the lines after it, that name one origin. */
export function allowOrigin(origin: string): string {
  return `${origin}\r\nAccess-Control-Allow-Credentials: true\r\nVary: Origin`;
}

/** Request headers that are let in where a preflight names none that can be read. */
const USUAL_HEADERS =
  'Authorization, Content-Type, Content-Encoding, X-Customer-Token, X-Retry-Count, X-Requested-With';

/** Those that were asked for: pages add their own (tracing), and none of them does harm here. */
export function allowedHeaders(requested: string): string {
  return /^[\w!#$%&'*+.^`|~, -]{1,1024}$/.test(requested) ? requested : USUAL_HEADERS;
}

/** Whether a status says: not now, come again. Such answers carry Retry-After and are counted. */
export function isSentAway(status: number): boolean {
  return status === 503 || status === 429;
}

/** `{"error":{…}}` as text. */
export function errorBody(code: ErrorCode, message: string, path: string | null): string {
  const where = path === null ? '' : `,"path":${JSON.stringify(path)}`;
  return `{"error":{"code":"${code}","message":${JSON.stringify(message)}${where}}}`;
}

const constantBodies = new Map<ErrorCode, string>(
  (Object.keys(ERRORS) as ErrorCode[]).map((code) => [
    code,
    errorBody(code, ERRORS[code].message, null),
  ]),
);

/** The body of an error that has nothing more exact to say than its code. */
export function constantErrorBody(code: ErrorCode): string {
  return constantBodies.get(code)!;
}

/** The body of a fault. */
export function faultBody({ code, message, path, more }: Fault): string {
  if (more === null) return errorBody(code, message, path);
  return JSON.stringify({ error: { code, message, ...(path !== null && { path }), ...more } });
}

/**
 * Writes a whole JSON answer.
 * @param retryAfterS 0 = no such header
 * @param limits value of X-RateLimit-Limit and the lines after it; '' = none
 * @param origin of the page that may read it with credentials; '' = any page, without
 */
export function writeJson(
  res: HttpResponse,
  status: number,
  body: string,
  retryAfterS: number,
  limits: string,
  closing: boolean,
  origin: string,
): void {
  if (status !== 200) res.writeStatus(STATUS_LINES[status]!);
  if (origin === '' || !isOrigin(origin)) res.writeHeader(JSON_HEADERS.name, JSON_HEADERS.value);
  else res.writeHeader(JSON_HEADERS.name, headersOf(JSON_TYPE, origin));
  if (retryAfterS > 0) res.writeHeader('Retry-After', String(retryAfterS));
  if (limits !== '') res.writeHeader('X-RateLimit-Limit', limits);
  if (status === 401) res.writeHeader('WWW-Authenticate', 'Bearer realm="proffer"');
  res.end(body, closing);
}
