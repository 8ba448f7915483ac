// The parts of a request to the SQL endpoint: who asks, with which parameters, for which format.

import type { IncomingHttpHeaders } from 'node:http';

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

/** `param_name=value`, unescaped from the TSV form that HTTP uses; `\N` is NULL. */
export function paramsOf(url: URLSearchParams): Record<string, string | null> {
  const params: Record<string, string | null> = {};
  for (const [name, value] of url) {
    if (!/^param_\w+$/.test(name)) continue;
    params[name.slice('param_'.length)] = value === '\\N' ? null : unescapeTsv(value);
  }
  return params;
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', r: '\r', n: '\n', t: '\t', '0': '\0' },
};

function unescapeTsv(text: string): string {
  return text.replace(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char);
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
