// What a request to the SQL endpoint carries after its head: a statement or its end, maybe packed
// (Content-Encoding, `decompress=1`), or a form with statement and parameters. A form that is
// `application/x-www-form-urlencoded` is a statement as it stands, as with ClickHouse: that is what
// curl calls every body.

import type { IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { unframed } from './compressed-frames.ts';
import { SqlError } from './sql-error.ts';

export interface RequestBody {
  readonly sql: string;
  /** Fields of a form, without its statement, in order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface BodyReading {
  /** Whether the body is frames: `decompress=1`. */
  readonly framed: boolean;
  /** Of the body, packed and unpacked. */
  readonly bytesMax: number;
}

/** What the boundaries and heads of a form's parts may add, bytes. */
const FORM_FRAME_BYTES_MAX = 64 * 1024;
const FORM_PARTS_MAX = 10_000;

const INFLATE = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync } as const;

/** Reads all of it. @throws SqlError */
export async function readBody(
  request: IncomingMessage,
  { framed, bytesMax }: BodyReading,
): Promise<RequestBody> {
  const type = request.headers['content-type'] ?? '';
  const isForm = /^\s*multipart\/form-data\b/i.test(type);
  const limit = isForm ? bytesMax + FORM_FRAME_BYTES_MAX : bytesMax;
  const sent = await bytesOf(request, limit);
  const inflated = inflatedBy(request.headers['content-encoding'], sent, limit);
  const bytes = framed ? unframed(inflated, limit) : inflated;
  return isForm ? fieldsOf(bytes, type) : { sql: bytes.toString(), fields: [] };
}

/**
 * What is over the limit is read to its end and thrown away: the sender of a body that nobody reads
 * would see its connection reset instead of why. The server ends requests that take too long.
 */
function bytesOf(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      reject(new SqlError(307, `The query is too long: at most ${bytesMax} bytes`, 413));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    // Whoever asked is gone.
    request.once('error', () => reject(cutOff()));
    request.once('close', () => reject(cutOff()));
  });
}

function cutOff(): SqlError {
  return new SqlError(33, 'Cannot read all data: the body is cut off', 400);
}

function inflatedBy(encoding: string | undefined, bytes: Buffer, bytesMax: number): Buffer {
  const name = (encoding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return bytes;
  if (!Object.hasOwn(INFLATE, name)) {
    throw new SqlError(48, 'Content-Encoding may be gzip, deflate or br', 415);
  }
  try {
    return INFLATE[name as keyof typeof INFLATE](bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new SqlError(307, 'The body is too long when decompressed', 413);
    }
    throw new SqlError(354, `The body is not ${name}`, 400);
  }
}

function fieldsOf(bytes: Buffer, contentType: string): Promise<RequestBody> {
  return new Promise((resolve, reject) => {
    const statements: string[] = [];
    const fields: [string, string][] = [];
    const refuse = (text: string, code = 36, status = 400) =>
      reject(new SqlError(code, text, status));
    let form: BusboyInstance;
    try {
      form = new Busboy({
        headers: { 'content-type': contentType },
        limits: { parts: FORM_PARTS_MAX, fieldSize: bytes.length },
        // `-F query=@file.sql` is a field like any other; ClickHouse makes tables of other files.
        isPartAFile(name, _type, file) {
          if (file !== undefined && !/^(?:query|param_\w+)$/.test(name ?? '')) {
            refuse('Tables in a form (external data) are not supported', 48, 501);
          }
          return false;
        },
      });
    } catch {
      refuse('The form has no boundary');
      return;
    }
    form.on('field', (name, value) => {
      if (name === 'query') statements.push(value);
      else if (name !== undefined) fields.push([name, value]);
    });
    form.once('partsLimit', () => refuse(`A form has at most ${FORM_PARTS_MAX} parts`));
    form.on('error', () => refuse('The form is damaged or cut off'));
    form.once('finish', () => resolve({ sql: statements.join('\n'), fields }));
    form.end(bytes);
  });
}
