// One request to the SQL endpoint and its answer: who asks and how the answer is wanted, what is asked,
// the run, and the answer or ClickHouse's error.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { HeldAnswers } from './held-answers.ts';
import { nativeFor } from './native-blocks.ts';
import { readBody } from './request-body.ts';
import { SqlError } from './sql-error.ts';
import { type Packing, packingOf, reply, UNPACKED } from './sql-reply.ts';
import {
  contentTypeOf,
  databaseOf,
  flagOf,
  formatOf,
  keyOf,
  namedIn,
  paramsOf,
  settingsOf,
  targetOf,
} from './sql-request.ts';

export interface SqlRequest {
  readonly sql: string;
  /** Values of `{name:Type}`, fields or literals that the engine reads. */
  readonly params: Readonly<Record<string, string>>;
  /** For statements without a FORMAT clause. */
  readonly defaultFormat: string;
  /** Of names without one. */
  readonly database: string;
  readonly queryId: string;
  /** Every parameter of the URL or form that is none of the interface's own. */
  readonly settings: Readonly<Record<string, string>>;
  /** Aborted when whoever asked is gone. */
  readonly signal: AbortSignal;
  /** Whose turn it takes when queries wait. */
  readonly caller?: string;
}

export interface SqlAnswer {
  readonly body: Uint8Array;
  readonly readRows: number;
  readonly elapsedS: number;
}

/** What an endpoint is made for. */
export interface SqlParts {
  /** Whether this key may query; '' where none was given. */
  authorize(key: string): Promise<boolean>;
  /** @throws SqlError */
  execute(request: SqlRequest): Promise<SqlAnswer>;
  /** Bounds what waits to be read. Without it nothing does. */
  readonly held?: HeldAnswers;
}

/** One request and its answer. */
export class Exchange {
  /** Known when the caller is let in. */
  private packing: Packing = UNPACKED;

  constructor(
    private readonly parts: SqlParts,
    private readonly bodyBytesMax: number,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {}

  async run(): Promise<void> {
    this.response.setHeader('X-ClickHouse-Server-Display-Name', 'proffer');
    try {
      await this.answer();
    } catch (error) {
      if (this.response.headersSent) throw error;
      await this.refuse(error instanceof SqlError ? error : new SqlError(1002, FAILED, 500));
    }
  }

  private async answer(): Promise<void> {
    const { headers, method } = this.request;
    const { path, parameters } = targetOf(this.request.url ?? '/');
    if (path === '/ping' || (path === '/' && isBare(this.request, parameters))) {
      const type = { 'Content-Type': 'text/html; charset=UTF-8' };
      await reply(this.response, 200, type, Buffer.from('Ok.\n'), UNPACKED);
      return;
    }
    // The ODBC driver asks at `/query`.
    if (path !== '/' && path !== '/query')
      throw new SqlError(0, 'There is no handle for this path', 404);
    if (!/^(?:GET|HEAD|POST)$/.test(method ?? '')) throw new SqlError(0, 'Use GET or POST', 405);
    const key = keyOf(headers, parameters);
    if (!(await this.parts.authorize(key))) {
      throw new SqlError(
        516,
        "Authentication failed: an analyst's key or the admin key is the password",
        401,
      );
    }
    this.packing = packingOf(headers, parameters);
    const signal = goneSignal(this.response);
    const caller = `${key} ${this.request.socket.remoteAddress}`;
    const request = { ...(await this.requestOf(parameters, signal)), caller };
    const answer = await this.parts.execute(request);
    const format = formatOf(request.sql) ?? request.defaultFormat;
    const version = parameters.get('client_protocol_version');
    const body = format === 'Native' ? nativeFor(version, answer.body) : answer.body;
    signal.throwIfAborted();
    if (method !== 'HEAD') this.parts.held?.hold(caller, body.byteLength, this.response);
    await reply(this.response, 200, headersOf(request, format, answer), body, this.packing);
  }

  /** What is asked: URL, headers and body together. */
  private async requestOf(parameters: URLSearchParams, signal: AbortSignal): Promise<SqlRequest> {
    const { headers } = this.request;
    const queryId =
      namedIn(headers, 'x-clickhouse-query-id', parameters, 'query_id') ?? randomUUID();
    // Also of what is refused from here on. It is how the one who asked knows that ClickHouse answers.
    this.response.setHeader('X-ClickHouse-Query-Id', queryId.replace(/[^\x21-\x7e]/g, '?'));
    const body = await readBody(this.request, {
      framed: flagOf(parameters, 'decompress'),
      bytesMax: this.bodyBytesMax,
    });
    const all = new URLSearchParams(parameters);
    for (const [name, value] of body.fields) all.append(name, value);
    const sql = [parameters.get('query') ?? '', body.sql].filter((part) => part !== '').join('\n');
    const defaultFormat =
      namedIn(headers, 'x-clickhouse-format', all, 'default_format') ?? 'TabSeparated';
    if (!/^\w{1,64}$/.test(defaultFormat)) throw new SqlError(73, 'Unknown format', 400);
    return {
      sql,
      params: paramsOf(all, sql),
      defaultFormat,
      queryId,
      signal,
      database: databaseOf(headers, all),
      settings: settingsOf(all),
    };
  }

  /** Errors as ClickHouse writes them, with its code in a header. */
  private async refuse({ code, status, message }: SqlError): Promise<void> {
    const headers = {
      'Content-Type': 'text/plain; charset=UTF-8',
      'X-ClickHouse-Exception-Code': String(code),
      ...(status === 401 ? { 'WWW-Authenticate': 'Basic realm="ClickHouse"' } : {}),
      ...(status === 503 ? { 'Retry-After': '1' } : {}),
    };
    await reply(this.response, status, headers, Buffer.from(`${message}\n`), this.packing);
  }
}

const FAILED = 'Internal error';

/** Aborted when the connection is closed before the answer is out. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** `GET /` is a health check of ClickHouse's. */
function isBare({ method, headers }: IncomingMessage, parameters: URLSearchParams): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in headers;
  return !hasBody && (parameters.get('query') ?? '') === '';
}

function headersOf(
  { settings }: SqlRequest,
  format: string,
  { readRows, elapsedS }: SqlAnswer,
): OutgoingHttpHeaders {
  const zone = settings.session_timezone ?? '';
  return {
    'Content-Type': contentTypeOf(format),
    'X-ClickHouse-Format': format,
    'X-ClickHouse-Timezone': /^[\w+/-]+$/.test(zone) ? zone : 'UTC',
    'X-ClickHouse-Summary': JSON.stringify({
      read_rows: String(readRows),
      read_bytes: '0',
      written_rows: '0',
      written_bytes: '0',
      total_rows_to_read: '0',
      result_rows: String(readRows),
      result_bytes: '0',
      elapsed_ns: String(Math.round(elapsedS * 1e9)),
    }),
  };
}
