// Answers of the SQL endpoint on their way out: as they are, in ClickHouse's compressed frames
// (`compress=1`), in a content coding (`enable_http_compression=1`), or in both, frames inside. As
// with ClickHouse, errors are packed as the answer would have been, from the moment the caller is let
// in: its clients unpack before they look.

import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { constants, createBrotliCompress, createDeflate, createGzip } from 'node:zlib';
import { FRAME_HOLDS_MAX, frameOf } from './compressed-frames.ts';
import { flagOf } from './sql-request.ts';

export interface Packing {
  /** In ClickHouse's compressed frames. */
  readonly framed: boolean;
  readonly coding: Coding | null;
  /** Of the coding, 1 to 9. */
  readonly level: number;
}

export const UNPACKED: Packing = { framed: false, coding: null, level: 3 };

/** Those that a caller may name, best first: gzip is understood everywhere, and quick enough. */
const CODINGS = ['gzip', 'deflate', 'br'] as const;
type Coding = (typeof CODINGS)[number];

/** How a request wants its answer. @throws SqlError when a flag is none */
export function packingOf(headers: IncomingHttpHeaders, parameters: URLSearchParams): Packing {
  const level = Number.parseInt(parameters.get('http_zlib_compression_level') ?? '', 10);
  return {
    framed: flagOf(parameters, 'compress'),
    coding: flagOf(parameters, 'enable_http_compression')
      ? codingOf(headers['accept-encoding'] ?? '')
      : null,
    level: level >= 1 && level <= 9 ? level : UNPACKED.level,
  };
}

function codingOf(accepted: string | readonly string[]): Coding | null {
  const names = String(accepted)
    .toLowerCase()
    .split(',')
    .map((entry) => entry.split(';').map((part) => part.trim()))
    .filter(([, weight]) => weight === undefined || !/^q=0(?:\.0*)?$/.test(weight))
    .map(([name]) => name);
  return CODINGS.find((coding) => names.includes(coding)) ?? null;
}

/** Sends head and body; a HEAD request gets the head alone. Rejects when the caller is gone. */
export async function reply(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
  { framed, coding, level }: Packing,
): Promise<void> {
  const isPacked = framed || coding !== null;
  response.writeHead(status, {
    ...headers,
    ...(coding === null ? {} : { 'Content-Encoding': coding }),
    ...(isPacked ? {} : { 'Content-Length': body.byteLength }),
  });
  if (response.req.method === 'HEAD') response.end();
  else if (!isPacked) response.end(body);
  else {
    const source = Readable.from(framed ? framesOf(body) : [body]);
    if (coding === null) await pipeline(source, response);
    else await pipeline(source, coderOf(coding, level), response);
  }
}

/** Others of this process have their turn between two frames. */
async function* framesOf(body: Uint8Array): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.byteLength; at += FRAME_HOLDS_MAX) {
    yield frameOf(body.subarray(at, at + FRAME_HOLDS_MAX));
    await setImmediate();
  }
}

function coderOf(coding: Coding, level: number) {
  switch (coding) {
    case 'gzip':
      return createGzip({ level });
    case 'deflate':
      return createDeflate({ level });
    case 'br':
      return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: level } });
  }
}
