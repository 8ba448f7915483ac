// A parameter of a statement as ClickHouse's interfaces carry it: a scalar as a field of TSV, an
// array, tuple or map as a literal.

import { TupleParam } from '@clickhouse/client';

/** @param value string, number, bigint, boolean, null, or an array, TupleParam or Map of those */
export function paramText(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value !== 'string') return literalOf(value);
  return value.replace(/[\\\t\n\r\0\b\f]/g, (char) => FIELD_ESCAPES[char]!);
}

const FIELD_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
};

function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return quoted(value);
  if (value instanceof TupleParam) return `(${value.values.map(literalOf).join(',')})`;
  if (Array.isArray(value)) return `[${value.map(literalOf).join(',')}]`;
  if (value instanceof Map) {
    const pairs = [...value].map(([key, of]) => `${literalOf(key)}:${literalOf(of)}`);
    return `{${pairs.join(',')}}`;
  }
  return String(value);
}

/** A text as a literal of SQL. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0')}'`;
}

/** A name as SQL has it, whatever is in it. */
export function nameOf(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}
