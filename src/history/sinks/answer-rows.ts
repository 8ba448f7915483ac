// The body of an answer, read as what was asked for. The client's own reader drops what comes after
// the last newline, so that a page of one line would be "no rows".

import { StringDecoder } from 'node:string_decoder';

/** The answer is not what was asked for; `text` is where it begins to be something else. */
export class NotRows extends Error {
  constructor(readonly text: string) {
    super('the answer is not JSONEachRow');
  }
}

/** Longest error or other text that is kept of an answer, characters. */
const TEXT_MAX = 1024 * 1024;

/** The rows of an answer in JSONEachRow. @throws NotRows */
export async function readRows<Row>(body: AsyncIterable<Buffer>): Promise<Row[]> {
  const decoder = new StringDecoder();
  const rows: Row[] = [];
  // What came since the last newline; one row may be many chunks.
  let pieces: string[] = [];
  let strange: string | null = null;
  for await (const chunk of body) {
    const text = decoder.write(chunk);
    if (strange !== null) {
      if (strange.length < TEXT_MAX) strange += text;
      continue;
    }
    const end = text.lastIndexOf('\n');
    if (end < 0) {
      pieces.push(text);
      continue;
    }
    pieces.push(text.slice(0, end));
    strange = addRows(rows, pieces.join(''));
    if (strange === null) pieces = [text.slice(end + 1)];
    else strange += text.slice(end);
  }
  strange ??= pieces.join('') === '' ? null : pieces.join('');
  if (strange !== null) throw new NotRows(strange);
  return rows;
}

/** The text of an answer, or its beginning where it is very long. */
export async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const decoder = new StringDecoder();
  let text = '';
  for await (const chunk of body) {
    if (text.length < TEXT_MAX) text += decoder.write(chunk);
  }
  return text;
}

/** Null, or the text from the first line on that is no row. */
function addRows<Row>(rows: Row[], text: string): string | null {
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const row = rowOf(lines[i]!);
    if (row === null) return lines.slice(i).join('\n');
    rows.push(row as Row);
  }
  return null;
}

function rowOf(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
