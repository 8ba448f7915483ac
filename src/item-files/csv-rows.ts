// CSV as shops export it: a header, then a row an item; separated by what separates the header most, with
// quotes, line breaks within them, and any line ends. csv-parse reads it; ours are line numbers and limits.

import { pipeline, Readable } from 'node:stream';
import { type Info, parse } from 'csv-parse';
import { type ItemRow, UnreadableFile } from './item-row.ts';

const DELIMITERS = [',', ';', '\t', '|'];
/** A row that is longer is most likely a quote that is never closed. */
const ROW_CHARS_MAX = 1024 * 1024;

/** @param delimiter null = what separates the header most. @throws UnreadableFile */
export async function* csvRows(
  text: AsyncIterable<string>,
  delimiter: string | null,
): AsyncGenerator<ItemRow> {
  const pieces = text[Symbol.asyncIterator]();
  const head = await headOf(pieces);
  if (head.trim() === '') return;
  const parser = parse({
    delimiter: delimiter ?? separatorOf(head),
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: ROW_CHARS_MAX,
  });
  pipeline(Readable.from(joined(head, pieces)), parser, () => {});
  let names: readonly string[] | null = null;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const line = info.lines - breaksIn(record);
      const isBlank = record.every((cell) => cell.trim() === '');
      if (isBlank && (names === null || record.length !== names.length)) continue;
      if (names === null) names = record.map((name) => name.trim());
      else if (record.length === names.length) yield { kind: 'row', line, names, values: record };
      else yield { kind: 'unreadable', line, reason: countReason(record.length, names.length) };
    }
  } catch (error) {
    throw unreadable(error);
  }
}

interface Parsed {
  readonly record: string[];
  readonly info: Info;
}

function countReason(cells: number, columns: number): string {
  return `it has ${cells} cells, and the header has ${columns}`;
}

/**
 * All to the end of the first line that has something, as far as that is in the first megabyte, with what was
 * read behind it. Nothing is taken away: a first column without a name begins with what separates it.
 */
async function headOf(pieces: AsyncIterator<string>): Promise<string> {
  let head = '';
  while (head.length < ROW_CHARS_MAX && !/\S[^\n]*\n/.test(head)) {
    const { done, value } = await pieces.next();
    if (done === true) break;
    head += value;
  }
  return head;
}

async function* joined(head: string, pieces: AsyncIterator<string>): AsyncGenerator<string> {
  yield head;
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next())
    yield next.value;
}

/** Quoted names do not count; of those that are there as often, the first. */
function separatorOf(head: string): string {
  const first = head.split(/[\r\n]+/).find((line) => line.trim() !== '');
  const line = first!.replace(/"[^"]*"/g, '');
  const times = (delimiter: string) => line.split(delimiter).length;
  return DELIMITERS.reduce((best, each) => (times(each) > times(best) ? each : best));
}

function breaksIn(record: readonly string[]): number {
  let count = 0;
  for (const cell of record)
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count++;
  return count;
}

function unreadable(error: unknown): unknown {
  const { code, lines } = error as { readonly code?: string; readonly lines?: number };
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return new UnreadableFile('a quote is opened and never closed; it ends within a cell');
  }
  if (code !== 'CSV_MAX_RECORD_SIZE') return error;
  return new UnreadableFile(
    `at line ${lines} a row is longer than ${ROW_CHARS_MAX} characters: is a quote not closed?`,
  );
}
