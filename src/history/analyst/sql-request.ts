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
