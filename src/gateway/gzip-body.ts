// Bodies sent with Content-Encoding: gzip. Inflated in one go on this thread: the output is bounded
// by the route's limit (500 KB take about 1 ms), which also disarms gzip bombs: inflating stops at
// the limit, whatever the body claims.

import type { Buffer } from 'node:buffer';
import { constants, gunzipSync } from 'node:zlib';
import { REJECTED_BODY_BYTES_MAX } from './rejection-log.ts';

export type Inflated = Buffer | 'too_large' | 'broken';

/** @param bytesMax longest output */
export function inflate(body: Buffer, bytesMax: number): Inflated {
  try {
    return gunzipSync(body, { maxOutputLength: bytesMax });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? 'too_large'
      : 'broken';
  }
}

/** Of a gzip body, bytes that are inflated for its row: a megabyte comes out of them at most. */
const HEAD_BYTES = 1_024;

/** The beginning of a body that cannot be accepted, for its row in `rejected`. */
export function headOf(body: Buffer, encoded: boolean): string {
  if (encoded) {
    try {
      const finishFlush = constants.Z_SYNC_FLUSH;
      return text(gunzipSync(body.subarray(0, HEAD_BYTES), { finishFlush }));
    } catch {
      // No gzip, then: as it came.
    }
  }
  return text(body);
}

function text(bytes: Buffer): string {
  return bytes.toString('utf8', 0, REJECTED_BODY_BYTES_MAX);
}
