// A file, or standard input, as text: unzipped where it is zipped, and decoded. What cannot be decoded is
// told with its line and never guessed at: names with wrong letters would be in every list.

import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnreadableFile } from './item-row.ts';

export interface TextSource {
  /** `-` = standard input. */
  readonly path: string;
  /** As TextDecoder names it; null = what its first bytes say, UTF-8 where they say nothing. */
  readonly encoding: string | null;
  /** Told how many bytes of the file were read. */
  readonly onBytes: (bytes: number) => void;
}

/** In pieces, without a byte order mark. @throws UnreadableFile */
export async function* readText(source: TextSource): AsyncGenerator<string> {
  const { path, onBytes } = source;
  const file = path === '-' ? process.stdin : createReadStream(path);
  const raw = readable(file)[Symbol.asyncIterator]();
  const first = await raw.next();
  if (first.done === true) throw new UnreadableFile('it is empty');
  assertNoWorkbook(first.value);
  const bytes = rest(first.value, raw, onBytes);
  if (isGzip(first.value)) yield* decoded(unzipped(bytes), source.encoding);
  else yield* decoded(bytes, source.encoding);
}

async function* readable(file: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const piece of file) yield piece as Buffer;
  } catch (error) {
    throw new UnreadableFile(`it cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function* rest(
  first: Buffer,
  raw: AsyncIterator<Buffer>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for (let piece = first; ; ) {
    onBytes(piece.length);
    yield piece;
    const next = await raw.next();
    if (next.done === true) return;
    piece = next.value;
  }
}

async function* unzipped(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  // Its error comes out of the loop below.
  pipeline(Readable.from(bytes), gunzip, () => {});
  try {
    for await (const piece of gunzip) yield piece as Buffer;
  } catch (error) {
    throw new UnreadableFile(`it cannot be unzipped (${(error as Error).message})`);
  }
}

async function* decoded(
  bytes: AsyncIterable<Buffer>,
  encoding: string | null,
): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let line = 1;
  for await (const piece of bytes) {
    decoder ??= new TextDecoder(encoding ?? encodingOf(piece), { fatal: true });
    let text: string;
    try {
      text = decoder.decode(piece, { stream: true });
    } catch {
      throw notDecoded(line + lines(lossy(piece).split('\ufffd')[0]!), decoder.encoding);
    }
    line += lines(text);
    if (text !== '') yield text;
  }
  try {
    const end = decoder?.decode() ?? '';
    if (end !== '') yield end;
  } catch {
    throw notDecoded(line, decoder!.encoding);
  }
}

function notDecoded(line: number, encoding: string): UnreadableFile {
  const way =
    encoding === 'utf-8'
      ? 'most likely it is Latin-1, as Excel saves it: say --encoding latin1, or save it as UTF-8'
      : 'which --encoding is it?';
  return new UnreadableFile(`line ${line} is not ${encoding.toUpperCase()}: ${way}`);
}

function lossy(piece: Buffer): string {
  return new TextDecoder('utf-8').decode(piece);
}

function lines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** By its byte order mark. */
function encodingOf(first: Buffer): string {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le';
  return first[0] === 0xfe && first[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function isGzip(first: Buffer): boolean {
  return first[0] === 0x1f && first[1] === 0x8b;
}

function assertNoWorkbook(first: Buffer): void {
  if (first.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004')
    throw new UnreadableFile('it is a ZIP file or a workbook of Excel: save it as CSV');
}
