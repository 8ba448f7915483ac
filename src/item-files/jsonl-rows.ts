// One JSON object a line: fields as PUT /v1/items takes them, or as a feed names them.

import type { JsonValue } from '../model/json.ts';
import { withLongNumbers } from '../model/long-numbers.ts';
import type { ItemRow } from './item-row.ts';

const LINE_CHARS_MAX = 1024 * 1024;

export async function* jsonlRows(text: AsyncIterable<string>): AsyncGenerator<ItemRow> {
  let line = 0;
  for await (const content of linesOf(text)) {
    line++;
    if (content === null) {
      const reason = `it is longer than ${LINE_CHARS_MAX} characters`;
      yield { kind: 'unreadable', line, reason };
    } else if (content.trim() !== '') yield rowOf(content, line);
  }
}

function rowOf(content: string, line: number): ItemRow {
  let value: unknown;
  try {
    value = withLongNumbers(JSON.parse(content), content);
  } catch {
    const reason = content.trimStart().startsWith('[')
      ? 'it is no JSON object: a list has to be written as one object a line'
      : 'it is not JSON';
    return { kind: 'unreadable', line, reason };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'unreadable', line, reason: 'it is no JSON object' };
  }
  const entries = Object.entries(value as Record<string, JsonValue>);
  return {
    ...{ kind: 'row', line },
    names: entries.map(([name]) => name),
    values: entries.map(([, each]) => each),
  };
}

/** null = one that is too long. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string | null> {
  let begun = '';
  let isTooLong = false;
  for await (const piece of text) {
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      const content = begun + piece.slice(start, end);
      yield isTooLong || content.length > LINE_CHARS_MAX ? null : content;
      [begun, isTooLong, start] = ['', false, end + 1];
    }
    if (!isTooLong) begun += piece.slice(start);
    if (begun.length > LINE_CHARS_MAX) [begun, isTooLong] = ['', true];
  }
  if (isTooLong) yield null;
  else if (begun !== '') yield begun;
}
