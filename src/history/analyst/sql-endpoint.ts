// ClickHouse's HTTP interface, as much of it as clients, curl and Grafana need: `/?query=`, POST
// bodies, default_format, database, `param_*`, /ping. Settings and sessions in the URL are accepted and
// ignored. What runs the statement is given: read-only for analysts, writable for tests.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { listen } from '../../ops/listen.ts';
import type { ParamValue } from './param-literal.ts';
import { SqlError } from './sql-error.ts';
import { contentTypeOf, formatOf, keyOf, paramsOf, settingsOf } from './sql-request.ts';

export interface SqlRequest {
  readonly sql: string;
  /** Values of `{name:Type}`, read; null = NULL. */
  readonly params: Readonly<Record<string, ParamValue>>;
  /** For statements without a FORMAT clause. */
  readonly defaultFormat: string;
  /** Of names without one. */
  readonly database: string;
  readonly queryId: string;
  /** Every parameter of the URL that is none of the interface's own. */
  readonly settings: Readonly<Record<string, string>>;
  /** Aborted when whoever asked is gone. */
  readonly signal: AbortSignal;
}

export interface SqlAnswer {
  readonly body: Uint8Array;
  readonly readRows: number;
  readonly elapsedS: number;
}

export interface SqlEndpointParts {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** A Unix socket to listen on instead, for this user alone. */
  readonly path?: string;
  /** Whether this key may query; '' where none was given. */
  authorize(key: string): Promise<boolean>;
  /** @throws SqlError */
  execute(request: SqlRequest): Promise<SqlAnswer>;
}

export interface SqlEndpoint {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Largest statement, bytes, after decompression. */
const SQL_BYTES_MAX = 1024 * 1024;
const BODY_DEADLINE_MS = 10_000;

/** Listens. @throws SetupFault when the port is taken; Error when the socket cannot be made */
export async function startSqlEndpoint(
  parts: SqlEndpointParts,
  bodyBytesMax = SQL_BYTES_MAX,
): Promise<SqlEndpoint> {
  const server = createServer((request, response) => {
    answer(parts, bodyBytesMax, request, response).catch((error) => refuse(response, error));
  });
  server.requestTimeout = BODY_DEADLINE_MS;
  server.headersTimeout = BODY_DEADLINE_MS;
  if (parts.path === undefined) await listen(server, parts, 'PROFFER_SQL_PORT');
  else await listenHere(server, parts.path);
  const port = parts.path === undefined ? (server.address() as AddressInfo).port : 0;
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
  return {
    url: `http://${host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
      }),
  };
}

/** On a socket in the file system, for this user alone. */
function listenHere(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The socket is made within this call, and is nobody else's from the first.
    const mask = process.umask(0o177);
    server.listen(path, () => {
      server.off('error', reject);
      // A connection that could not be taken (no descriptor was left): its sender comes again.
      server.on('error', () => {});
      resolve();
    });
    process.umask(mask);
  });
}

async function answer(
  parts: SqlEndpointParts,
  bodyBytesMax: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://endpoint');
  const query = url.searchParams.get('query') ?? '';
  if (url.pathname === '/ping' || (request.method === 'GET' && isBare(url, query))) {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=UTF-8' }).end('Ok.\n');
    return;
  }
  if (url.pathname !== '/') throw new SqlError(0, 'There is no handle for this path', 404);
  if (request.method !== 'GET' && request.method !== 'POST') {
    throw new SqlError(0, 'Use GET or POST', 405);
  }
  if (!(await parts.authorize(keyOf(request.headers, url.searchParams)))) {
    throw new SqlError(516, 'Authentication failed: the admin key is the password', 401);
  }
  const body = request.method === 'POST' ? await bodyOf(request, bodyBytesMax) : '';
  const sql = query === '' || body === '' ? query + body : `${query}\n${body}`;
  const defaultFormat =
    url.searchParams.get('default_format') ??
    headerOf(request, 'x-clickhouse-format') ??
    'TabSeparated';
  if (!/^\w{1,64}$/.test(defaultFormat)) throw new SqlError(73, 'Unknown format', 400);
  const database =
    url.searchParams.get('database') || headerOf(request, 'x-clickhouse-database') || 'default';
  const queryId = url.searchParams.get('query_id') ?? randomUUID();
  // Also of what is refused from here on. It is how the one who asked knows that ClickHouse answers.
  response.setHeader('X-ClickHouse-Query-Id', queryId.replace(/[^\x21-\x7e]/g, '?'));
  const params = paramsOf(url.searchParams, sql);
  const {
    body: result,
    readRows,
    elapsedS,
  } = await parts.execute({
    ...{ sql, params, defaultFormat, database, queryId },
    settings: settingsOf(url.searchParams),
    signal: goneSignal(response),
  });
  const format = formatOf(sql) ?? defaultFormat;
  response.writeHead(200, {
    'Content-Type': contentTypeOf(format),
    'Content-Length': result.byteLength,
    'X-ClickHouse-Format': format,
    'X-ClickHouse-Server-Display-Name': 'proffer',
    'X-ClickHouse-Timezone': 'UTC',
    'X-ClickHouse-Summary': JSON.stringify({
      ...{ read_rows: String(readRows), read_bytes: '0', written_rows: '0', written_bytes: '0' },
      ...{ total_rows_to_read: '0', result_rows: String(readRows), result_bytes: '0' },
      elapsed_ns: String(Math.round(elapsedS * 1e9)),
    }),
  });
  response.end(result);
}

/** Aborted when the connection is closed before the answer is out. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

/** `GET /` is a health check of ClickHouse's. */
function isBare(url: URL, query: string): boolean {
  return url.pathname === '/' && query === '';
}

async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new SqlError(307, 'The query is too long', 413);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const encoding = headerOf(request, 'content-encoding') ?? 'identity';
  if (encoding === 'identity') return body.toString();
  if (encoding !== 'gzip') throw new SqlError(48, 'Content-Encoding may be gzip', 415);
  try {
    return gunzipSync(body, { maxOutputLength: bytesMax }).toString();
  } catch {
    throw new SqlError(354, 'The body is not gzip, or too long', 400);
  }
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Errors as ClickHouse writes them, with its code in a header. */
function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const fault = error instanceof SqlError ? error : new SqlError(1002, 'Internal error', 500);
  response.writeHead(fault.status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': String(fault.code),
    ...(fault.status === 401 ? { 'WWW-Authenticate': 'Basic realm="ClickHouse"' } : {}),
    ...(fault.status === 503 ? { 'Retry-After': '1' } : {}),
    ...(fault.status === 413 ? { Connection: 'close' } : {}),
  });
  response.end(`${fault.message}\n`);
}
