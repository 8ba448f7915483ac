// Session files as they are published with papers: SessionId<TAB>ItemId<TAB>Time (epoch seconds), with or
// without a first line of names; `.gz` is unzipped. Read line by line: files are larger than memory.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { itemIdOf } from '../../model/crowd/interactions.ts';

export type SessionLine =
  | {
      readonly kind: 'click';
      readonly sessionId: string;
      readonly itemId: string;
      /** Epoch ms. */
      readonly atMs: number;
    }
  | { readonly kind: 'unreadable'; readonly line: number; readonly reason: string };

export type Click = Extract<SessionLine, { kind: 'click' }>;

const SESSION_ID_MAX = 256;
/** 31 December 9999; what is later is no time in seconds. */
const TIME_MAX_S = 253_402_300_799;

/** @throws Error when the file cannot be read */
export async function* readSessionLines(path: string): AsyncGenerator<SessionLine> {
  const file = createReadStream(path);
  const text = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => text.destroy(error));
  let line = 0;
  for await (const content of createInterface({ input: text, crlfDelay: Infinity })) {
    line++;
    if (content.trim() === '' || (line === 1 && isNames(content))) continue;
    yield lineOf(content, line);
  }
}

function isNames(content: string): boolean {
  return content.replace(/^\uFEFF/, '').startsWith('SessionId\t');
}

function lineOf(content: string, line: number): SessionLine {
  const fields = content.split('\t');
  if (fields.length !== 3) return unreadable(line, 'not SessionId<TAB>ItemId<TAB>Time');
  const [sessionId, itemId, time] = fields as [string, string, string];
  if (sessionId === '' || sessionId.length > SESSION_ID_MAX)
    return unreadable(line, `the session is empty or longer than ${SESSION_ID_MAX} characters`);
  if (itemIdOf(itemId) === null)
    return unreadable(line, 'the item is empty or longer than 256 bytes');
  const seconds = time.trim() === '' ? Number.NaN : Number(time);
  if (!(seconds >= 0 && seconds <= TIME_MAX_S))
    return unreadable(line, 'the time is not a number of seconds since 1970');
  return { kind: 'click', sessionId, itemId, atMs: Math.round(seconds * 1000) };
}

function unreadable(line: number, reason: string): SessionLine {
  return { kind: 'unreadable', line, reason };
}
