// The parts of a request to the SQL endpoint: who asks, with which parameters, for which format.

import type { IncomingHttpHeaders } from 'node:http';
import { compositeParamsOf, fieldOf } from './param-field.ts';
import { SqlError } from './sql-error.ts';
import { tokensOf } from './statement-tokens.ts';

/**
 * The key of a request; '' = none. ClickHouse's clients send it as a password (Basic,
 * `X-ClickHouse-Key` or `password=`), ours as Bearer.
 */
export function keyOf(headers: IncomingHttpHeaders, url: URLSearchParams): string {
  const header = headers['x-clickhouse-key'];
  if (typeof header === 'string' && header !== '') return header;
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() === 'basic') {
    const pair = Buffer.from(value, 'base64').toString();
    return pair.slice(pair.indexOf(':') + 1);
  }
  return url.get('password') ?? '';
}

/** Path and parameters of a request's target. @throws SqlError when it is none */
export function targetOf(target: string): { path: string; parameters: URLSearchParams } {
  // A proxy's is a whole address, and `//` begins no host.
  const address = target.startsWith('/') ? `http://endpoint${target}` : target;
  if (!URL.canParse(address)) throw new SqlError(36, 'The address is none', 400);
  const { pathname, searchParams } = new URL(address);
  return { path: pathname, parameters: searchParams };
}

/** A parameter or header of which ClickHouse takes the header first; null = neither. */
export function namedIn(
  headers: IncomingHttpHeaders,
  header: string,
  parameters: URLSearchParams,
  parameter: string,
): string | null {
  const value = headers[header];
  return (typeof value === 'string' && value) || parameters.get(parameter) || null;
}

/** `default`, which is history, is also called by the product's name. */
export function databaseOf(headers: IncomingHttpHeaders, parameters: URLSearchParams): string {
  const name = namedIn(headers, 'x-clickhouse-database', parameters, 'database') ?? HISTORY;
  return name === 'proffer' ? HISTORY : name;
}

const HISTORY = 'default';

/** Whether a switch of the interface is on. @throws SqlError when its value is none */
export function flagOf(parameters: URLSearchParams, name: string): boolean {
  const value = parameters.get(name) ?? '0';
  if (/^(?:1|true)$/i.test(value)) return true;
  if (/^(?:0|false)?$/i.test(value)) return false;
  throw new SqlError(467, `Cannot parse boolean value of ${name}: 0 or 1`, 400);
}

/** Values of `param_name=…`, as the placeholders of `sql` want them; of two the first counts. */
export function paramsOf(parameters: URLSearchParams, sql: string): Record<string, string> {
  const composite = compositeParamsOf(sql);
  const params = new Map<string, string>();
  for (const [parameter, text] of parameters) {
    if (!/^param_\w+$/.test(parameter)) continue;
    const name = parameter.slice('param_'.length);
    if (!params.has(name)) params.set(name, composite.has(name) ? text : fieldOf(text));
  }
  return Object.fromEntries(params);
}

/** What the interface itself reads, or takes and does nothing with: no settings. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set(
  (
    'query database default_format query_id session_id session_timeout session_check ' +
    'close_session user password quota_key role compress decompress enable_http_compression ' +
    'http_zlib_compression_level buffer_size wait_end_of_query stacktrace ' +
    'client_protocol_version send_progress_in_http_headers http_headers_progress_interval_ms'
  ).split(' '),
);

/** The settings in a URL and a form; of one that stands there twice the last counts. */
export function settingsOf(parameters: URLSearchParams): Record<string, string> {
  const settings = [...parameters].filter(
    ([name]) => name !== '' && !OWN_PARAMETERS.has(name) && !/^param_\w+$/.test(name),
  );
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(settings);
}

/** Longest statement whose format is looked for; what is longer is an insert of rows. */
const STATEMENT_CHARS_MAX = 1024 * 1024;

/** The format a statement ends with; null = none. Only for headers: the engine decides. */
export function formatOf(sql: string): string | null {
  if (sql.length > STATEMENT_CHARS_MAX || /^\s*INSERT\b/i.test(sql)) return null;
  const tokens = tokensOf(sql);
  if (tokens instanceof SqlError) return null;
  const words = tokens.map(({ text }) => text.toLowerCase());
  while (words.at(-1) === ';') words.pop();
  const at = words.lastIndexOf('format');
  const isLast = at >= 0 && (at + 2 === words.length || words[at + 2] === 'settings');
  return isLast && tokens[at + 1]!.kind === 'word' ? tokens[at + 1]!.text : null;
}

/** As ClickHouse labels its formats. */
export function contentTypeOf(format: string): string {
  if (/EachRow/.test(format) && format.startsWith('JSON')) {
    return 'application/x-ndjson; charset=UTF-8';
  }
  if (format.startsWith('JSON')) return 'application/json; charset=UTF-8';
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8; header=absent';
  if (/^(TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  if (/^(Native|RowBinary|Arrow|Parquet|ORC|Avro|MsgPack)/.test(format)) {
    return 'application/octet-stream';
  }
  return 'text/plain; charset=UTF-8';
}
