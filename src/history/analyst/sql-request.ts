// The parts of a request to the SQL endpoint: who asks, with which parameters, for which format.

import type { IncomingHttpHeaders } from 'node:http';
import { compositeOf, compositeParamsOf, type ParamValue, scalarOf } from './param-literal.ts';

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

/** Values of `param_name=…`, as the placeholders of `sql` want them. */
export function paramsOf(url: URLSearchParams, sql: string): Record<string, ParamValue> {
  const params: Record<string, ParamValue> = {};
  const composite = compositeParamsOf(sql);
  for (const [parameter, text] of url) {
    if (!/^param_\w+$/.test(parameter)) continue;
    const name = parameter.slice('param_'.length);
    const literal = composite.has(name) ? compositeOf(text) : undefined;
    // What is no literal goes on as text: the engine says best what is wrong with it.
    params[name] = literal === undefined ? scalarOf(text) : literal;
  }
  return params;
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

/** The settings in a URL; of one that stands there twice the last counts. */
export function settingsOf(url: URLSearchParams): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [name, value] of url) {
    if (!OWN_PARAMETERS.has(name) && !/^param_\w+$/.test(name)) settings[name] = value;
  }
  return settings;
}

/** The format a statement ends with; null = none. Only for headers: the engine decides. */
export function formatOf(sql: string): string | null {
  const end = /\bFORMAT\s+(\w+)\s*(?:SETTINGS\b[^']*)?;?\s*$/i.exec(sql);
  return end === null ? null : end[1]!;
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
